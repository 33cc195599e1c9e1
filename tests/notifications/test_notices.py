"""Who hears of what, by email through a real mail server: once, in time, and of nothing that is over."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import Settings

from escalations import lifecycle, log
from escalations.models import Event
from notifications import channels, notices, outbox
from notifications.models import Attempt, Bundled, Delivery, Endpoint, Kind
from notifications.sender import Sender
from reviewers.models import Pool, Reviewer, Role
from reviewers.models.oncall import Rotation, Turn
from tests.factories import default_pool, make_escalation, make_reviewer
from tests.notifications.scenes import let_time_pass
from tests.reviewers.mailbox import HANG, HANG_UP, Mailbox, serve, text_of, use

pytestmark = pytest.mark.django_db(transaction=True)


def tell() -> None:
    """Make the notices of all that happened, and send what is due until nothing is."""
    notices.run()
    Sender(for_people=True).run()


def subjects(mail: Mailbox) -> list[str]:
    return [str(letter["Subject"]) for letter in mail.letters]


def put_on_call(name: str, pool: Pool) -> Reviewer:
    """Somebody who gets no tasks of the pool themselves."""
    person = make_reviewer(name, role=Role.READ_ONLY)
    yesterday = timezone.now().date() - timedelta(days=2)
    rotation = Rotation.objects.create(name="rota", starts_on=yesterday)
    Turn.objects.create(rotation=rotation, reviewer=person)
    Pool.objects.filter(pk=pool.pk).update(rotation=rotation)
    return person


def test_whom_it_is_assigned_to_gets_one_letter(mail: Mailbox) -> None:
    ada = make_reviewer("Ada", pool=default_pool())
    escalation = make_escalation("May I refund order 6144?", priority="high")

    tell()
    tell()

    (letter,) = mail.letters
    assert letter["To"] == ada.email
    assert letter["Subject"] == f"[{escalation.reference} high] Assigned to you: May I refund order 6144?"
    assert escalation.html_url in text_of(letter)
    assert Delivery.objects.get().status == "delivered"
    assert not Event.objects.filter(type=Event.Type.DELIVERED).exists()


def test_an_urgent_one_reaches_assignee_and_on_call_at_once(mail: Mailbox) -> None:
    ada = make_reviewer("Ada", pool=default_pool())
    olga = put_on_call("Olga", default_pool())
    make_escalation(priority="urgent")

    tell()

    assert sorted(str(letter["To"]) for letter in mail.letters) == sorted([ada.email, olga.email])


def test_an_urgent_one_that_nobody_has_reaches_the_on_call(mail: Mailbox) -> None:
    olga = put_on_call("Olga", default_pool())
    make_escalation(priority="urgent")

    tell()

    (letter,) = mail.letters
    assert letter["To"] == olga.email
    assert "nobody has it yet" in str(letter["Subject"])


def test_low_is_told_to_whom_wants_it(mail: Mailbox) -> None:
    ada = make_reviewer("Ada", pool=default_pool())
    make_escalation(priority="low")
    tell()
    assert mail.letters == []

    channels.prefer(ada, {"low": [Kind.EMAIL]})
    make_escalation(priority="low")
    tell()
    assert len(mail.letters) == 1


@pytest.mark.parametrize("facts", [{"sandbox": True}, {"metadata": {"sample": True}}])
def test_nobody_hears_of_what_is_not_real(facts: dict[str, Any], mail: Mailbox) -> None:
    make_reviewer("Ada", pool=default_pool())
    put_on_call("Olga", default_pool())
    make_escalation(priority="urgent", **facts)

    tell()

    assert mail.letters == []


def test_nobody_hears_of_yesterday(mail: Mailbox) -> None:
    make_reviewer("Ada", pool=default_pool())
    make_escalation(priority="high")
    Event.objects.update(at=F("at") - timedelta(hours=25))

    tell()

    assert mail.letters == []


def test_what_was_claimed_meanwhile_is_not_told(mail: Mailbox) -> None:
    ada = make_reviewer("Ada", pool=default_pool())
    lifecycle.claim(make_escalation(priority="high"), by=ada)

    tell()

    assert mail.letters == []


def test_the_holder_hears_what_the_agent_replied(mail: Mailbox) -> None:
    ada = make_reviewer("Ada", pool=default_pool())
    escalation = make_escalation(priority="high")
    lifecycle.claim(escalation, by=ada)
    lifecycle.ask(escalation, by=ada, message="Which order?")
    lifecycle.reply(escalation, by=escalation.agent, message="6144, password: hunter22")

    tell()

    (letter,) = mail.letters
    assert "6144, password" in text_of(letter)
    assert "hunter22" not in text_of(letter)


def test_whom_a_policy_names_hears(mail: Mailbox) -> None:
    olga = put_on_call("Olga", default_pool())
    channels.prefer(olga, {"low": []})
    escalation = make_escalation(priority="low")
    ina = make_reviewer("Ina")
    channels.prefer(ina, {"low": []})
    named = {"policy": "Overdue", "reviewers": [str(olga.pk), str(ina.pk)]}
    log.note(Event.Type.ON_CALL_NOTIFIED, [(escalation.pk, named)])

    tell()

    assert sorted(letter["To"] for letter in mail.letters) == [ina.email, olga.email]


def test_a_storm_becomes_one_digest(mail: Mailbox) -> None:
    make_reviewer("Ada", pool=default_pool())
    made = [make_escalation(f"Question {n}?", priority="high") for n in range(40)]

    tell()
    assert len(mail.letters) == notices.ALONE
    Delivery.objects.filter(type="notice.digest").update(next_attempt_at=Now())
    tell()

    assert len(mail.letters) == notices.ALONE + 1
    assert subjects(mail)[-1] == "35 things happened on the escalation desk within a minute"
    assert "and 5 more on the desk" in text_of(mail.letters[-1])
    alone = Delivery.objects.exclude(event=None).values_list("event__escalation", flat=True)
    bundled = Bundled.objects.values_list("event__escalation", flat=True)
    assert sorted([*alone, *bundled]) == sorted(each.pk for each in made)


def test_a_digest_takes_in_what_comes_until_it_leaves(mail: Mailbox) -> None:
    make_reviewer("Ada", pool=default_pool())
    for n in range(8):
        make_escalation(f"Question {n}?", priority="high")
        notices.run()

    digest = Delivery.objects.get(type="notice.digest")
    assert json.loads(bytes(digest.body))["data"]["count"] == 3


@pytest.mark.parametrize("answer", ["451 later", HANG])
def test_a_mail_server_in_trouble_gets_it_later(answer: str, mail: Mailbox) -> None:
    make_reviewer("Ada", pool=default_pool())
    make_escalation(priority="high")
    mail.answers["RCPT"] = answer
    tell()
    assert Delivery.objects.get().status == "pending"

    mail.answers.clear()
    let_time_pass()
    tell()

    assert len(mail.letters) == 1
    assert Delivery.objects.get().attempts == 2


def test_a_refusal_for_good_is_a_dead_letter(mail: Mailbox) -> None:
    make_reviewer("Ada", pool=default_pool())
    make_escalation(priority="high")
    mail.answers["RCPT"] = "550 no such user"

    tell()

    assert Delivery.objects.get().status == "dead"
    assert "550 no such user" in Attempt.objects.get().detail
    assert "550 no such user" in Endpoint.objects.get().trouble


def test_a_letter_that_may_have_been_taken_keeps_its_message_id(mail: Mailbox) -> None:
    make_reviewer("Ada", pool=default_pool())
    make_escalation(priority="high")
    mail.answers["DATA"] = HANG_UP
    tell()
    mail.answers.clear()
    let_time_pass()
    tell()

    first, second = mail.letters
    assert first["Message-ID"] == second["Message-ID"]


def test_nothing_is_lost_while_the_mail_server_is_away(settings: Settings) -> None:
    make_reviewer("Ada", pool=default_pool())
    use(settings, 1)
    for n in range(4):
        make_escalation(f"Question {n}?", priority="high")
    tell()
    assert {delivery.status for delivery in Delivery.objects.all()} == {"pending"}

    with serve(Mailbox(), settings) as mail:
        let_time_pass()
        tell()
        assert len(set(subjects(mail))) == len(mail.letters) == 4


def test_whoever_has_no_working_channel_is_reported(mail: Mailbox, settings: Settings) -> None:
    ada = make_reviewer("Ada", pool=default_pool())
    assert channels.unreachable() == []

    channels.prefer(ada, {"urgent": []})
    assert channels.unreachable() == [ada]

    channels.prefer(ada, {"urgent": [Kind.EMAIL]})
    settings.HAS_EMAIL = False
    assert channels.unreachable() == [ada]


def test_the_command_names_whom_nothing_reaches(mail: Mailbox) -> None:
    ada = make_reviewer("Ada", pool=default_pool())
    call_command("check_channels")
    Endpoint.objects.create(kind=Kind.EMAIL, reviewer=ada, url="mailto:ada@example.com")
    Endpoint.objects.update(failures=9, failing_since=timezone.now() - timedelta(hours=2))

    with pytest.raises(CommandError, match=r"- Ada <ada@example\.com>"):
        call_command("check_channels")


def test_letters_and_webhooks_do_not_wait_for_each_other(mail: Mailbox) -> None:
    make_reviewer("Ada", pool=default_pool())
    make_escalation(priority="high")
    notices.run()

    assert outbox.lease(10, failing=8) == []
    assert [each.kind for each in outbox.lease(10, failing=8, for_people=True)] == [Kind.EMAIL]


def test_many_at_once_make_each_notice_once(mail: Mailbox) -> None:
    make_reviewer("Ada", pool=default_pool())
    make_escalation(priority="high")
    events = log.read(0)
    notices.queue(events)
    notices.queue(events)

    assert Delivery.objects.count() == 1


def test_a_secret_is_cut_out_before_it_leaves(mail: Mailbox) -> None:
    make_reviewer("Ada", pool=default_pool())
    make_escalation("Card 4111 1111 1111 1111, https://bot:pa55word@shop.example", priority="high")

    tell()

    said = mail.letters[0].as_string()
    assert "4111" not in said
    assert "pa55word" not in said


def test_an_address_that_changed_is_taken_over(mail: Mailbox) -> None:
    ada = make_reviewer("Ada", pool=default_pool())
    make_escalation(priority="high")
    tell()
    Reviewer.objects.filter(pk=ada.pk).update(email="ada@new.example")
    make_escalation(priority="high")
    tell()

    assert [letter["To"] for letter in mail.letters] == [ada.email, "ada@new.example"]
