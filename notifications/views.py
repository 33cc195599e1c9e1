"""Deliveries by API: an agent sees its own, sends them again, and tests its receiver."""

import uuid
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from escalations import addresses
from escalations.api import permissions, serializers
from escalations.api.authentication import Caller
from escalations.api.endpoint import Endpoint, answer, checked
from escalations.api.parameters import Parameters
from escalations.api.problems import Flaw, Problem, flawed
from escalations.models import Agent
from notifications import deliveries, described
from notifications.models import Delivery, DeliveryQuerySet
from notifications.representation import represent


class Deliveries(Endpoint):
    @extend_schema(**described.LIST)
    def get(self, request: Request) -> HttpResponse:
        mine = _with_story(_visible(permissions.reading(request)))
        parameters = Parameters(request.query_params, ("status", "limit", "cursor"))
        limit, after = parameters.limit(), _cursor(parameters)
        if statuses := parameters.words("status", Delivery.Status.values):
            mine = mine.filter(status__in=statuses)
        parameters.refuse_flaws()
        found = list((mine.filter(pk__lt=after) if after else mine).order_by("-pk")[: limit + 1])
        has_more, found = len(found) > limit, found[:limit]
        url = _next(request, limit, statuses, found[-1]) if has_more else None
        headers = {"Link": f'<{url}>; rel="next"'} if url else {}
        return answer({"results": [represent(row) for row in found], "next": url, "previous": None}, headers=headers)


class OneDelivery(Endpoint):
    @extend_schema(**described.GET)
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        return answer(represent(_with_story(_visible(permissions.reading(request))).get(pk=pk)))


class Replay(Endpoint):
    @extend_schema(**described.REPLAY)
    def post(self, request: Request, pk: UUID) -> HttpResponse:
        caller, agent = permissions.asking(request)
        checked(request, serializers.NOTHING)
        mine = _visible(caller).filter(pk=pk)
        mine.only("pk").get()
        deliveries.replay(mine, by=agent.name)
        return answer(represent(_with_story(mine).get()), 202)


class Test(Endpoint):
    @extend_schema(**described.TEST)
    def post(self, request: Request) -> HttpResponse:
        caller, agent = permissions.asking(request)
        url = _url(checked(request, described.TEST_REQUEST).get("webhook_url"), agent)
        made = deliveries.send_test(agent, url, is_sandbox=caller.key.is_sandbox)
        location = f"{settings.PUBLIC_URL}/api/deliveries/{made.pk}"
        return answer(represent(_with_story(_visible(caller)).get(pk=made.pk)), 202, {"Location": location})


def _visible(caller: Caller) -> DeliveryQuerySet:
    if caller.agent is None:
        raise Problem(403, "agent_key_needed", "Deliveries belong to agents. Use an agent's API key.")
    return Delivery.objects.of_agent(caller.agent, is_sandbox=caller.key.is_sandbox)


def _with_story(rows: DeliveryQuerySet) -> DeliveryQuerySet:
    """With all that is shown, and without the bytes, which are not."""
    return rows.defer("body").select_related("endpoint", "agent", "event").prefetch_related("tries")


def _cursor(parameters: Parameters) -> UUID | None:
    text = parameters.text("cursor")
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        parameters.note("cursor", "invalid_cursor", "Use the cursor of an answer's next, as it stands there.")
        return None


def _next(request: Request, limit: int, statuses: list[str], last: Delivery) -> str:
    chosen = f"&status={','.join(statuses)}" if statuses else ""
    return f"{settings.PUBLIC_URL}{request.path}?limit={limit}{chosen}&cursor={last.pk}"


def _url(given: str | None, agent: Agent) -> str:
    """The URL to test: the one given, else the agent's own. Raises a 422 for one that cannot be used."""
    url = given or agent.webhook_url
    if not url:
        raise flawed([Flaw("/webhook_url", "required", "This agent has no URL of its own: give one.")])
    try:
        addresses.validate(url)
    except addresses.UnusableAddress as error:
        problem = flawed([Flaw("/webhook_url", error.code, error.text)], status=422)
        problem.code = "webhook_url_refused"
        raise problem from error
    return url
