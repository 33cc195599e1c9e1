"""Gaps on call are told ahead: once, once more a day before, and not at all when they are covered."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from notifications import channels, gaps, quiet
from notifications.models import Delivery, GapWarning, Kind
from notifications.sender import Sender
from reviewers import duty
from reviewers.models import Override, Pool, Reviewer, Role, Rotation, TimeOff, Turn
from tests.factories import default_pool, make_reviewer
from tests.reviewers.mailbox import Mailbox, text_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def mia(mail: Mailbox) -> Reviewer:
    """The manager of the default pool."""
    mia = make_reviewer("Mia", role=Role.LEAD)
    Pool.objects.filter(is_default=True).update(manager=mia)
    return mia


@pytest.fixture
def rotation(mia: Reviewer) -> Rotation:
    """Olga is always on call."""
    rotation = Rotation.objects.create(name="rota", starts_on=(NOW - 3 * DAY).date(), time_zone="Europe/Berlin")
    Turn.objects.create(rotation=rotation, reviewer=make_reviewer("Olga"))
    Pool.objects.filter(is_default=True).update(rotation=rotation)
    return rotation


def leave(start: datetime, end: datetime) -> TimeOff:
    return duty.take_off(Reviewer.objects.get(name="Olga"), start_at=start, end_at=end)


def look(moment: datetime = NOW) -> None:
    with time_machine.travel(moment, tick=False):
        gaps.sweep()


def test_the_manager_hears_once_of_a_gap(mail: Mailbox, mia: Reviewer, rotation: Rotation) -> None:
    leave(NOW + 3 * DAY, NOW + 3 * DAY + 5 * HOUR)
    for minutes in range(3):
        look(NOW + timedelta(minutes=minutes))
    Delivery.objects.update(next_attempt_at=datetime.now(UTC))
    Sender(for_people=True).run()
    (letter,) = mail.letters
    assert letter["To"] == mia.email
    assert str(letter["Subject"]).startswith(f"Nobody is on call for {default_pool()} from ")
    assert "It falls to Olga, who is off then." in text_of(letter)
    assert "/desk/oncall/" in text_of(letter)


def test_without_a_manager_the_admins_hear(rotation: Rotation) -> None:
    Pool.objects.update(manager=None)
    root = make_reviewer("Root", role=Role.ADMIN)
    leave(NOW + 3 * DAY, NOW + 4 * DAY)
    look()
    assert [each.endpoint.reviewer for each in Delivery.objects.all()] == [root]


def test_it_is_told_again_a_day_ahead_and_then_no_more(rotation: Rotation) -> None:
    leave(NOW + 3 * DAY, NOW + 4 * DAY)
    for hours in range(0, 4 * 24, 3):
        look(NOW + hours * HOUR)
    first, again = Delivery.objects.order_by("id").values_list("dedupe_key", flat=True)
    assert (str(first).split(":")[2], str(again).split(":")[2]) == ("first", "again")
    assert GapWarning.objects.get().reminded_at == NOW + 2 * DAY


def test_one_that_is_near_is_told_once(rotation: Rotation) -> None:
    leave(NOW + HOUR, NOW + 30 * HOUR)
    for hours in range(0, 28, 3):
        look(NOW + hours * HOUR)
    assert Delivery.objects.count() == 1


def test_a_gap_without_an_end_is_one_gap(rotation: Rotation) -> None:
    Turn.objects.all().delete()
    for days in range(12):
        look(NOW + days * DAY)
    assert (GapWarning.objects.count(), Delivery.objects.count()) == (1, 1)


def test_beyond_the_setting_nothing_is_told(rotation: Rotation) -> None:
    leave(NOW + 8 * DAY, NOW + 9 * DAY)
    look()
    assert not Delivery.objects.exists()
    look(NOW + 2 * DAY)
    assert Delivery.objects.count() == 1


def test_one_that_was_covered_is_not_told_any_more(rotation: Rotation) -> None:
    leave(NOW + 3 * DAY, NOW + 4 * DAY)
    look()
    ben = make_reviewer("Ben")
    cover = Override.objects.create(rotation=rotation, reviewer=ben, start_at=NOW + 2 * DAY, end_at=NOW + 5 * DAY)
    look(NOW + HOUR)
    assert not Delivery.objects.exists()
    cover.delete()
    look(NOW + 2 * HOUR)
    assert Delivery.objects.count() == 1
    assert GapWarning.objects.count() == 2


def test_one_that_was_covered_in_part_is_not_told_anew(rotation: Rotation) -> None:
    leave(NOW + 3 * DAY, NOW + 4 * DAY)
    look()
    Override.objects.create(
        rotation=rotation, reviewer=make_reviewer("Ben"), start_at=NOW + 3 * DAY + HOUR, end_at=NOW + 3 * DAY + 2 * HOUR
    )
    look(NOW + HOUR)
    assert Delivery.objects.count() == 1


def test_two_pools_with_gaps_tell_both_managers(rotation: Rotation) -> None:
    Pool.objects.create(name="Legal", rotation=rotation, manager=make_reviewer("Max"))
    leave(NOW + 3 * DAY, NOW + 4 * DAY)
    look()
    assert sorted(str(each.endpoint.reviewer) for each in Delivery.objects.all()) == ["Max", "Mia"]


def test_nobody_is_woken_for_it(mia: Reviewer, rotation: Rotation) -> None:
    around = NOW.replace(tzinfo=None)
    quiet.keep(mia, (around - HOUR).time(), (around + 2 * HOUR).time())
    leave(NOW + 3 * DAY, NOW + 4 * DAY)
    look()
    assert Delivery.objects.get().next_attempt_at == NOW + 2 * HOUR


def test_who_wants_nothing_of_what_is_high_hears_all_the_same(mia: Reviewer, rotation: Rotation) -> None:
    channels.prefer(mia, {"high": [], "urgent": [Kind.EMAIL]})
    leave(NOW + 3 * DAY, NOW + 4 * DAY)
    look()
    assert Delivery.objects.count() == 1


def test_a_rotation_that_is_not_active_has_no_gaps(rotation: Rotation) -> None:
    Rotation.objects.update(is_active=False)
    leave(NOW + 3 * DAY, NOW + 4 * DAY)
    look()
    assert not Delivery.objects.exists()
