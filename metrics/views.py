"""The measures by API."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from escalations.api import permissions
from escalations.api.endpoint import Endpoint, answer
from escalations.api.parameters import Parameters
from escalations.api.representation import moment
from escalations.models import EscalationQuerySet
from metrics import described, measures
from metrics.measures import Spread

BY_DEFAULT = timedelta(days=30)
EARLIEST = datetime.min.replace(tzinfo=UTC)


class Metrics(Endpoint):
    """Figures of what the caller may see."""

    @extend_schema(**described.METRICS)
    def get(self, request: Request) -> HttpResponse:
        caller = permissions.reading(request)
        parameters = Parameters(request.query_params, ("since", "until", "pool", "agent"))
        until = parameters.moment("until") or timezone.now()
        since = parameters.moment("since") or until - min(BY_DEFAULT, until - EARLIEST)
        if since >= until:
            parameters.note("since", "invalid_value", "Give a moment before `until`.")
        seen = _narrowed(caller.visible(), parameters)
        parameters.refuse_flaws()
        created = seen.filter(created_at__gte=since, created_at__lt=until)
        return answer({"since": moment(since), "until": moment(until)} | _figures(created, now=seen))


def _narrowed(seen: EscalationQuerySet, parameters: Parameters) -> EscalationQuerySet:
    exact = {"pool__name": parameters.text("pool"), "source_agent": parameters.text("agent")}
    return seen.filter(**{lookup: value for lookup, value in exact.items() if value})


def _figures(created: EscalationQuerySet, *, now: EscalationQuerySet) -> dict[str, Any]:
    return {
        "time_to_first_assignment": _spread(measures.time_to_first_assignment(created)),
        "resolution_time": {word: _spread(found) for word, found in measures.resolution_time(created).items()},
        "escalations_per_agent": [vars(asked) for asked in measures.escalations_per_agent(created)],
        "now": {word: vars(waiting) for word, waiting in measures.waiting_now(now).items()},
    }


def _spread(found: Spread) -> dict[str, Any]:
    return {
        "count": found.count,
        "mean_seconds": found.mean,
        "median_seconds": found.median,
        "p95_seconds": found.p95,
    }
