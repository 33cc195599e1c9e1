"""The address to give to Slack as "Request URL"."""

from django.urls import path

from notifications.slack import views

urlpatterns = [path("interactions", views.interactions)]
