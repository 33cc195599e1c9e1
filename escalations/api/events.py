"""The event log by API: what happened to the caller's escalations, numbered, oldest first, never with a gap to miss."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from escalations import log
from escalations.api import described, permissions
from escalations.api.authentication import Caller
from escalations.api.endpoint import Endpoint, answer
from escalations.api.parameters import Parameters
from escalations.api.representation import represent_event
from escalations.models import Event

KNOWN = ("after", "limit")


class Events(Endpoint):
    """All events that the caller may know of."""

    @extend_schema(**described.EVENTS)
    def get(self, request: Request) -> HttpResponse:
        caller = permissions.reading(request)
        return _answer(request, caller, **_of_agent(caller))


class EventsOfOne(Endpoint):
    @extend_schema(**described.EVENTS_OF_ONE)
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        caller = permissions.reading(request)
        escalation = caller.visible().only("pk").get(pk=pk)
        return _answer(request, caller, escalation=escalation)


def _of_agent(caller: Caller) -> dict[str, Any]:
    return {} if caller.reviewer else {"agent": caller.agent}


def _answer(request: Request, caller: Caller, **which: Any) -> HttpResponse:  # noqa: ANN401 - lookups
    parameters = Parameters(request.query_params, KNOWN)
    after, limit = parameters.seq("after"), parameters.limit(100)
    parameters.refuse_flaws()
    log.number()
    events = Event.objects.filter(seq__gt=after, escalation__in=caller.listed(), **which).order_by("seq")
    found = list(events.select_related("reviewer", "agent")[: limit + 1])
    has_more, found = len(found) > limit, found[:limit]
    url = f"{settings.PUBLIC_URL}{request.path}?after={found[-1].seq}&limit={limit}" if has_more else None
    headers = {"Link": f'<{url}>; rel="next"'} if url else {}
    return answer(
        {"results": [represent_event(event) for event in found], "next": url, "previous": None}, headers=headers
    )
