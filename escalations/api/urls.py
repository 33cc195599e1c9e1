"""The addresses of the API, without a slash at the end. What is not here answers 404 as a problem."""

from django.urls import path, register_converter
from django.urls.converters import UUIDConverter

from escalations.api import description, events, oncall, views


class AnyCaseUUID(UUIDConverter):
    """Hexadecimal digits may be read in either case (RFC 9562, section 4)."""

    regex = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"


register_converter(AnyCaseUUID, "id")

urlpatterns = [
    path("escalations", views.Escalations.as_view()),
    path("escalations/next", views.Next.as_view()),
    path("escalations/<id:pk>", views.OneEscalation.as_view()),
    path("escalations/<id:pk>/claim", views.Claim.as_view()),
    path("escalations/<id:pk>/resolve", views.Resolve.as_view()),
    path("escalations/<id:pk>/correct", views.Correct.as_view()),
    path("escalations/<id:pk>/messages", views.Messages.as_view()),
    path("escalations/<id:pk>/receipt", views.Receipt.as_view()),
    path("escalations/<id:pk>/release", views.Release.as_view()),
    path("escalations/<id:pk>/decline", views.Decline.as_view()),
    path("escalations/<id:pk>/reassign", views.Reassign.as_view()),
    path("escalations/<id:pk>/cancel", views.Cancel.as_view()),
    path("escalations/<id:pk>/extend", views.Extend.as_view()),
    path("escalations/<id:pk>/priority", views.ChangePriority.as_view()),
    path("escalations/<id:pk>/reopen", views.Reopen.as_view()),
    path("escalations/<id:pk>/events", events.EventsOfOne.as_view()),
    path("availability", views.Availability.as_view()),
    path("oncall", oncall.OnCall.as_view()),
    path("events", events.Events.as_view()),
    path("schema", description.schema),
    path("docs", description.docs),
]
