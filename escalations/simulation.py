"""What would happen to an escalation if nobody acted: the engine itself, with another clock, and nothing of it stays.

Everything runs in one transaction that is undone at the end. In it the database's `now()` is a moment of our choice,
and the very functions that the sweeps call are called for this escalation whenever anything could happen to it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from escalations import agents, backlog, intake, policies, timers
from escalations.intake import NewEscalation
from escalations.models import Agent, Escalation, Event, Policy, Status
from reviewers import clock, duty
from reviewers.models import Pool, Reviewer, ReviewerQuerySet

AT_MOST = 2000  # moments

# Found before PostgreSQL's own functions, for as long as this transaction lasts.
_CLOCK = """
    CREATE SCHEMA simulated_clock;
    CREATE FUNCTION simulated_clock.now() RETURNS timestamptz STABLE LANGUAGE sql
        AS $$ SELECT current_setting('simulation.at')::timestamptz $$;
    CREATE FUNCTION simulated_clock.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql
        AS $$ SELECT current_setting('simulation.at')::timestamptz $$;
    CREATE FUNCTION simulated_clock.clock_timestamp() RETURNS timestamptz STABLE LANGUAGE sql
        AS $$ SELECT current_setting('simulation.at')::timestamptz $$;
    SELECT set_config('search_path', 'simulated_clock, pg_catalog, ' || current_setting('search_path'), true)"""


class Hearing(NamedTuple):
    """Who hears of an event, in words, and by what; `trouble` says why they hear by nothing, or not at once."""

    who: str
    by: list[str]
    trouble: str = ""
    is_unreachable: bool = False


class Happening(NamedTuple):
    """One event; `who` are those who have it or are to hear of it, `heard` what the listener made of it."""

    at: datetime
    type: str
    who: list[Reviewer]
    data: dict[str, Any]
    heard: list[Hearing] = []


Listener = Callable[[Event, Escalation], list[Hearing]]  # an event, and how its escalation stands soon after it


def of_new(
    request: NewEscalation, *, by: Agent | None, at: datetime, until: datetime, listen: Listener | None = None
) -> list[Happening]:
    """What would happen to this request, asked at that moment."""
    with _undone(), _at(at):
        pool = request.pool or Pool.objects.get(is_default=True)
        _refresh(_people(pool), _pools(pool))
        agent = by or agents.create("simulation").agent
        key = agent.keys.filter(is_sandbox=False).first() or agents.create("simulation key").agent.keys.get(
            is_sandbox=False, scopes__contains=["write"]
        )
        escalation = intake.create(request, by=agent, via=key).escalation
        return _follow(escalation, at, until, _Log(listen))


def of(escalation: Escalation, *, at: datetime, until: datetime, listen: Listener | None = None) -> list[Happening]:
    """What would happen to one that exists, from that moment on."""
    with _undone(), _at(at):
        last = escalation.events.order_by("-pk").values_list("pk", flat=True).first()
        return _follow(escalation, at, until, _Log(listen, read=last or 0))


class _Log:
    """The events of one escalation, read in the moments in which they are written."""

    def __init__(self, listen: Listener | None, read: int = 0) -> None:
        self._listen = listen
        self._read = read
        self.found: list[Happening] = []

    def read(self, escalation: Escalation) -> None:
        for event in Event.objects.filter(escalation=escalation, pk__gt=self._read).order_by("pk"):
            heard = self._listen(event, escalation) if self._listen else []
            self.found.append(Happening(event.at, event.type, _who(event), event.data, heard))
            self._read = event.pk


def _follow(escalation: Escalation, at: datetime, until: datetime, log: _Log) -> list[Happening]:
    moment: datetime | None = at
    for _round in range(AT_MOST):
        if moment is None or moment > until:
            break
        with _at(moment):
            _settle(escalation)
            escalation = _current(escalation)
            log.read(escalation)
            moment = None if escalation.is_finished else _next_moment(escalation, moment)
    return log.found


def _settle(escalation: Escalation) -> None:
    """What the sweeps do, in their order, for this one."""
    current = _current(escalation)
    _refresh(_people(current.pool), _pools(current.pool))
    timers.expire(current)
    timers.take_from_the_absent(current)
    timers.lapse(current)
    timers.lapse_claim(current)
    timers.lapse_claim(current)
    current.refresh_from_db()
    if current.status == Status.OPEN:
        backlog.assign_up_to(current)
        timers.stand_in(current)
    for policy in Policy.objects.filter(is_active=True).select_related("target_pool"):
        policies.act(policy, _current(current))


def _current(escalation: Escalation) -> Escalation:
    known = Escalation.objects.with_names().select_related("pool__fallback", "pool__manager", "assigned_to")
    return known.get(pk=escalation.pk)


def _next_moment(escalation: Escalation, after: datetime) -> datetime | None:
    """The first later one at which anything could happen to it."""
    found = [escalation.expires_at, escalation.lapses_at, *_of_policies(escalation)]
    pools = _pools(escalation.pool)
    found += [each.open_changes_at for each in pools]
    found += [each.duty_changes_at for each in _people(escalation.pool)]
    return min((moment for moment in found if moment is not None and moment > after), default=None)


def _of_policies(escalation: Escalation) -> Iterator[datetime]:
    born = escalation.created_at + escalation.paused_for
    if escalation.paused_at is not None:
        return
    for policy in Policy.objects.filter(is_active=True):
        last = policy.steps.filter(escalation=escalation).order_by("-round").first()
        if last is None:
            yield born + policy.after
        elif policy.repeat_every:
            yield born + last.age + policy.repeat_every


def _pools(pool: Pool) -> list[Pool]:
    return list(Pool.objects.filter(pk__in=[pool.pk, pool.fallback_id or pool.pk]))


def _people(pool: Pool) -> list[Reviewer]:
    return list(ReviewerQuerySet(Reviewer).filter(seats__pool__in=_pools(pool)).distinct().order_by("pk"))


def _refresh(people: list[Reviewer], pools: list[Pool]) -> None:
    for reviewer in people:
        duty.refresh(reviewer)
    for pool in pools:
        duty.refresh_pool(pool, clock.now())


def _who(event: Event) -> list[Reviewer]:
    """Whoever was chosen, or is to hear of it."""
    told = event.data.get("reviewers") or []
    if event.type == Event.Type.ASSIGNED:
        told = [event.facts["assigned_to"]]
    return list(ReviewerQuerySet(Reviewer).filter(pk__in=told).order_by("email"))


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
        try:
            yield
        finally:
            transaction.set_rollback(True)


@contextmanager
def _at(moment: datetime) -> Iterator[None]:
    """It is that moment, here and in the database."""
    with clock.standing_at(moment), connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('simulated_clock') IS NULL")
        if cursor.fetchone() == (True,):
            cursor.execute("SELECT set_config('simulation.at', %s, true)", [moment.isoformat()])
            cursor.execute(_CLOCK)
        cursor.execute("SELECT set_config('simulation.at', %s, true)", [moment.isoformat()])
        yield
