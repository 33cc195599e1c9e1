"""Both hear what becomes of a swap on call, each state once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from notifications import swaps as told
from notifications.models import Delivery
from notifications.sender import Sender
from reviewers import swaps
from reviewers.models import Reviewer, Rotation, Swap, Turn
from reviewers.swaps import Stretch, Terms
from tests.factories import default_pool, make_reviewer
from tests.reviewers.mailbox import Mailbox, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def swap(mail: Mailbox) -> Swap:
    """Ada asks Ben to take her time tomorrow."""
    pool = default_pool()
    ada, ben = make_reviewer("Ada", pool=pool), make_reviewer("Ben", pool=pool)
    today = datetime.now(UTC).date()
    pool.rotation = Rotation.objects.create(name="Days", starts_on=today - DAY, length_days=30)
    pool.save()
    Turn.objects.create(rotation=pool.rotation, reviewer=ada)
    start = datetime.now(UTC).replace(microsecond=0) + DAY
    return swaps.offer(pool.rotation, Terms(ada, ben, Stretch(start, start + DAY)))


def hear(mail: Mailbox) -> list[tuple[str, str]]:
    """Whom it was told now, and in which words."""
    mail.letters.clear()
    for _again in range(2):
        told.sweep()
        Sender(for_people=True).run()
    return sorted((str(each["To"]), str(each["Subject"])) for each in mail.letters)


def test_who_is_asked_hears_it_once_with_all_that_matters(mail: Mailbox, swap: Swap) -> None:
    assert hear(mail) == [("ben@example.com", "Ada asks you to be on call for Days")]
    said = text_of(mail.letters[0])
    assert f"Ben: {swap.start_at:%a %-d %b %H:%M} – " in said
    assert "/desk/oncall/" in said
    assert hear(mail) == []


def test_both_hear_that_it_is_settled(mail: Mailbox, swap: Swap) -> None:
    hear(mail)
    swaps.accept(swap, by=swap.taker)
    said = "Swapped on call for Days: Ben takes over from Ada"
    assert hear(mail) == [("ada@example.com", said), ("ben@example.com", said)]


def test_who_asked_hears_a_no(mail: Mailbox, swap: Swap) -> None:
    hear(mail)
    swaps.decline(swap, by=swap.taker)
    assert hear(mail) == [("ada@example.com", "Ben cannot be on call for you in Days")]


def test_who_was_asked_hears_that_it_is_withdrawn(mail: Mailbox, swap: Swap) -> None:
    hear(mail)
    swaps.withdraw(swap)
    assert hear(mail) == [("ben@example.com", "Ada no longer asks you to be on call for Days")]


def test_the_sweep_ends_what_nobody_answered(mail: Mailbox, swap: Swap) -> None:
    hear(mail)
    Swap.objects.update(expires_at=F("expires_at") - 2 * DAY)
    heard = hear(mail)
    assert [to for to, _said in heard] == ["ada@example.com", "ben@example.com"]
    assert "not answered in time" in heard[0][1]
    assert Swap.objects.get().state == "expired"


def test_what_was_answered_before_it_was_told_is_told_as_it_is(mail: Mailbox, swap: Swap) -> None:
    swaps.accept(swap, by=swap.taker)
    assert len(hear(mail)) == 2


def test_who_has_left_hears_nothing(mail: Mailbox, swap: Swap) -> None:
    Reviewer.objects.filter(pk=swap.taker.pk).update(is_active=False)
    assert hear(mail) == []
    assert not Delivery.objects.exists()
