"""Slack as a channel of the outbox: what people get, and what becomes of it when Slack is in trouble."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from escalations.models import Priority
from notifications import channels, notices
from notifications.models import Delivery, Endpoint, Kind
from notifications.sender import Sender
from notifications.slack import accounts
from reviewers.models import Reviewer
from tests.factories import default_pool, make_escalation, make_reviewer
from tests.notifications.certificates import Authority
from tests.notifications.conftest import Names
from tests.notifications.receivers import receiver
from tests.notifications.scenes import let_time_pass
from tests.notifications.slack.servers import FakeSlack

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(slack: FakeSlack) -> Reviewer:
    person = make_reviewer("Ada")
    accounts.link(person, slack_id="U0ADA0001")
    return person


def send_due() -> None:
    notices.run()
    Sender(for_people=True).run()


def only() -> Delivery:
    return Delivery.objects.get(endpoint__kind=Kind.SLACK)


def posted(slack: FakeSlack) -> list[dict[str, Any]]:
    return slack.arguments("chat.postMessage")


def test_whom_it_is_assigned_to_gets_it_with_its_buttons(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation("May I refund order 6144?", priority=Priority.URGENT)
    send_due()
    (sent,) = posted(slack)
    assert sent["channel"] == "U0ADA0001"
    assert sent["text"].startswith(f"▲ Urgent · {escalation.reference}: ")
    assert [each["action_id"] for each in sent["blocks"][-1]["elements"]] == ["claim", "resolve", "release", "open"]
    assert only().status == Delivery.Status.DELIVERED


def test_nothing_is_sent_twice(slack: FakeSlack, ada: Reviewer) -> None:
    make_escalation()
    send_due()
    send_due()
    assert len(posted(slack)) == 1


def test_what_slack_could_not_take_goes_out_once_when_it_is_back(slack: FakeSlack, ada: Reviewer) -> None:
    make_escalation()
    slack.status = 500
    send_due()
    assert only().status == Delivery.Status.PENDING
    slack.status = 200
    let_time_pass()
    send_due()
    assert only().status == Delivery.Status.DELIVERED
    assert len(posted(slack)) == 2
    send_due()
    assert len(posted(slack)) == 2


def test_slack_is_left_alone_for_as_long_as_it_asks(slack: FakeSlack, ada: Reviewer) -> None:
    make_escalation()
    slack.status, slack.headers = 429, {"Retry-After": "90"}
    send_due()
    waiting = only().next_attempt_at
    assert waiting is not None
    assert waiting - timezone.now() > timedelta(seconds=55)
    rests_until = Endpoint.objects.get(kind=Kind.SLACK).breaker_until
    assert rests_until is not None
    assert timedelta(seconds=80) < rests_until - timezone.now() <= timedelta(seconds=90)


def test_a_no_for_good_is_not_tried_again(slack: FakeSlack, ada: Reviewer) -> None:
    make_escalation()
    slack.answers["chat.postMessage"] = {"ok": False, "error": "account_inactive"}
    send_due()
    assert only().status == Delivery.Status.DEAD
    assert only().tries.get().detail == "Slack said no: account_inactive."


def test_a_channel_gets_a_test(slack: FakeSlack) -> None:
    endpoint = channels.of_pool(default_pool(), "C0DESK")
    assert endpoint is not None
    channels.send_test(endpoint)
    Sender(for_people=True).run()
    (sent,) = posted(slack)
    assert (sent["channel"], sent["text"]) == ("C0DESK", "A test from the escalation desk")


def test_a_storm_ends_in_one_message_that_lists_it(slack: FakeSlack, ada: Reviewer) -> None:
    made = [make_escalation(f"Question {number}?") for number in range(12)]
    notices.run()
    let_time_pass()
    Sender(for_people=True).run()
    *alone, digest = posted(slack)
    told = [each.reference for each in made if f"{each.reference} " in json.dumps(digest["blocks"])]
    assert len(alone) + len(told) == 12
    assert len(alone) == 5
    assert "Question 11?" in json.dumps(digest["blocks"])


def test_without_a_token_slack_is_no_channel_of_anybody(slack: FakeSlack, ada: Reviewer, settings: Settings) -> None:
    send_due()
    settings.SLACK_BOT_TOKEN = ""
    assert Kind.SLACK not in channels.addresses_of(Reviewer.objects.get(pk=ada.pk))
    assert ada in channels.unreachable()
    settings.SLACK_BOT_TOKEN = "xoxb-test"
    assert ada not in channels.unreachable()


def test_an_incoming_webhook_gets_words_and_a_link(allow_loopback: None, names: Names, authority: Authority) -> None:
    names["hooks.slack.com"] = [["127.0.0.1"]]
    with receiver(tls=authority.server("hooks.slack.com")) as server:
        url = f"https://hooks.slack.com:{server.port}/services/T0/B0/x"
        channels.set_hook(make_reviewer("Ada"), url)
        escalation = make_escalation("May I refund <!channel> order 6144?", priority=Priority.URGENT)
        send_due()
    (received,) = server.received
    sent = json.loads(received.body)
    assert sent["text"].startswith(f"[{escalation.reference} urgent] ")
    assert sent["blocks"][1]["text"]["text"] == "May I refund &lt;!channel&gt; order 6144?"
    assert sent["blocks"][-1]["elements"][0]["url"] == escalation.html_url
    assert "webhook-signature" not in received.headers
