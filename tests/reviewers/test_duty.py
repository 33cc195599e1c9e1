"""The switch, the hours, the time off, and what they come to."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from reviewers import duty
from reviewers.hours import Hours
from reviewers.models import Holiday, Reviewer, Seat
from tests.factories import default_pool, make_reviewer

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # nine in Berlin
OFFICE = [Hours(day, time(9), time(17)) for day in range(5)]


@pytest.fixture
def ada() -> Reviewer:
    return make_reviewer("Ada")


def served(reviewer: Reviewer) -> int:
    return Seat.objects.get(reviewer=reviewer).served


def test_a_fresh_reviewer_is_on_duty_at_all_hours(ada: Reviewer) -> None:
    ada.refresh_from_db()
    assert (ada.is_on_duty, ada.duty_changes_at) == (True, None)


def test_away_lasts_until_somebody_comes_back(ada: Reviewer) -> None:
    duty.go_away(ada)
    assert (ada.is_on_duty, ada.duty_changes_at) == (False, None)
    duty.come_back(ada)
    assert ada.is_on_duty


def test_away_for_a_while_ends_by_itself(ada: Reviewer) -> None:
    duty.go_away(ada, until=datetime.now(UTC) + HOUR)
    with time_machine.travel(datetime.now(UTC) + HOUR):
        assert duty.refresh_due() == 1
    ada.refresh_from_db()
    assert (ada.on_duty, ada.away_since, ada.away_until) == (True, None, None)


@pytest.mark.parametrize("ahead", [timedelta(0), -HOUR, timedelta(days=367)])
def test_away_ends_within_a_year(ada: Reviewer, ahead: timedelta) -> None:
    with pytest.raises(duty.CannotBeAway):
        duty.go_away(ada, until=datetime.now(UTC) + ahead)


def test_hours_switch_people_on_and_off(ada: Reviewer) -> None:
    with time_machine.travel(MONDAY - HOUR, tick=False):
        duty.keep_hours(ada, zone="Europe/Berlin", hours=OFFICE)
    assert (ada.on_duty, ada.duty_changes_at) == (False, MONDAY)
    with time_machine.travel(MONDAY, tick=False):
        duty.refresh_due()
        ada.refresh_from_db()
        assert (ada.on_duty, ada.duty_changes_at) == (True, MONDAY + 8 * HOUR)


def test_what_is_kept_is_not_believed_beyond_its_end(ada: Reviewer) -> None:
    with time_machine.travel(MONDAY, tick=False):
        duty.keep_hours(ada, zone="Europe/Berlin", hours=OFFICE)
    with time_machine.travel(MONDAY + 8 * HOUR, tick=False):
        assert not ada.is_on_duty


def test_time_off_goes_before_hours(ada: Reviewer) -> None:
    now = datetime.now(UTC)
    duty.take_off(ada, start_at=now - HOUR, end_at=now + HOUR, note="Dentist")
    ada.refresh_from_db()
    assert (ada.on_duty, ada.duty_changes_at) == (False, now + HOUR)


def test_an_unknown_zone_is_refused(ada: Reviewer) -> None:
    with pytest.raises(duty.UnknownZone):
        duty.keep_hours(ada, zone="Mars/Olympus", hours=[])


def test_who_comes_on_duty_is_level_with_those_who_are(ada: Reviewer) -> None:
    duty.go_away(ada)
    ben = make_reviewer("Ben")
    Seat.objects.filter(reviewer=ben).update(served=40)
    duty.come_back(ada)
    assert served(ada) == 40


def test_who_comes_to_an_empty_pool_starts_where_the_others_stopped(ada: Reviewer) -> None:
    """Else whoever comes back after them would get nothing until they had caught up."""
    ben = make_reviewer("Ben")
    duty.go_away(ben)
    Seat.objects.filter(reviewer=ada).update(served=40)
    duty.go_away(ada)
    duty.come_back(ben)
    duty.come_back(ada)
    assert (served(ada), served(ben)) == (40, 40)


def test_a_holiday_closes_the_pool_for_a_day() -> None:
    pool = default_pool()
    pool.time_zone = "Europe/Berlin"
    pool.save(update_fields=["time_zone"])
    Holiday.objects.create(pool=pool, on=MONDAY.date())
    duty.refresh_pool(pool, MONDAY)
    assert (pool.is_open, pool.open_changes_at) == (False, datetime(2026, 3, 2, 23, 0, tzinfo=UTC))
