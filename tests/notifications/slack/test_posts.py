"""What stands in Slack follows its task, whoever changes it and wherever; and it stands there once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from escalations import lifecycle, timers
from escalations.answers import Answer
from escalations.models import Escalation, Event
from notifications import attempts, notices, outbox, outcomes
from notifications.models import Attempt, Delivery, Endpoint, Kind
from notifications.sender import Sender
from notifications.slack import accounts, posts
from notifications.slack.models import SlackPost
from reviewers import duty
from reviewers.models import Reviewer, Role
from tests.factories import make_escalation, make_reviewer
from tests.notifications.scenes import let_time_pass
from tests.notifications.slack.servers import FakeSlack
from tests.notifications.slack.test_interactions import click, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(slack: FakeSlack) -> Reviewer:
    person = make_reviewer("Ada")
    accounts.link(person, slack_id="U0ADA0001")
    return person


def send_due() -> None:
    notices.run()
    Sender(for_people=True).run()


def shown(slack: FakeSlack) -> tuple[str, list[str]]:
    """Who has it, as the one message says, and its buttons."""
    (message,) = slack.standing
    facts = next(each["fields"] for each in message["blocks"] if "fields" in each)
    return facts[2]["text"], [each["action_id"] for each in message["blocks"][-1]["elements"]]


def make_told() -> Escalation:
    escalation = make_escalation()
    send_due()
    return escalation


def resolve(escalation: Escalation, ada: Reviewer) -> None:
    lifecycle.resolve(escalation.pk, by=ada, answer=Answer("Yes."))


def expire(escalation: Escalation, _ada: Reviewer) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    Escalation.objects.filter(pk=escalation.pk).update(expires_at=long_ago, on_timeout="cancel")
    timers.expire(Escalation.objects.get(pk=escalation.pk))


CHANGES: dict[str, tuple[Callable[[Escalation, Reviewer], Any], str, list[str]]] = {
    "claimed": (lambda e, ada: lifecycle.claim(e.pk, by=ada), "Claimed by Ada", ["resolve", "release", "open"]),
    "declined": (lambda e, ada: lifecycle.decline(e.pk, by=ada, reason=""), "Unassigned", ["claim", "resolve", "open"]),
    "resolved": (resolve, "Resolved by Ada", ["open"]),
    "expired": (expire, "Expired", ["open"]),
    "cancelled": (lambda e, _ada: lifecycle.cancel(e.pk, by=e.agent), "Cancelled", ["open"]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_message_shows_what_was_done_elsewhere(slack: FakeSlack, ada: Reviewer, what: str) -> None:
    change, stage, buttons = CHANGES[what]
    escalation = make_told()
    change(escalation, ada)
    send_due()
    assert shown(slack)[0].startswith(stage)
    assert shown(slack)[1] == buttons


def test_a_release_is_shown_where_it_was_claimed(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_told()
    lifecycle.claim(escalation.pk, by=ada)
    send_due()
    duty.go_away(ada)
    lifecycle.release(escalation.pk, by=ada)
    send_due()
    assert shown(slack) == ("Unassigned", ["claim", "resolve", "open"])


def test_the_admin_shows_updates_with_their_task(slack: FakeSlack, ada: Reviewer, client: Client) -> None:
    client.force_login(make_reviewer("Root", role=Role.ADMIN))
    escalation = make_told()
    lifecycle.claim(escalation.pk, by=ada)
    send_due()
    update = Delivery.objects.get(type=posts.UPDATE)
    page = client.get("/notifications/delivery/?type=slack.update").content.decode()
    assert page.count(f">{escalation.reference}<") == 1
    page = client.get(f"/notifications/delivery/{update.pk}/change/").content.decode()
    assert "Made when it is sent, from the task as it is then." in page


def test_an_update_is_a_delivery_that_is_made_once(slack: FakeSlack, ada: Reviewer) -> None:
    lifecycle.claim(make_told().pk, by=ada)
    send_due()
    notices.queue(list(Event.objects.order_by("seq")))
    send_due()
    (update,) = Delivery.objects.filter(type=posts.UPDATE)
    assert (update.status, update.attempts, len(slack.arguments("chat.update"))) == ("delivered", 1, 1)


def test_many_changes_while_slack_is_away_are_one_update_to_the_present(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_told()
    slack.status = 503
    lifecycle.claim(escalation.pk, by=ada)
    send_due()
    lifecycle.ask(escalation.pk, by=ada, message="Which order?")
    notices.run()
    resolve(escalation, ada)
    send_due()
    slack.status = 200
    slack.asked.clear()
    let_time_pass()
    send_due()
    assert shown(slack) == ("Resolved by Ada", ["open"])
    assert len(slack.arguments("chat.update")) == 1


def test_no_second_update_leaves_while_one_is_on_its_way(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_told()
    lifecycle.claim(escalation.pk, by=ada)
    notices.run()
    older = posts.fill(outbox.lease(9, failing=9, for_people=True))
    resolve(escalation, ada)
    notices.run()
    assert outbox.lease(9, failing=9, for_people=True) == []
    outcomes.record([attempts.make(each) for each in older])
    send_due()
    assert shown(slack) == ("Resolved by Ada", ["open"])


def test_what_changed_before_slack_took_the_message_is_shown_at_once(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation()
    notices.run()
    resolve(escalation, ada)
    notices.run()
    Sender(for_people=True).run()
    assert shown(slack) == ("Resolved by Ada", ["open"])


def test_slack_may_ask_an_update_to_wait(slack: FakeSlack, ada: Reviewer) -> None:
    lifecycle.claim(make_told().pk, by=ada)
    slack.status, slack.headers = 429, {"Retry-After": "70"}
    send_due()
    update = Delivery.objects.get(type=posts.UPDATE)
    assert update.next_attempt_at is not None
    assert update.next_attempt_at > timezone.now() + timedelta(seconds=55)
    assert Endpoint.objects.get(kind=Kind.SLACK).breaker_until is not None


def test_a_message_that_was_deleted_there_is_no_trouble(slack: FakeSlack, ada: Reviewer) -> None:
    lifecycle.claim(make_told().pk, by=ada)
    slack.answers["chat.update"] = {"ok": False, "error": "message_not_found"}
    send_due()
    assert Delivery.objects.get(type=posts.UPDATE).status == "delivered"
    assert Endpoint.objects.get(kind=Kind.SLACK).failures == 0


def test_a_click_is_shown_at_once_and_not_a_second_time(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_told()
    standing = SlackPost.objects.get()
    clicked = click("claim", escalation)
    clicked["container"] = {"channel_id": standing.channel, "message_ts": standing.ts}
    post(clicked)
    assert shown(slack)[0] == "Claimed by Ada"
    send_due()
    assert len(slack.arguments("chat.update")) == 1
    assert Attempt.objects.filter(delivery__type=posts.UPDATE).count() == 1


def test_a_click_that_slack_does_not_show_is_shown_later(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_told()
    standing, slack.status = SlackPost.objects.get(), 500
    clicked = click("claim", escalation)
    clicked["container"] = {"channel_id": standing.channel, "message_ts": standing.ts}
    assert post(clicked).status_code == 200
    slack.status = 200
    let_time_pass()
    send_due()
    assert shown(slack)[0] == "Claimed by Ada"


def test_a_message_that_slack_took_before_the_line_broke_stands_once(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation()
    slack.cuts = True
    send_due()
    assert Delivery.objects.get(event__escalation=escalation).status == "pending"
    slack.cuts = False
    let_time_pass()
    send_due()
    assert len(slack.standing) == len(slack.arguments("chat.postMessage")) == 1
    told = Delivery.objects.get(event__escalation=escalation)
    assert (told.status, told.attempts) == ("delivered", 2)
    assert told.tries.latest("n").detail == "Slack had taken it before the connection ended."
    lifecycle.claim(escalation.pk, by=ada)
    send_due()
    assert shown(slack)[0] == "Claimed by Ada"


def test_a_sender_that_died_leaves_no_second_message(slack: FakeSlack, ada: Reviewer) -> None:
    make_escalation()
    notices.run()
    (leased,) = outbox.lease(9, failing=9, for_people=True)
    attempts.make(leased)
    let_time_pass()
    send_due()
    assert len(slack.standing) == 1


def test_a_message_that_was_not_taken_goes_out_after_the_look(slack: FakeSlack, ada: Reviewer) -> None:
    make_escalation()
    slack.status = 500
    send_due()
    slack.status = 200
    let_time_pass()
    send_due()
    assert len(slack.standing) == 1
    assert len(slack.arguments("conversations.history")) == 1


@pytest.mark.parametrize("error", ["missing_scope", "channel_not_found"])
def test_who_may_not_look_sends_rather_twice_than_never(slack: FakeSlack, ada: Reviewer, error: str) -> None:
    make_escalation()
    slack.cuts = True
    send_due()
    slack.cuts = False
    slack.answers["conversations.history"] = {"ok": False, "error": error}
    let_time_pass()
    send_due()
    assert len(slack.standing) == 2
