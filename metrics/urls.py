"""The addresses of the measures, under /api."""

from django.urls import path

from metrics import views

urlpatterns = [
    path("metrics", views.Metrics.as_view()),
    path("runs", views.Runs.as_view()),
]
