"""The addresses of the API, without a slash at the end. What is not here answers 404 as a problem."""

from django.urls import path

from escalations.api import description, events, views

urlpatterns = [
    path("escalations", views.Escalations.as_view()),
    path("escalations/next", views.Next.as_view()),
    path("escalations/<uuid:pk>", views.OneEscalation.as_view()),
    path("escalations/<uuid:pk>/claim", views.Claim.as_view()),
    path("escalations/<uuid:pk>/resolve", views.Resolve.as_view()),
    path("escalations/<uuid:pk>/release", views.Release.as_view()),
    path("escalations/<uuid:pk>/decline", views.Decline.as_view()),
    path("escalations/<uuid:pk>/reassign", views.Reassign.as_view()),
    path("escalations/<uuid:pk>/cancel", views.Cancel.as_view()),
    path("escalations/<uuid:pk>/reopen", views.Reopen.as_view()),
    path("escalations/<uuid:pk>/events", events.EventsOfOne.as_view()),
    path("events", events.Events.as_view()),
    path("schema", description.schema),
    path("docs", description.docs),
]
