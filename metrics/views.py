"""The measures by API, and the runs that agents report."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from escalations.api import permissions
from escalations.api.authentication import Caller
from escalations.api.endpoint import Endpoint, answer, checked, once
from escalations.api.parameters import MOMENT, Parameters
from escalations.api.problems import Flaw, flawed
from escalations.models import Agent, Priority
from metrics import described, figures, runs
from metrics.scope import EARLIEST, LATEST, LONGEST, PERIODS, Scope, ceiling, floor
from reviewers.models import Pool, Role

BY_DEFAULT = PERIODS["30d"]
NOTHING: frozenset[int] = frozenset()
REPORTED_WITHIN = timedelta(days=90)
SLACK = timedelta(minutes=5)  # between two clocks


class Metrics(Endpoint):
    """Figures of what the caller may see."""

    @extend_schema(**described.METRICS)
    def get(self, request: Request) -> HttpResponse:
        caller = permissions.reading(request)
        parameters = Parameters(request.query_params, ("since", "until", "pool", "agent", "priority"))
        since, until = _period(parameters)
        word = parameters.word("priority", Priority.values)
        pool, agent = parameters.text("pool"), parameters.text("agent")
        parameters.refuse_flaws()
        scope = _narrowed(_seen_by(caller, since, until), pool, agent)
        scope = replace(scope, priority=Priority(word) if word else None)
        return answer(figures.of(scope, with_people=caller.reviewer is not None))


class Runs(Endpoint):
    """How many runs an agent made."""

    @extend_schema(**described.REPORT)
    def post(self, request: Request) -> HttpResponse:
        caller, agent = permissions.asking(request)
        fields = checked(request, described.REPORT_RUNS)
        at = _moment(fields.get("at"))

        def count() -> tuple[int, None]:
            if not caller.key.is_sandbox:
                runs.report(agent, count=fields["runs"], at=at)
            return 204, None

        return once(request, caller, count)


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    found = MOMENT.fullmatch(text)
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC) if found and found["zone"] else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise flawed([Flaw("/at", "invalid_value", "Give a moment with its time zone, such as 2026-01-31T12:00:00Z.")])
    if not -SLACK <= timezone.now() - moment <= REPORTED_WITHIN:
        raise flawed([Flaw("/at", "invalid_value", "Give a moment of the last 90 days.")])
    return moment


def _period(parameters: Parameters) -> tuple[datetime, datetime]:
    """In whole hours: what is asked for is widened to them."""
    until = ceiling(min(max(parameters.moment("until") or timezone.now(), EARLIEST), LATEST))
    asked = parameters.moment("since")
    since = floor(max(asked, EARLIEST)) if asked else max(until - BY_DEFAULT, EARLIEST)
    if since >= until:
        parameters.note("since", "invalid_value", "Give a moment before `until`, and not before 1970.")
    elif until - since > LONGEST:
        parameters.note("since", "invalid_value", "Give a time of at most ten years.")
    return since, until


def _seen_by(caller: Caller, since: datetime, until: datetime) -> Scope:
    """What the caller may know of. The sandbox has no figures."""
    scope = Scope(since, until)
    if caller.reviewer is None:
        is_live = caller.agent is not None and not caller.key.is_sandbox
        return replace(scope, agent=caller.agent.pk) if caller.agent and is_live else replace(scope, pools=NOTHING)
    pools = None if caller.reviewer.role == Role.ADMIN else frozenset(caller.pools or ())
    if caller.key.pool_ids:
        limited = frozenset(caller.key.pool_ids)
        pools = limited if pools is None else pools & limited
    return replace(scope, pools=pools)


def _narrowed(scope: Scope, pool: str | None, agent: str | None) -> Scope:
    """To the pool and the agent of these names; what is not there, or not to be seen, has no figures."""
    if pool is not None:
        scope = _only(scope, pool=Pool.objects.filter(name=pool).values_list("pk", flat=True).first())
    if agent is not None:
        known = Agent.objects.filter(name=agent).values_list("pk", flat=True).first()
        scope = _only(scope, agent=known if scope.agent in {None, known} else None)
    return scope


def _only(scope: Scope, **narrower: int | None) -> Scope:
    return replace(scope, pools=NOTHING) if None in narrower.values() else replace(scope, **narrower)  # type: ignore[arg-type] # no None
