"""The main story, end to end over real HTTP: an agent posts, a reviewer answers, the agent's webhook hears of it."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

from escalations import agents, keys, sweeps
from escalations.agents import NewAgent
from tests.factories import make_reviewer
from tests.live import until
from tests.notifications.conftest import allow_loopback as allow_loopback
from tests.notifications.receivers import Receiver, receiver

CONTEXT = {"messages": [{"role": "user", "content": "Charged twice 😀 \u202e"}], "amount": 0.1, "ids": [1, 2**53]}
UNSORTED = {"reason": None, "reason_source": None, "reason_confidence": None}


class Caller:
    """The API as one key's holder calls it."""

    def __init__(self, web: str, key: str) -> None:
        self.web = web
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"

    def __call__(self, method: str, path: str, expect: int = 200, **body: Any) -> Any:
        answer = self.session.request(method, f"{self.web}{path}", json=body or None, timeout=30)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as kept:
        yield kept


@pytest.fixture
def bot(web: str, hook: Receiver, allow_loopback: None) -> NewAgent:
    return agents.create("refund-bot", webhook_url=hook.url)


def verified(hook: Receiver, secret: str) -> list[dict[str, Any]]:
    return [Webhook(secret).verify(got.body.decode(), dict(got.headers)) for got in hook.received]


def test_an_escalation_goes_from_post_to_a_verified_webhook(web: str, hook: Receiver, bot: NewAgent) -> None:
    ada = make_reviewer("Ada")
    agent, reviewer = Caller(web, bot.api_key), Caller(web, keys.for_reviewer(ada).plain)

    asked = agent("POST", "/api/escalations", 201, issue_description="Refund twice?", context_data=CONTEXT)
    assert (asked["status"], asked["assigned_to"], asked["assignee_name"]) == ("assigned", str(ada.pk), "Ada")
    claimed = reviewer("PATCH", f"/api/escalations/{asked['id']}/claim")
    assert claimed["claimed_at"] is not None
    reviewer("PATCH", f"/api/escalations/{asked['id']}/resolve", resolution_notes="Yes, once.")

    sweeps.run_all()
    sweeps.finish_all()
    [message] = verified(hook, bot.webhook_secret)
    assert message["type"] == "escalation.resolved"
    assert message["data"]["context_data"] == CONTEXT
    assert message["data"]["resolution"]["notes"] == "Yes, once."
    assert message["data"]["resolution"]["decided_by"] == {"type": "human", "name": "Ada"}
    # As it was when it was answered: it is sorted by its reason in the same sweep, which may come first or last.
    assert message["data"] == agent("GET", f"/api/escalations/{asked['id']}") | UNSORTED


def test_the_history_tells_the_whole_story(web: str, hook: Receiver, bot: NewAgent) -> None:
    reviewer = Caller(web, keys.for_reviewer(make_reviewer("Ada")).plain)
    agent = Caller(web, bot.api_key)
    asked = agent("POST", "/api/escalations", 201, issue_description="Refund?")
    taken = reviewer("POST", "/api/escalations/next")
    reviewer("PATCH", f"/api/escalations/{taken['id']}/resolve", resolution_notes="No.")
    sweeps.run_all()
    sweeps.finish_all()
    events = agent("GET", f"/api/escalations/{asked['id']}/events")["results"]
    told = [(event["type"].removeprefix("escalation."), event["actor"]["type"]) for event in events]
    told = [each for each in told if each != ("categorised", "system")]  # sooner or later
    assert told == [
        ("created", "agent"),
        ("assigned", "system"),
        ("claimed", "reviewer"),
        ("resolved", "reviewer"),
        ("delivered", "system"),
    ]
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)


def test_an_agent_that_waits_has_the_answer_at_once(web: str, bot: NewAgent) -> None:
    reviewer = Caller(web, keys.for_reviewer(make_reviewer("Ada")).plain)
    agent = Caller(web, bot.api_key)
    asked = agent("POST", "/api/escalations", 201, issue_description="Refund?")
    reviewer("PATCH", f"/api/escalations/{asked['id']}/resolve", resolution_notes="Yes.")
    answer = agent("GET", f"/api/escalations/{asked['id']}?wait=25&after={asked['version']}")
    assert answer["resolution"]["notes"] == "Yes."


def test_an_unreachable_receiver_delays_nothing_and_hears_it_later(web: str, hook: Receiver, bot: NewAgent) -> None:
    hook.status = 503
    reviewer = Caller(web, keys.for_reviewer(make_reviewer("Ada")).plain)
    agent = Caller(web, bot.api_key)
    asked = agent("POST", "/api/escalations", 201, issue_description="Refund?")
    reviewer("PATCH", f"/api/escalations/{asked['id']}/resolve", resolution_notes="Yes.")
    sweeps.run_all()
    sweeps.finish_all()
    [failed] = agent("GET", "/api/deliveries")["results"]
    assert failed["status"] == "pending"
    hook.status = 200
    replayed = agent("POST", f"/api/deliveries/{failed['id']}/replay", 202)
    assert replayed["id"] == failed["id"]
    sweeps.run_all()
    sweeps.finish_all()
    assert len({got.headers["webhook-id"] for got in hook.received}) == 1
    assert len(verified(hook, bot.webhook_secret)) == 2


def test_a_sandbox_key_is_answered_without_a_person(web: str, hook: Receiver, bot: NewAgent) -> None:
    agent = Caller(web, bot.test_key)
    rule = {"sandbox": {"resolution_notes": "Approved in the sandbox."}}
    asked = agent("POST", "/api/escalations", 201, issue_description="Refund?", metadata=rule)
    sweeps.run_all()
    until(lambda: agent("GET", f"/api/escalations/{asked['id']}")["status"] == "resolved")
    sweeps.run_all()
    sweeps.finish_all()
    [message] = verified(hook, bot.webhook_secret)
    assert message["data"]["resolution"]["notes"] == "Approved in the sandbox."


def test_a_forged_webhook_does_not_verify(web: str, hook: Receiver, bot: NewAgent) -> None:
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    reviewer = Caller(web, keys.for_reviewer(make_reviewer("Ada")).plain)
    asked = Caller(web, bot.api_key)("POST", "/api/escalations", 201, issue_description="Refund?")
    reviewer("PATCH", f"/api/escalations/{asked['id']}/resolve", resolution_notes="Yes.")
    sweeps.run_all()
    sweeps.finish_all()
    with pytest.raises(Exception, match="No matching signature"):
        verified(hook, other)
    assert json.loads(hook.received[0].body)["data"]["id"] == asked["id"]
