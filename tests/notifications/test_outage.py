"""Slack and the mail server in trouble, each in its own way: nothing is lost or doubled, and nobody else waits."""

import socket
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from escalations import lifecycle, rules
from escalations.models import Agent, Escalation
from notifications import notices
from notifications.models import Attempt, Delivery, Endpoint, Kind
from notifications.sender import Sender
from notifications.slack import accounts
from notifications.transports import slack as transport
from reviewers.models import Reviewer
from tests.factories import agent_headers, make_agent, make_escalation, make_reviewer
from tests.notifications.slack.servers import FakeSlack
from tests.reviewers.mailbox import HANG, HANG_UP, Mailbox

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OUTAGE = 30 * MINUTE


@pytest.fixture
def ada(slack: FakeSlack, mail: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Reviewer:
    """Reached by email and by Slack, neither of which is waited for long."""
    monkeypatch.setattr(transport, "WITHIN", 1)
    ada = make_reviewer("Ada")
    accounts.link(ada, slack_id="U0ADA0001")
    return ada


def send_due() -> None:
    notices.run()
    Sender(for_people=True).run()


def pass_(length: timedelta) -> None:
    """Everything that has a time on it was that much earlier."""
    Delivery.objects.update(next_attempt_at=F("next_attempt_at") - length, created_at=F("created_at") - length)
    Endpoint.objects.update(breaker_until=F("breaker_until") - length, failing_since=F("failing_since") - length)
    Attempt.objects.update(started_at=F("started_at") - length)


def live_through(length: timedelta, each: Callable[[], object] = lambda: None) -> None:
    """The sweeps of that time, one for every ten minutes."""
    for _step in range(int(length / (10 * MINUTE))):
        each()
        send_due()
        pass_(10 * MINUTE)


def told_of(made: list[Escalation], slack: FakeSlack, mail: Mailbox) -> tuple[Counter[str], Counter[str]]:
    """How many messages name each task, by Slack and by email."""
    in_slack = [str(each["blocks"]) for each in slack.standing]
    letters = [each.as_string() for each in mail.letters]
    by_slack, by_mail = (
        Counter(each.reference for each in made for text in texts if each.reference in text)
        for texts in (in_slack, letters)
    )
    return by_slack, by_mail


def recover(slack: FakeSlack, mail: Mailbox) -> None:
    """All is well again, and half a day goes by."""
    slack.status, slack.headers, slack.body, slack.hangs, slack.cuts = 200, {}, None, False, False
    slack.over.set()
    mail.answers.clear()
    for _step in range(4):
        pass_(3 * HOUR)
        send_due()


SLACK_TROUBLE: dict[str, dict[str, Any]] = {
    "refuses": {"status": 500},
    "asks-for-time": {"status": 429, "headers": {"Retry-After": "70"}},
    "says-half": {"body": b'{"ok": tr'},
    "cuts": {"cuts": True},
}
MAIL_TROUBLE = {"refuses": "451 later", "says-nonsense": "999 \x01?", "hangs-up": HANG_UP}


@pytest.mark.parametrize("what", SLACK_TROUBLE)
def test_half_an_hour_without_slack(slack: FakeSlack, mail: Mailbox, ada: Reviewer, what: str) -> None:
    for name, value in SLACK_TROUBLE[what].items():
        setattr(slack, name, value)
    made: list[Escalation] = []
    live_through(OUTAGE, lambda: made.append(make_escalation()))
    assert set(told_of(made, slack, mail)[1].values()) == {1}, "email does not wait for Slack"

    recover(slack, mail)
    in_slack, by_mail = told_of(made, slack, mail)
    assert in_slack == by_mail == Counter({each.reference: 1 for each in made})
    assert {each.status for each in Delivery.objects.all()} == {"delivered"}


@pytest.mark.parametrize("what", MAIL_TROUBLE)
def test_half_an_hour_without_the_mail_server(slack: FakeSlack, mail: Mailbox, ada: Reviewer, what: str) -> None:
    mail.answers["RCPT"] = MAIL_TROUBLE[what]
    made: list[Escalation] = []
    live_through(OUTAGE, lambda: made.append(make_escalation()))
    assert set(told_of(made, slack, mail)[0].values()) == {1}, "Slack does not wait for email"

    recover(slack, mail)
    in_slack, by_mail = told_of(made, slack, mail)
    assert in_slack == by_mail == Counter({each.reference: 1 for each in made})


def test_both_hang_and_are_left_after_their_time(slack: FakeSlack, mail: Mailbox, ada: Reviewer) -> None:
    slack.hangs, mail.answers["RCPT"] = True, HANG
    made = [make_escalation()]
    started = time.monotonic()
    send_due()
    assert time.monotonic() - started < 5
    assert {each.error for each in Attempt.objects.filter(delivery__endpoint__kind=Kind.SLACK)} == {"timeout"}
    recover(slack, mail)
    assert told_of(made, slack, mail) == (Counter({made[0].reference: 1}), Counter({made[0].reference: 1}))


def test_what_changed_during_the_outage_is_shown_after_it(slack: FakeSlack, mail: Mailbox, ada: Reviewer) -> None:
    slack.cuts = True
    escalation = make_escalation()
    send_due()
    lifecycle.claim(escalation.pk, by=ada)
    live_through(OUTAGE)
    recover(slack, mail)
    (message,) = slack.standing
    assert "Claimed by Ada" in str(message["blocks"])


def test_slack_is_not_asked_before_the_time_it_named(slack: FakeSlack, mail: Mailbox, ada: Reviewer) -> None:
    slack.status, slack.headers = 429, {"Retry-After": "90"}
    make_escalation()
    send_due()
    asked = len(slack.asked)
    for _again in range(5):
        make_escalation()
        send_due()
    assert len(slack.asked) == asked
    pass_(91 * timedelta(seconds=1))
    recover(slack, mail)
    send_due()
    assert len(slack.asked) > asked


def test_a_burst_is_told_in_few_messages_after_the_outage(slack: FakeSlack, mail: Mailbox, ada: Reviewer) -> None:
    slack.status = 503
    made = [make_escalation(f"Question {n}?") for n in range(40)]
    live_through(OUTAGE)
    recover(slack, mail)
    assert len(slack.standing) == notices.ALONE + 1
    assert Delivery.objects.exclude(status="delivered").count() == 0
    digest = Delivery.objects.get(type="notice.digest", endpoint__kind=Kind.SLACK)
    assert digest.bundled.count() == len(made) - notices.ALONE


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whom this process calls by Python's sockets; the database is called by a library of its own."""
    called: list[object] = []

    def connect(_socket: socket.socket, address: object) -> None:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **_more: called.append(asked))
    return called


def test_asking_costs_the_same_and_calls_nobody(
    client: Client,
    slack: FakeSlack,
    mail: Mailbox,
    ada: Reviewer,
    no_network: list[object],
) -> None:
    slack.hangs, mail.answers["RCPT"] = True, HANG
    agent = make_agent("bot")
    headers = agent_headers(agent)
    rules.active()
    client.get("/api/escalations?limit=1", headers=headers)
    assert _statements_to_create(client, headers, agent) == 1
    assert no_network == []


def _statements_to_create(client: Client, headers: dict[str, str], agent: Agent) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(
            "/api/escalations",
            {"issue_description": "May I?", "priority": "urgent", "source_agent": agent.name},
            content_type="application/json",
            headers=headers,
        )
    assert answer.status_code == 201, answer.content
    others = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")
    return len([each for each in asked if not each["sql"].startswith(others)])
