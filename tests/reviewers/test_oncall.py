"""Turns by the clock on the wall, compared with a walk through every minute; and who is called."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewers import duty, oncall
from reviewers.hours import MINUTE, Hours, Span
from reviewers.models import Override, Reviewer, Rotation, Turn
from reviewers.oncall import Cover, Plan
from tests.factories import make_pool, make_reviewer

ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")]
PEOPLE = tuple(Reviewer(name=name, email=f"{name}@example.com") for name in ("ada", "ben", "chloe"))
ADA, BEN, CHLOE = PEOPLE
# Around both changes of the clocks in Europe, America and Australia, a leap day, and the turn of a year.
STARTS = [
    datetime(*day, tzinfo=UTC)
    for day in ((2026, 3, 7), (2026, 3, 28), (2026, 4, 3), (2026, 10, 2), (2026, 10, 24), (2026, 10, 31))
] + [datetime(2028, 2, 28, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)]
DAYS = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def walked(plan: Plan, start: datetime, end: datetime) -> list[Reviewer | None]:
    """Who is on call in each minute: a new turn begins when the clock first shows its time or a later one."""
    found, turn, moment = [], -1, start - 8 * DAYS
    while moment < end:
        wall = moment.astimezone(plan.zone).replace(tzinfo=None)
        while wall >= datetime.combine(plan.starts_on + DAYS * plan.length_days * (turn + 1), plan.handoff_at):
            turn += 1
        falls_to = plan.order[turn % len(plan.order)] if plan.order and turn >= 0 else None
        for cover in plan.covers:
            falls_to = cover.reviewer if cover.start <= moment < cover.end else falls_to
        is_off = falls_to and any(span.start <= moment < (span.end or end) for span in plan.off.get(falls_to.pk, ()))
        found.append(None if is_off else falls_to)
        moment += MINUTE
    return found[8 * 1440 :]


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, datetime]:
    start = draw(st.sampled_from(STARTS))
    spans = st.tuples(st.integers(0, 3000), st.integers(1, 2000)).map(
        lambda each: (start + MINUTE * each[0], start + MINUTE * sum(each))
    )
    covers = draw(st.lists(st.tuples(spans, st.sampled_from(PEOPLE)), max_size=3))
    off = draw(st.dictionaries(st.sampled_from([each.pk for each in PEOPLE]), spans, max_size=2))
    plan = Plan(
        draw(st.sampled_from(ZONES)),
        draw(st.builds(time, st.sampled_from([0, 1, 2, 3, 9, 23]), st.sampled_from([0, 30]))),
        draw(st.integers(1, 8)),
        start.date() - DAYS * draw(st.integers(-1, 6)),
        draw(st.lists(st.sampled_from(PEOPLE), max_size=4).map(tuple)),
        tuple(Cover(*span, reviewer) for span, reviewer in covers),
        {pk: (Span(*span),) for pk, span in off.items()},
    )
    return plan, start


@settings(max_examples=40, deadline=None)
@given(plans())
def test_shifts_are_what_a_walk_through_every_minute_finds(made: tuple[Plan, datetime]) -> None:
    plan, start = made
    end = start + 3 * DAYS
    shifts = plan.shifts(start, end)
    told = [each.reviewer for each in shifts for _minute in range((each.end - each.start) // MINUTE)]
    assert told == walked(plan, start, end)
    assert [each.reviewer for each in shifts] == [plan.who(each.start) for each in shifts]


@pytest.mark.parametrize(
    ("zone", "handoff", "starts_on", "length", "begins"),
    [
        ("Europe/Berlin", "09:00", "2026-03-22", 7, "2026-03-29T07:00"),  # summer time has begun
        ("Europe/Berlin", "02:30", "2026-03-22", 7, "2026-03-29T01:00"),  # 02:30 is left out: when clocks jump
        ("Europe/Berlin", "02:30", "2026-10-24", 1, "2026-10-25T00:30"),  # 02:30 comes twice: the first
        ("America/New_York", "02:30", "2026-03-07", 1, "2026-03-08T07:00"),
        ("America/New_York", "01:30", "2026-10-31", 1, "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "02:15", "2026-10-03", 1, "2026-10-03T15:30"),  # half an hour is left out
        ("Pacific/Apia", "09:00", "2011-12-29", 1, "2011-12-30T10:00"),  # a whole day is left out
        ("UTC", "00:00", "2028-02-28", 1, "2028-02-29T00:00"),
        ("UTC", "09:00", "2026-12-28", 5, "2027-01-02T09:00"),
    ],
)
def test_the_second_turn_begins(zone: str, handoff: str, starts_on: str, length: int, begins: str) -> None:
    first_day = date.fromisoformat(starts_on)
    plan = Plan(ZoneInfo(zone), time.fromisoformat(handoff), length, first_day, (ADA, BEN))
    assert plan.begins(1) == at(begins)
    assert (plan.who(at(begins) - MINUTE), plan.who(at(begins))) == (ADA, BEN)


def test_turns_go_round_in_their_order() -> None:
    plan = Plan(ZoneInfo("UTC"), time(9), 7, date(2026, 1, 5), (ADA, BEN, ADA, CHLOE))
    weeks = [plan.who(at("2026-01-05T09:00") + 7 * DAYS * n) for n in range(5)]
    assert weeks == [ADA, BEN, ADA, CHLOE, ADA]


def test_of_two_overrides_the_later_one_holds() -> None:
    covers = tuple(
        Cover(at("2026-01-06T00:00"), at(f"2026-01-{end}T00:00"), who) for end, who in (("09", BEN), ("07", CHLOE))
    )
    plan = Plan(ZoneInfo("UTC"), time(9), 7, date(2026, 1, 5), (ADA,), covers)
    assert [each.reviewer for each in plan.shifts(at("2026-01-05T09:00"), at("2026-01-10T00:00"))] == [
        ADA,
        CHLOE,
        BEN,
        ADA,
    ]


@pytest.fixture
def rotation(db: None) -> Rotation:
    return Rotation.objects.create(name="Legal", starts_on=date(2023, 12, 25), length_days=7)


@pytest.fixture
def ada(rotation: Rotation) -> Reviewer:
    reviewer = make_reviewer("Ada")
    Turn.objects.create(rotation=rotation, reviewer=reviewer)
    return reviewer


NOW = datetime.now(UTC)


def test_somebody_is_on_call_at_night_too(rotation: Rotation, ada: Reviewer) -> None:
    duty.keep_hours(ada, zone="UTC", hours=[Hours(0, time(9), time(9, 1))])
    assert oncall.who(rotation, NOW) == ada


def test_whoever_is_off_leaves_a_gap(rotation: Rotation, ada: Reviewer) -> None:
    duty.take_off(ada, start_at=NOW + DAYS, end_at=NOW + 2 * DAYS)
    [gap] = oncall.gaps(rotation, NOW, NOW + 14 * DAYS)
    assert (gap.start, gap.end, gap.in_turn) == (NOW + DAYS, NOW + 2 * DAYS, ada)


def test_nobody_who_is_away_or_inactive_is_called(rotation: Rotation, ada: Reviewer) -> None:
    duty.go_away(ada, until=datetime.now(UTC) + timedelta(hours=1))
    now = datetime.now(UTC)
    assert (oncall.who(rotation, now), oncall.who(rotation, now + timedelta(hours=1))) == (None, ada)
    Reviewer.objects.filter(pk=ada.pk).update(is_active=False)
    assert oncall.who(rotation, now + timedelta(hours=1)) is None


def test_a_rotation_without_people_is_one_gap(rotation: Rotation) -> None:
    assert [each[:3] for each in oncall.gaps(rotation, NOW, NOW + DAYS)] == [(NOW, NOW + DAYS, None)]


def test_nobody_counts_on_a_rotation_that_is_not_active(rotation: Rotation, ada: Reviewer) -> None:
    rotation.is_active = False
    assert (oncall.who(rotation, NOW), oncall.gaps(rotation, NOW, NOW + DAYS)) == (None, [])


def test_a_pool_calls_whom_its_rotation_says(rotation: Rotation, ada: Reviewer) -> None:
    pool = make_pool()
    assert oncall.of_pool(pool, NOW) is None
    pool.rotation = rotation
    assert oncall.of_pool(pool, NOW) == ada


def test_taking_over_lasts_until_its_end(rotation: Rotation, ada: Reviewer) -> None:
    ben = make_reviewer("Ben")
    until = datetime.now(UTC) + timedelta(hours=4)
    oncall.take_over(rotation, ben, until=until)
    assert [each.reviewer for each in oncall.shifts(rotation, datetime.now(UTC), until + DAYS)] == [ben, ada]


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=15)])
def test_nobody_takes_over_for_good(rotation: Rotation, ada: Reviewer, ahead: timedelta) -> None:
    with pytest.raises(oncall.CannotTakeOver):
        oncall.take_over(rotation, ada, until=datetime.now(UTC) + ahead)
    assert not Override.objects.exists()
