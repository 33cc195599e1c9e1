"""Who is on call for each pool, until when, who comes next, and when nobody is."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from escalations.api import creating, described, permissions
from escalations.api.authentication import Caller
from escalations.api.endpoint import Endpoint, answer
from escalations.api.parameters import Parameters
from escalations.api.problems import Flaw
from escalations.api.representation import moment
from reviewers import oncall
from reviewers.models import Pool, PoolQuerySet, Reviewer
from reviewers.oncall import Shift


class OnCall(Endpoint):
    @extend_schema(**described.ON_CALL)
    def get(self, request: Request) -> HttpResponse:
        caller = permissions.reading(request)
        parameters = Parameters(request.query_params, ("at", "pool"))
        at, name = parameters.moment("at") or datetime.now(UTC), parameters.text("pool")
        if not oncall.is_near(at):
            parameters.note("at", "invalid_value", "Give a moment within ten years of now.")
        parameters.refuse_flaws()
        pools = _visible(caller).select_related("rotation")
        if name is not None:
            flaw = Flaw("pool", "unknown_pool", creating.NO_POOL, "parameter")
            pools = pools.filter(pk=creating.pool(name, flaw).pk)
        return answer({"at": moment(at), "results": [_represent(each, at) for each in pools]})


def _visible(caller: Caller) -> PoolQuerySet:
    pools = Pool.objects.all()
    if caller.reviewer:
        pools = pools.visible_to(caller.reviewer)
    return pools.filter(pk__in=caller.key.pool_ids) if caller.key.pool_ids else pools


def _represent(pool: Pool, at: datetime) -> dict[str, Any]:
    told: dict[str, Any] = {"pool": pool.name, "rotation": None, "reviewer": None, "until": None, "next": None}
    if pool.rotation is None:
        return told | {"gaps": []}
    found = oncall.standing(pool.rotation, at)
    return told | {
        "rotation": pool.rotation.name,
        "reviewer": _person(found.now.reviewer),
        "until": moment(found.until),
        "next": found.next and _shift(found.next),
        "gaps": [{"start": moment(gap.start), "end": moment(gap.end)} for gap in found.gaps],
    }


def _shift(shift: Shift) -> dict[str, Any]:
    return {"reviewer": _person(shift.reviewer), "at": moment(shift.start)}


def _person(reviewer: Reviewer | None) -> dict[str, str] | None:
    return {"id": str(reviewer.pk), "name": reviewer.display_name} if reviewer else None
