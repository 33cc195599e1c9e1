"""Quiet hours: what is not urgent waits until they end, exactly by each person's own clock."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications import channels, notices, quiet
from notifications.models import Attempt, Delivery, Endpoint, QuietHours
from notifications.sender import Sender
from reviewers.models import Reviewer
from tests.factories import default_pool, make_escalation, make_reviewer
from tests.notifications.scenes import let_time_pass
from tests.reviewers.mailbox import Mailbox, text_of

MINUTE = timedelta(minutes=1)
PAGE = "/desk/notifications/"
# The nights in which clocks are changed, there and elsewhere, and one in which they are not.
NIGHTS = [
    ("Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 0, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 6, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 9, 5, 20, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 6, 1, 0, tzinfo=UTC)),
]
TIMES = st.times(max_value=time(23, 59)).map(lambda each: each.replace(second=0, microsecond=0))


def is_quiet(moment: datetime, zone: ZoneInfo, start: time, end: time) -> bool:
    wall = moment.astimezone(zone).time()
    return start <= wall < end if start < end else wall >= start or wall < end


@pytest.mark.parametrize("night", NIGHTS, ids=lambda night: f"{night[0]}-{night[1]:%m-%d}")
@given(start=TIMES, end=TIMES, after=st.integers(0, 36 * 60))
@settings(max_examples=40, deadline=None)
def test_they_end_when_the_clock_on_the_wall_says_so(
    night: tuple[str, datetime], start: time, end: time, after: int
) -> None:
    zone, moment = ZoneInfo(night[0]), night[1] + MINUTE * after
    if start == end:
        return
    told = quiet.end(QuietHours(start=start, end=end), night[0], moment)
    if not is_quiet(moment, zone, start, end):
        assert told is None
        return
    expected = moment
    while is_quiet(expected, zone, start, end):
        expected += MINUTE
    assert told == expected


def now_is(hour: int) -> tuple[time, time]:
    """Hours around now, by UTC, that end at the start of the hour after next; `hour` moves them away."""
    around = timezone.now() + timedelta(hours=hour)
    return (around - timedelta(hours=1)).time().replace(second=0, microsecond=0), (
        around + timedelta(hours=2)
    ).time().replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def ada(mail: Mailbox) -> Reviewer:
    """In her quiet hours."""
    ada = make_reviewer("Ada", pool=default_pool())
    quiet.keep(ada, *now_is(0))
    return ada


def tell() -> None:
    notices.run()
    Sender(for_people=True).run()


@pytest.mark.django_db(transaction=True)
def test_what_is_not_urgent_waits_and_comes_as_one_message(mail: Mailbox, ada: Reviewer) -> None:
    made = [make_escalation(f"Question {n}?", priority="high") for n in range(3)]
    tell()
    assert mail.letters == []
    waiting = Delivery.objects.get()
    assert waiting.next_attempt_at is not None
    assert waiting.next_attempt_at == quiet.ends([ada], timezone.now())[ada.pk]

    QuietHours.objects.all().delete()
    let_time_pass()
    tell()
    (letter,) = mail.letters
    assert letter["Subject"] == "While it was quiet, 3 things happened on the escalation desk"
    assert all(each.reference in text_of(letter) for each in made)


@pytest.mark.django_db(transaction=True)
def test_what_is_urgent_breaks_through(mail: Mailbox, ada: Reviewer) -> None:
    make_escalation(priority="high")
    urgent = make_escalation(priority="urgent")
    tell()
    (letter,) = mail.letters
    assert urgent.reference in str(letter["Subject"])


@pytest.mark.django_db(transaction=True)
def test_a_storm_of_urgent_ones_does_not_wait_for_the_morning(mail: Mailbox, ada: Reviewer) -> None:
    make_escalation(priority="high")
    notices.run()
    for n in range(notices.ALONE + 2):
        make_escalation(f"Question {n}?", priority="urgent")
    tell()
    held, storm = Delivery.objects.filter(type="notice.digest").order_by("-next_attempt_at")
    assert (held.is_urgent, storm.is_urgent) == (False, True)
    assert json.loads(bytes(storm.body))["data"]["count"] == 2
    Delivery.objects.filter(pk=storm.pk).update(next_attempt_at=timezone.now())
    tell()
    assert len(mail.letters) == notices.ALONE + 1


@pytest.mark.django_db(transaction=True)
def test_a_retry_wakes_nobody(mail: Mailbox) -> None:
    ada = make_reviewer("Ada", pool=default_pool())
    make_escalation(priority="high")
    mail.answers["RCPT"] = "451 later"
    tell()
    mail.answers.clear()
    quiet.keep(ada, *now_is(0))
    let_time_pass()
    tell()
    waiting = Delivery.objects.get()
    assert (mail.letters, waiting.attempts, waiting.step, waiting.lease) == ([], 1, 1, None)
    assert waiting.next_attempt_at == quiet.ends([ada], timezone.now())[ada.pk]
    assert Attempt.objects.count() == 1


@pytest.mark.django_db
def test_a_test_is_sent_at_any_hour(mail: Mailbox, ada: Reviewer) -> None:
    (sent,) = channels.send_tests(ada)
    Sender(for_people=True).run()
    sent.refresh_from_db()
    assert sent.status == "delivered"


@pytest.mark.django_db
def test_who_changes_them_hears_when_the_new_ones_end(mail: Mailbox, ada: Reviewer) -> None:
    make_escalation(priority="high")
    notices.run()
    quiet.keep(ada, None, None)
    due = Delivery.objects.get().next_attempt_at
    assert due is not None
    assert due <= timezone.now()


@pytest.mark.django_db
def test_other_hours_hold_nothing_back(mail: Mailbox) -> None:
    ada = make_reviewer("Ada", pool=default_pool())
    quiet.keep(ada, *now_is(12))
    make_escalation(priority="high")
    tell()
    assert len(mail.letters) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"start": "22:00", "end": "06:30"}, 302, ""),
        ({"start": "", "end": ""}, 302, ""),
        ({"start": "22:00", "end": ""}, 400, "Give a beginning and another end, or neither of them."),
        ({"start": "22:00", "end": "22:00"}, 400, "Give a beginning and another end, or neither of them."),
        ({"start": "late", "end": "06:00"}, 400, "Give times as in 22:00."),
    ],
    ids=["kept", "none", "half", "no-time", "no-clock"],
)
def test_the_page_keeps_them(client: Client, typed: dict[str, Any], status: int, said: str) -> None:
    ada = make_reviewer("Ada", time_zone="Europe/Berlin")
    client.force_login(ada)
    answer = client.post(f"{PAGE}quiet/", typed)
    assert answer.status_code == status
    if status == 400:
        assert said in answer.content.decode()
        return
    page = client.get(PAGE).content.decode()
    assert f'name="start" type="time" value="{typed["start"]}"' in page
    assert "Europe/Berlin" in page


@pytest.mark.django_db
def test_the_hours_are_gone_with_the_person(ada: Reviewer) -> None:
    Endpoint.objects.all().delete()
    ada.delete()
    assert not QuietHours.objects.exists()
