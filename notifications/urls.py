"""The addresses of deliveries in the API."""

from django.urls import path

from notifications import views

urlpatterns = [
    path("deliveries", views.Deliveries.as_view()),
    path("deliveries/test", views.Test.as_view()),
    path("deliveries/<uuid:pk>", views.OneDelivery.as_view()),
    path("deliveries/<uuid:pk>/replay", views.Replay.as_view()),
]
