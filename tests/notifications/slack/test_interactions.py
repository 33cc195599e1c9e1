"""Clicks and dialogs of Slack: who may, what is done, what is shown, and what is refused."""

import json
import time
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Escalation, Event, Status
from notifications.slack import accounts, requests
from reviewers.models import Reviewer, Role
from tests.factories import make_escalation, make_pool, make_reviewer
from tests.notifications.slack.servers import FakeSlack

pytestmark = pytest.mark.django_db

PATH = "/slack/interactions"
SCHEMA = {"type": "object", "properties": {"amount": {"type": "integer", "maximum": 100}}, "required": ["amount"]}


@pytest.fixture
def ada(slack: FakeSlack) -> Reviewer:
    person = make_reviewer("Ada")
    accounts.link(person, slack_id="U0ADA0001")
    return person


def post(payload: object, *, timestamp: str = "", signature: str = "") -> HttpResponse:
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return post_body(body, timestamp=timestamp, signature=signature)


def post_body(body: bytes, *, timestamp: str = "", signature: str = "") -> HttpResponse:
    timestamp = timestamp or str(int(time.time()))
    headers = {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature or requests.sign(body, timestamp=timestamp),
    }
    kind = "application/x-www-form-urlencoded"
    return Client(enforce_csrf_checks=True).post(PATH, body, content_type=kind, headers=headers)  # type: ignore[return-value]


def click(verb: str, escalation: Escalation, *, by: str = "U0ADA0001") -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": by},
        "container": {"type": "message", "channel_id": "C0DESK", "message_ts": "1.2"},
        "trigger_id": f"t-{uuid.uuid4()}",
        "actions": [{"action_id": verb, "value": str(escalation.pk)}],
    }


def submit(
    escalation: Escalation, *, by: str = "U0ADA0001", version: int | None = None, **values: Any
) -> dict[str, Any]:
    known = {"escalation": str(escalation.pk), "version": version, "channel": "C0DESK", "ts": "1.2"}
    state = {name.replace("__", "/"): {"value": {"value": text}} for name, text in values.items()}
    view = {"callback_id": "resolve", "private_metadata": json.dumps(known), "state": {"values": state}}
    return {"type": "view_submission", "user": {"id": by}, "view": view}


def now(escalation: Escalation) -> Escalation:
    return Escalation.objects.get(pk=escalation.pk)


def told(slack: FakeSlack) -> list[str]:
    return [each["text"] for each in slack.arguments("chat.postEphemeral")]


def test_a_click_claims_and_the_message_shows_it(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation()
    assert post(click("claim", escalation)).status_code == 200
    assert now(escalation).assigned_to == ada
    assert now(escalation).claimed_at
    (shown,) = slack.arguments("chat.update")
    assert (shown["channel"], shown["ts"]) == ("C0DESK", "1.2")
    assert "Claimed by Ada" in json.dumps(shown["blocks"])


def test_a_click_releases(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation()
    lifecycle.claim(escalation, by=ada)
    post(click("release", escalation))
    assert now(escalation).claimed_at is None
    assert len(slack.arguments("chat.update")) == 1


def test_a_click_opens_the_dialog_of_what_is_asked(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation(response_schema=SCHEMA)
    post(sent := click("resolve", escalation))
    (opened,) = slack.arguments("views.open")
    assert opened["trigger_id"] == sent["trigger_id"]
    assert json.loads(opened["view"]["private_metadata"]) == {
        "escalation": str(escalation.pk),
        "version": now(escalation).version,
        "channel": "C0DESK",
        "ts": "1.2",
    }
    assert [each.get("block_id") for each in opened["view"]["blocks"]] == [None, "answer/amount", "notes"]


def test_claiming_gives_a_lease_and_opening_the_dialog_renews_it(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation()
    post(click("claim", escalation))
    assert (now(escalation).lease_until or timezone.now()) > timezone.now() + timedelta(minutes=14)
    Escalation.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    post(click("resolve", escalation))
    assert (now(escalation).lease_until or timezone.now()) > timezone.now() + timedelta(minutes=14)


def test_a_dialog_that_is_sent_answers(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation(response_schema=SCHEMA)
    answer = post(submit(escalation, version=now(escalation).version, answer__amount="20", notes="Fine."))
    assert json.loads(answer.content) == {"response_action": "clear"}
    assert Answer.of(now(escalation)) == Answer("Fine.", answer={"amount": 20})
    assert "Resolved by Ada" in json.dumps(slack.arguments("chat.update")[0]["blocks"])


def test_an_unfit_answer_is_told_at_its_block_and_changes_nothing(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation(response_schema=SCHEMA)
    answer = json.loads(post(submit(escalation, answer__amount="101")).content)
    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == ["answer/amount"]
    assert now(escalation).status != Status.RESOLVED


def test_who_is_too_late_is_told_who_was_faster(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation()
    lifecycle.claim(escalation, by=make_reviewer("Grace"))
    post(click("claim", escalation))
    (said,) = told(slack)
    assert said.startswith(f"{escalation.reference} was claimed by Grace at ")
    assert slack.arguments("chat.postEphemeral")[0]["user"] == "U0ADA0001"


def test_a_dialog_that_comes_too_late_says_who_was_faster(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation()
    seen = now(escalation).version
    lifecycle.claim(escalation, by=make_reviewer("Grace"))
    answer = json.loads(post(submit(escalation, version=seen, notes="Yes.")).content)
    assert answer["response_action"] == "update"
    assert "was claimed by Grace" in json.dumps(answer["view"])
    assert now(escalation).status == Status.ASSIGNED


def test_what_is_finished_opens_no_dialog(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation()
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    post(click("resolve", escalation))
    assert told(slack) == ["It is resolved already. Nothing was changed."]
    assert slack.arguments("views.open") == []


@pytest.mark.parametrize("verb", ["claim", "resolve", "release"])
def test_a_stranger_changes_nothing(slack: FakeSlack, ada: Reviewer, verb: str) -> None:
    escalation = make_escalation()
    before = now(escalation).version
    post(click(verb, escalation, by="U0STRANGER"))
    assert now(escalation).version == before
    assert told(slack)[0].startswith("Your Slack account is not linked to a reviewer.")


def test_a_dialog_of_a_stranger_changes_nothing(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation()
    answer = json.loads(post(submit(escalation, by="U0STRANGER", notes="Yes.")).content)
    assert "not linked" in json.dumps(answer["view"])
    assert now(escalation).status == Status.ASSIGNED


@pytest.mark.parametrize("verb", ["claim", "resolve"])
def test_a_read_only_person_changes_nothing(slack: FakeSlack, ada: Reviewer, verb: str) -> None:
    accounts.link(make_reviewer("Rae", role=Role.READ_ONLY), slack_id="U0RAE0001")
    escalation = make_escalation()
    post(click(verb, escalation, by="U0RAE0001"))
    assert now(escalation).claimed_at is None
    assert told(slack) == ["Your role does not allow this here."]


def test_somebody_who_left_is_a_stranger(slack: FakeSlack, ada: Reviewer) -> None:
    Reviewer.objects.filter(pk=ada.pk).update(is_active=False)
    post(click("claim", escalation := make_escalation()))
    assert now(escalation).claimed_at is None
    assert told(slack)[0].startswith("Your Slack account is not linked")


def test_what_is_in_nobodys_sight_stays_out_of_it(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation(pool=make_pool())
    post(click("claim", escalation))
    assert told(slack) == ["You do not see this escalation: it is in none of your pools."]


def test_a_replay_does_nothing(slack: FakeSlack, ada: Reviewer) -> None:
    escalation = make_escalation()
    lifecycle.claim(escalation, by=ada)
    body = urlencode({"payload": json.dumps(click("release", escalation))}).encode()
    timestamp = str(int(time.time()))
    post_body(body, timestamp=timestamp)
    lifecycle.claim(escalation, by=ada)
    assert post_body(body, timestamp=timestamp).status_code == 200
    assert now(escalation).claimed_at
    assert Event.objects.filter(escalation=escalation, type=Event.Type.RELEASED).count() == 1


@pytest.mark.parametrize("signature", ["v0=" + "0" * 64, "v1=x", "é", "v0="])
def test_a_wrong_signature_is_refused(slack: FakeSlack, ada: Reviewer, signature: str) -> None:
    escalation = make_escalation()
    assert post(click("claim", escalation), signature=signature).status_code == 401
    assert now(escalation).claimed_at is None


@pytest.mark.parametrize("away", [-301, 301])
def test_an_old_or_future_request_is_refused(slack: FakeSlack, ada: Reviewer, away: int) -> None:
    escalation = make_escalation()
    assert post(click("claim", escalation), timestamp=str(int(time.time()) + away)).status_code == 401
    assert now(escalation).claimed_at is None


@pytest.mark.parametrize("timestamp", ["soon", "-1", "²", "9" * 30])
def test_a_timestamp_that_is_none_is_refused(slack: FakeSlack, timestamp: str) -> None:
    assert post({}, timestamp=timestamp, signature="v0=x").status_code == 401


def test_without_a_secret_there_is_nothing_here(slack: FakeSlack, settings: Settings) -> None:
    settings.SLACK_SIGNING_SECRET = ""
    assert post({}).status_code == 404


@pytest.mark.parametrize(
    "body", [b"", b"payload=", b"payload=[]", b"payload=%7B", b"\xff\xfe=1", b"payload=" + b"[" * 9999]
)
def test_a_signed_body_that_is_no_interaction_is_refused(slack: FakeSlack, body: bytes) -> None:
    assert post_body(body).status_code == 400


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": [3]},
        {"type": "block_actions", "actions": [{"action_id": "open", "value": str(uuid.uuid4())}]},
        {"type": "block_actions", "actions": [{"action_id": "claim", "value": "x"}]},
        {"type": "view_submission", "view": {"callback_id": "resolve", "private_metadata": "[]"}},
        {"type": "view_submission", "view": {"callback_id": "resolve", "private_metadata": "x"}},
        {"type": "view_closed", "view": None},
    ],
)
def test_what_is_not_ours_is_left_alone(slack: FakeSlack, payload: dict[str, Any]) -> None:
    answer = post(payload)
    assert (answer.status_code, answer.content) == (200, b"")
    assert slack.asked == []


@pytest.mark.parametrize("trouble", [{"status": 500}, {"body": b"?"}])
def test_a_click_counts_although_slack_cannot_show_it(slack: FakeSlack, ada: Reviewer, trouble: dict[str, Any]) -> None:
    vars(slack).update(trouble)
    escalation = make_escalation()
    assert post(click("claim", escalation)).status_code == 200
    assert now(escalation).claimed_at


def test_a_slack_that_hangs_is_answered_within_its_three_seconds(slack: FakeSlack, ada: Reviewer) -> None:
    slack.hangs = True
    escalation = make_escalation()
    started = time.monotonic()
    assert post(click("claim", escalation)).status_code == 200
    assert time.monotonic() - started < 3
    assert now(escalation).claimed_at
