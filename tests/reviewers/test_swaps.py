"""Swaps on call: offered, answered once, and from then on what the plan says."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from reviewers import duty, feeds, oncall, swaps
from reviewers.models import Override, Pool, Reviewer, Rotation, Swap, Turn
from reviewers.swaps import CannotSwap, Stretch, Terms
from tests.factories import make_pool, make_reviewer

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _wednesday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada() -> Reviewer:
    return make_reviewer("Ada")


@pytest.fixture
def ben() -> Reviewer:
    return make_reviewer("Ben")


@pytest.fixture
def rotation(ada: Reviewer, ben: Reviewer) -> Rotation:
    """Each has a day, from 9 to 9 by UTC; today is Ada's."""
    made = Rotation.objects.create(name="Days", starts_on=date(2026, 3, 23), length_days=1)
    for position, person in enumerate((ada, ben)):
        Turn.objects.create(rotation=made, reviewer=person, position=position)
    Pool.objects.filter(is_default=True).update(rotation=made)
    return made


def day_of(n: int) -> Stretch:
    """The turn that begins n days from today: of Ada where n is even."""
    start = NOW.replace(hour=9) + n * DAY
    return Stretch(start, start + DAY)


def who(rotation: Rotation, at: datetime) -> str:
    return str(oncall.who(rotation, at))


def test_nothing_changes_until_it_is_accepted(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    swap = swaps.offer(rotation, Terms(ada, ben, day_of(2)))
    assert (swap.state, who(rotation, day_of(2).start)) == ("open", "Ada")
    swaps.accept(swap, by=ben)
    assert (Swap.objects.get().state, who(rotation, day_of(2).start)) == ("accepted", "Ben")


def test_a_time_for_a_time_becomes_two_overrides(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    swaps.accept(swaps.offer(rotation, Terms(ada, ben, day_of(2), day_of(5))), by=ben)
    given, returned = Override.objects.order_by("start_at")
    assert (given.reviewer, given.start_at, given.end_at) == (ben, *day_of(2))
    assert (returned.reviewer, returned.start_at, returned.end_at) == (ada, *day_of(5))


def test_a_part_is_swapped_to_the_minute(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    part = Stretch(day_of(2).start + HOUR, day_of(2).start + 3 * HOUR)
    swaps.accept(swaps.offer(rotation, Terms(ada, ben, part)), by=ben)
    minute = timedelta(minutes=1)
    names = [who(rotation, each) for each in (part.start - minute, part.start, part.end - minute, part.end)]
    assert names == ["Ada", "Ben", "Ben", "Ada"]


def test_what_asks_who_is_on_call_follows(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    swaps.settle(rotation, Terms(ada, ben, Stretch(NOW, day_of(0).end)), by=ada)
    out = StringIO()
    call_command("whoisoncall", stdout=out)
    assert "Ben" in out.getvalue()
    feed = feeds.renew(ben, None)
    (mine,) = [each for each in feeds._entries(feed, NOW) if each.start <= NOW < each.end]
    assert "Ben is on call" in mine.summary


def test_a_shift_that_runs_is_swapped_from_now_on(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    swap = swaps.offer(rotation, Terms(ada, ben, Stretch(NOW, day_of(0).end)))
    assert swap.expires_at == day_of(0).end
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        swaps.accept(swap, by=ben)
    assert Override.objects.get().start_at == NOW + 2 * HOUR


def test_who_is_away_and_accepts_what_runs_is_back(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    duty.go_away(ben)
    swaps.accept(swaps.offer(rotation, Terms(ada, ben, Stretch(NOW, day_of(0).end))), by=ben)
    assert who(rotation, NOW) == "Ben"


def test_an_offer_ends_when_its_time_begins(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    swap = swaps.offer(rotation, Terms(ada, ben, day_of(4), day_of(1)))
    assert swap.expires_at == day_of(1).start
    with time_machine.travel(day_of(1).start, tick=False):
        with pytest.raises(CannotSwap, match="not open any more"):
            swaps.accept(swap, by=ben)
        assert swaps.expire() == 1
    assert Swap.objects.get().state == "expired"
    assert not Override.objects.exists()


@pytest.mark.parametrize("end", ["declined", "withdrawn", "accepted"])
def test_it_is_answered_once(rotation: Rotation, ada: Reviewer, ben: Reviewer, end: str) -> None:
    swap = swaps.offer(rotation, Terms(ada, ben, day_of(2)))
    answers: dict[str, Callable[[], None]] = {
        "declined": partial(swaps.decline, swap, by=ben),
        "withdrawn": partial(swaps.withdraw, swap),
        "accepted": partial(swaps.accept, swap, by=ben),
    }
    answers[end]()
    for again in answers.values():
        with pytest.raises(CannotSwap, match="not open any more"):
            again()
    assert (Swap.objects.get().state, Override.objects.count()) == (end, int(end == "accepted"))


def test_nobody_else_may_accept(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    swap = swaps.offer(rotation, Terms(ada, ben, day_of(2)))
    with pytest.raises(CannotSwap):
        swaps.accept(swap, by=ada)


def test_the_plan_is_asked_again_when_it_is_accepted(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    swap = swaps.offer(rotation, Terms(ada, ben, day_of(2)))
    carl = make_reviewer("Carl")
    Override.objects.create(rotation=rotation, reviewer=carl, start_at=day_of(2).start + HOUR, end_at=day_of(2).end)
    with pytest.raises(CannotSwap, match="Not all of that time falls to Ada"):
        swaps.accept(swap, by=ben)
    assert (Swap.objects.get().state, Override.objects.count()) == ("open", 1)


def test_other_offers_of_the_same_time_end_with_it(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    carl = make_reviewer("Carl")
    first = swaps.offer(rotation, Terms(ada, ben, day_of(2)))
    second = swaps.offer(rotation, Terms(ada, carl, day_of(2)))
    swaps.accept(second, by=carl)
    first.refresh_from_db()
    assert first.state == "withdrawn"


REFUSED: dict[str, tuple[Callable[[Reviewer, Reviewer], Terms], str]] = {
    "of-another": (lambda ada, ben: Terms(ben, ada, day_of(2)), "Not all of that time falls to Ben"),
    "return-of-another": (lambda ada, ben: Terms(ada, ben, day_of(2), day_of(4)), "Not all of that time falls to Ben"),
    "with-oneself": (lambda ada, _ben: Terms(ada, ada, day_of(2)), "somebody else"),
    "past": (lambda ada, ben: Terms(ada, ben, day_of(-2)), "within the next two months"),
    "far": (lambda ada, ben: Terms(ada, ben, day_of(70)), "within the next two months"),
    "backwards": (lambda ada, ben: Terms(ada, ben, Stretch(day_of(2).end, day_of(2).start)), "ends after it begins"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_swapped_is_refused(rotation: Rotation, ada: Reviewer, ben: Reviewer, what: str) -> None:
    terms, said = REFUSED[what]
    with pytest.raises(CannotSwap, match=said):
        swaps.offer(rotation, terms(ada, ben))
    assert not Swap.objects.exists()


def test_who_is_off_then_is_not_asked(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    duty.take_off(ben, start_at=day_of(2).start, end_at=day_of(2).start + HOUR)
    with pytest.raises(CannotSwap, match="Ben is off then"):
        swaps.offer(rotation, Terms(ada, ben, day_of(2)))


def test_a_stranger_is_not_asked(rotation: Rotation, ada: Reviewer) -> None:
    with pytest.raises(CannotSwap, match="takes no part"):
        swaps.offer(rotation, Terms(ada, make_reviewer("Zoe", pool=make_pool()), day_of(2)))


def test_a_rotation_that_is_not_active_swaps_nothing(rotation: Rotation, ada: Reviewer, ben: Reviewer) -> None:
    rotation.is_active = False
    with pytest.raises(CannotSwap, match="not active"):
        swaps.offer(rotation, Terms(ada, ben, day_of(2)))


def test_the_day_on_which_clocks_change_is_swapped_whole(ada: Reviewer, ben: Reviewer) -> None:
    zone = Rotation.objects.create(
        name="Berlin", starts_on=date(2026, 3, 23), length_days=1, time_zone="Europe/Berlin", handoff_at="00:00"
    )
    for position, person in enumerate((ada, ben)):
        Turn.objects.create(rotation=zone, reviewer=person, position=position)
    zone.refresh_from_db()
    (sunday,) = [each for each in swaps.shifts(zone, NOW) if each.start.day == 28 and each.start.month == 3]
    assert sunday.end - sunday.start == 23 * HOUR
    assert sunday.in_turn
    giver, taker = (ada, ben) if sunday.in_turn == ada else (ben, ada)
    swaps.accept(swaps.offer(zone, Terms(giver, taker, Stretch(sunday.start, sunday.end))), by=taker)
    assert oncall.who(zone, sunday.end - HOUR) == taker
