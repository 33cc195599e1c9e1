"""Hours by the clock on the wall, compared with a walk through every minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewers.hours import MINUTE, Hours, Schedule, Span

BERLIN, NEW_YORK, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")
ZONES = [BERLIN, NEW_YORK, ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe")]
WEEK = tuple(Hours(day, time(9), time(17)) for day in range(5))
# Around both changes of the clocks in Europe and America, a leap day, and the turn of a year.
STARTS = [
    datetime(*day, tzinfo=UTC)
    for day in ((2026, 3, 7), (2026, 3, 28), (2026, 10, 24), (2026, 10, 31), (2028, 2, 28), (2026, 12, 31))
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def minute_walk(schedule: Schedule, start: datetime, minutes: int) -> datetime | None:
    """The first minute at which it is otherwise than at the start."""
    is_on = schedule.is_on(start)
    walk = (start + MINUTE * n for n in range(1, minutes))
    return next((moment for moment in walk if schedule.is_on(moment) != is_on), None)


quarters = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
hours = st.builds(Hours, st.integers(0, 6), quarters, quarters)
spans = st.builds(
    lambda start, ahead, length: Span(start + MINUTE * ahead, start + MINUTE * (ahead + length)),
    st.sampled_from(STARTS),
    st.integers(0, 3000),
    st.integers(1, 2000),
)
schedules = st.builds(
    Schedule,
    st.sampled_from(ZONES),
    st.lists(hours, max_size=4).map(tuple),
    st.lists(spans, max_size=2).map(tuple),
    st.sets(st.dates(date(2026, 3, 7), date(2026, 3, 12)), max_size=1).map(frozenset),
)


@settings(max_examples=50, deadline=None)
@given(schedules, st.sampled_from(STARTS), st.integers(0, 1440))
def test_the_next_change_is_the_one_a_walk_through_every_minute_finds(
    schedule: Schedule, start: datetime, ahead: int
) -> None:
    start += MINUTE * ahead
    found = schedule.next_change(start)
    walked = minute_walk(schedule, start, 3 * 1440)
    assert walked == (found if found and found - start < timedelta(days=3) else None)


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        (BERLIN, "2026-03-27T20:00", "2026-03-30T07:00"),  # summer time has begun on the 29th
        (BERLIN, "2026-10-23T20:00", "2026-10-26T08:00"),  # and ended on the 25th
        (NEW_YORK, "2026-03-06T23:00", "2026-03-09T13:00"),
        (NEW_YORK, "2026-10-30T23:00", "2026-11-02T14:00"),
        (BERLIN, "2028-02-28T20:00", "2028-02-29T08:00"),
        (BERLIN, "2026-12-31T20:00", "2027-01-01T08:00"),
    ],
)
def test_the_office_opens_at_nine_by_its_own_clock(zone: ZoneInfo, now: str, opens: str) -> None:
    assert Schedule(zone, WEEK).next_on(at(now)) == at(opens)


def test_without_hours_somebody_is_always_on() -> None:
    assert Schedule().next_change(at("2026-01-01T00:00")) is None


def test_a_night_shift_ends_on_the_next_day() -> None:
    night = Schedule(hours=(Hours(6, time(22), time(6)),))  # Sunday
    assert night.is_on(at("2026-03-02T05:59"))
    assert night.next_change(at("2026-03-02T05:59")) == at("2026-03-02T06:00")


def test_who_is_away_without_an_end_does_not_come_back() -> None:
    assert Schedule(off=(Span(at("2026-01-01T00:00"), None),)).next_on(at("2026-01-02T00:00")) is None


def test_a_day_that_a_zone_left_out_is_no_trouble() -> None:
    """Samoa had no 30 December 2011."""
    assert Schedule(APIA, WEEK).next_on(at("2011-12-30T04:00")) == at("2011-12-30T10:00") + timedelta(days=2, hours=9)
