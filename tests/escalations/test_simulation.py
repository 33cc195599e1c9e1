"""What a simulation says is what the engine then does; and a simulation leaves nothing behind."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from escalations import backlog, intake, lifecycle, policies, simulation
from escalations.intake import NewEscalation
from escalations.models import Agent, Escalation, Event, Policy, Priority
from reviewers import clock, duty
from reviewers.hours import Hours
from reviewers.models import Pool, Reviewer
from tests.factories import default_pool, key_of, make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MONDAY = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
Type = Event.Type


def seen(happenings: list[simulation.Happening], start: datetime = MONDAY) -> list[tuple[float, str, list[str]]]:
    return [((each.at - start) / HOUR, each.type, [who.name for who in each.who]) for each in happenings]


def simulate(priority: Priority, *, hours: int = 30, **facts: Any) -> list[tuple[float, str, list[str]]]:
    request = NewEscalation("May I?", priority=priority, **facts)
    return seen(simulation.of_new(request, by=None, at=MONDAY, until=MONDAY + hours * HOUR))


def test_an_urgent_one_goes_round_and_then_to_on_call() -> None:
    make_reviewer("Ada")
    ben = make_reviewer("Ben")
    Pool.objects.update(manager=ben)
    assert simulate(Priority.URGENT, hours=2) == [
        (0.0, Type.CREATED, []),
        (0.0, Type.ASSIGNED, ["Ada"]),
        (0.25, Type.LAPSED, []),
        (0.25, Type.ASSIGNED, ["Ben"]),
        (0.5, Type.LAPSED, []),
        (0.5, Type.ON_CALL_NOTIFIED, ["Ben"]),
        (0.5, Type.ON_CALL_NOTIFIED, ["Ben"]),
        (1.0, Type.ON_CALL_NOTIFIED, ["Ben"]),
    ]


def test_who_begins_at_nine_gets_it_at_nine() -> None:
    ada = make_reviewer("Ada")
    duty.keep_hours(
        ada, zone="UTC", hours=[Hours(day, (MONDAY + HOUR).time(), (MONDAY + 9 * HOUR).time()) for day in range(7)]
    )
    assert simulate(Priority.LOW, hours=1)[1:] == [(1.0, Type.ASSIGNED, ["Ada"])]


def test_nothing_of_it_stays() -> None:
    make_reviewer("Ada")
    simulate(Priority.URGENT)
    assert (Escalation.objects.count(), Agent.objects.count(), Event.objects.count()) == (0, 0, 0)
    assert Reviewer.objects.get().on_duty
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('simulated_clock') IS NULL, now() > '2027-03-01'")
        assert cursor.fetchone() == (True, False)


def run_engine(
    priority: Priority, pool: Pool, start: datetime, hours: int, every: timedelta
) -> list[tuple[float, str, list[str]]]:
    """The same request through the engine's own sweeps; everything here happens in the moment of one of those."""
    agent = make_agent()
    with simulation._at(start):
        for reviewer in Reviewer.objects.all():
            duty.refresh(reviewer)
        request = NewEscalation("May I?", priority=priority, pool=pool)
        escalation = intake.create(request, by=agent, via=key_of(agent)).escalation
    for count in range(hours * HOUR // every + 1):
        sweep_at(start + count * every)
    return happened(escalation, start)


def sweep_at(moment: datetime) -> None:
    with simulation._at(moment):
        backlog.sweep()
        policies.sweep()


def happened(escalation: Escalation, start: datetime) -> list[tuple[float, str, list[str]]]:
    events = escalation.events.order_by("pk")
    return seen([simulation.Happening(each.at, each.type, simulation._who(each), each.data) for each in events], start)


def make_scene(chance: random.Random, assign_within: timedelta) -> Pool:
    """A pool by chance, with a manager who is not in it, and a policy that repeats."""
    pool = chance.choice([default_pool(), make_pool("Legal")])
    pool.manager = make_reviewer("Grace", pool=make_pool())
    pool.assign_within = chance.choice([None, assign_within, 3 * assign_within])
    pool.save()
    Policy.objects.create(name="Hourly", condition="unresolved", after=HOUR, repeat_every=HOUR, action="notify_manager")
    return pool


@pytest.mark.parametrize("seed", range(3))
def test_the_engine_does_what_the_simulation_said(seed: int) -> None:
    chance = random.Random(seed)
    pool = make_scene(chance, 15 * MINUTE)
    for name in ("Ada", "Ben", "Cleo")[: chance.randint(0, 3)]:
        start = MONDAY + chance.randint(0, 2) * HOUR
        hours = [Hours(day, start.time(), (start + chance.randint(1, 4) * HOUR).time()) for day in range(7)]
        duty.keep_hours(make_reviewer(name, pool=pool), zone="UTC", hours=hours)
    priority = chance.choice(list(Priority))
    request = NewEscalation("May I?", priority=priority, pool=pool)
    said = seen(simulation.of_new(request, by=None, at=MONDAY, until=MONDAY + 3 * HOUR))
    assert clock.now() < MONDAY
    assert said == run_engine(priority, pool, MONDAY, 3, 15 * MINUTE)


@pytest.mark.parametrize("claim_within", [None, 15 * MINUTE, 45 * MINUTE])
def test_it_does_so_with_what_somebody_claimed_and_left(claim_within: timedelta | None) -> None:
    pool = make_scene(random.Random(1), 15 * MINUTE)
    Pool.objects.filter(pk=pool.pk).update(claim_within=claim_within)
    ada, _ben = make_reviewer("Ada", pool=pool), make_reviewer("Ben", pool=pool)
    with simulation._at(MONDAY):
        claimed = lifecycle.claim(make_escalation(pool=pool, priority=Priority.HIGH), by=ada)
    said = seen(simulation.of(claimed, at=MONDAY, until=MONDAY + 2 * HOUR))
    assert (Type.LAPSED in {kind for _at, kind, _who in said}) == (claim_within is not None)
    before = claimed.events.count()
    for count in range(9):
        sweep_at(MONDAY + count * 15 * MINUTE)
    assert said == happened(claimed, MONDAY)[before:]


# Two hours before each change of clocks, and around them an ordinary day, 29 February and the end of a year.
STARTS = {
    "Berlin goes forward": datetime(2027, 3, 27, 23, tzinfo=UTC),
    "Berlin goes back": datetime(2027, 10, 30, 23, tzinfo=UTC),
    "New York goes forward": datetime(2027, 3, 14, 5, tzinfo=UTC),
    "New York goes back": datetime(2027, 11, 7, 4, tzinfo=UTC),
    "Lord Howe goes forward": datetime(2027, 10, 2, 13, 30, tzinfo=UTC),
    "Lord Howe goes back": datetime(2027, 4, 3, 13, tzinfo=UTC),
    "29 February": datetime(2028, 2, 28, 22, tzinfo=UTC),
    "end of the year": datetime(2027, 12, 31, 20, tzinfo=UTC),
}
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
HALF = timedelta(minutes=30)


@pytest.mark.parametrize("name", STARTS)
def test_it_does_so_for_people_in_three_zones_when_clocks_are_changed(name: str) -> None:
    """Hours that begin or end within the next hours, half hours too, by the wall clocks of each zone."""
    start, chance = STARTS[name], random.Random(name)
    pool = make_scene(chance, HALF)
    for zone in ZONES:
        wall = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        begins = wall + chance.randint(-2, 5) * HALF
        ends = begins + chance.randint(2, 6) * HALF
        hours = [Hours(day, begins.time(), ends.time()) for day in range(7)]
        duty.keep_hours(make_reviewer(zone.partition("/")[2], pool=pool), zone=zone, hours=hours)
    priority = chance.choice(list(Priority))
    request = NewEscalation("May I?", priority=priority, pool=pool)
    said = seen(simulation.of_new(request, by=None, at=start, until=start + 4 * HOUR), start)
    assert len(said) > 1
    assert said == run_engine(priority, pool, start, 4, HALF)
