"""What an agent is told about people."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalations import availability, lifecycle
from escalations.availability import State
from reviewers import duty
from reviewers.hours import Hours, Schedule
from reviewers.models import Holiday, Pool
from tests.factories import default_pool, make_escalation, make_reviewer

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
SUNDAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OFFICE = [Hours(day, time(9), time(17)) for day in range(5)]


def test_somebody_on_duty_makes_it_staffed() -> None:
    make_reviewer()
    found = availability.of(make_escalation())
    assert found is not None
    assert (found.state, found.eligible_now, found.queue_position) == (State.STAFFED, 1, 1)


def test_a_full_team_is_staffed_but_nobody_is_eligible() -> None:
    make_reviewer(capacity=1)
    make_escalation()
    found = availability.of(make_escalation())
    assert found is not None
    assert (found.state, found.eligible_now, found.queue_position) == (State.STAFFED, 0, 2)


def test_the_tags_of_a_pool_count_for_everybody_in_it() -> None:
    ada, pool = make_reviewer(tags=("law",)), default_pool()
    Pool.objects.filter(pk=pool.pk).update(tags=["billing"])
    wanted = ["billing", "law"]
    assert availability.ask(pool.pk, tags=wanted, queue_at=SUNDAY).state == State.STAFFED
    with time_machine.travel(SUNDAY, tick=False):
        duty.keep_hours(ada, zone="UTC", hours=OFFICE)
        assert availability.next_coverage(pool.pk, tags=wanted, at=SUNDAY) == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_outside_of_hours_it_is_said_when_somebody_comes() -> None:
    ada = make_reviewer()
    with time_machine.travel(SUNDAY, tick=False):
        duty.keep_hours(ada, zone="Europe/Berlin", hours=OFFICE)
        found = availability.ask(default_pool().pk, tags=[], queue_at=SUNDAY)
    monday = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert (found.state, found.eligible_now, found.next_coverage_at) == (State.OFF_HOURS, 0, monday)


def test_a_holiday_puts_it_off_by_a_day() -> None:
    ada, pool = make_reviewer(), default_pool()
    Holiday.objects.create(pool=pool, on=datetime(2026, 3, 2, tzinfo=UTC).date())
    with time_machine.travel(SUNDAY, tick=False):
        duty.keep_hours(ada, zone="Europe/Berlin", hours=OFFICE)
        duty.refresh_pool(pool)
        opens = availability.next_coverage(pool.pk, tags=[], at=SUNDAY)
    assert opens == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def test_without_anybody_who_has_the_tags_there_is_nobody() -> None:
    make_reviewer(tags=("refunds",))
    found = availability.ask(default_pool().pk, tags=["legal"], queue_at=datetime.now(UTC))
    assert (found.state, found.next_coverage_at) == (State.NOBODY, None)


def test_away_without_an_end_is_nobody() -> None:
    duty.go_away(make_reviewer())
    assert availability.ask(default_pool().pk, tags=[], queue_at=datetime.now(UTC)).state == State.NOBODY


def test_nothing_is_said_of_what_is_in_somebodys_hands() -> None:
    ada = make_reviewer()
    assert availability.of(lifecycle.claim(make_escalation(), by=ada)) is None


def test_the_pick_up_is_estimated_by_how_long_it_took_of_late() -> None:
    ada = make_reviewer()
    assert availability.ask(default_pool().pk, tags=[], queue_at=datetime.now(UTC)).estimated_pickup_at is None
    lifecycle.claim(make_escalation(), by=ada)
    Pool.objects.update(pickup_seconds=600)
    found = availability.ask(default_pool().pk, tags=[], queue_at=datetime.now(UTC)).estimated_pickup_at
    assert found is not None
    assert timedelta(minutes=9) < found - datetime.now(UTC) <= timedelta(minutes=10)


def test_the_median_of_late_is_kept_for_each_pool() -> None:
    ada = make_reviewer()
    claimed = lifecycle.claim(make_escalation(), by=ada)
    availability.measure()
    waited = (claimed.claimed_at or claimed.created_at) - claimed.created_at
    assert default_pool().pickup_seconds == pytest.approx(waited.total_seconds())


quarters = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
weeks = st.lists(
    st.builds(Hours, st.integers(0, 6), quarters, quarters), min_size=1, max_size=3, unique_by=lambda each: each[:2]
)

# Each a day before: New York, Berlin and Lord Howe to summer time and back; Lord Howe moves by half an hour. Then
# 29 February and a new year.
ODD_DAYS = [
    datetime(2026, month, day, tzinfo=UTC)
    for month, day in ((3, 7), (3, 28), (4, 3), (10, 2), (10, 24), (10, 31), (12, 31))
] + [datetime(2028, 2, 28, tzinfo=UTC)]


@settings(max_examples=24, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]), weeks), max_size=3
    ),
    st.sampled_from(ODD_DAYS),
)
def test_the_next_coverage_is_the_first_minute_at_which_anybody_is_on(
    plans: list[tuple[str, list[Hours]]], start: datetime
) -> None:
    pool = Pool.objects.create(name=f"pool-{datetime.now(UTC).timestamp()}")
    for zone, hours in plans:
        duty.keep_hours(make_reviewer(pool=pool), zone=zone, hours=hours)
    schedules = [Schedule(ZoneInfo(zone), tuple(hours)) for zone, hours in plans]
    walk = (start + timedelta(minutes=30 * n) for n in range(48 * 9))
    first = next((at for at in walk if any(schedule.is_on(at) for schedule in schedules)), None)
    assert availability.next_coverage(pool.pk, tags=[], at=start) == first
