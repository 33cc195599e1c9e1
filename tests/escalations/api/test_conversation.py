"""The thread, structured answers, corrections and receipts, as agents and reviewers send them."""

from typing import Any

import pytest

from escalations.models import Agent, Escalation
from notifications import fanout
from notifications.models import Delivery
from reviewers.models import Reviewer
from tests import factories
from tests.escalations.api.calls import Api, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db

ACTION = {"name": "refund", "arguments": {"order": "4417", "amount": 12}}
SCHEMA = {"type": "object", "properties": {"amount": {"type": "integer"}}, "required": ["amount"]}


@pytest.fixture
def ada() -> Reviewer:
    return factories.make_reviewer("Ada")


@pytest.fixture
def bot() -> Agent:
    return factories.make_agent("bot", webhook_url="https://agent.example.com/hook")


@pytest.fixture
def api(bot: Agent) -> Api:
    return as_agent(bot)


def made(api: Api, **fields: Any) -> Escalation:
    return Escalation.objects.get(pk=api.create(**fields).json()["id"])


def errors(response: Any) -> dict[str, str]:
    return {flaw["pointer"]: flaw["code"] for flaw in response.json()["errors"]}


def test_a_question_goes_to_the_agent_and_its_reply_comes_back(api: Api, ada: Reviewer) -> None:
    path = path_of(made(api), "messages")
    asked = as_reviewer(ada).post(path, {"message": "Which order?"}).json()
    replied = api.post(path, {"message": "4418"}).json()
    assert (asked["waiting_on"], replied["waiting_on"], replied["assignee_name"]) == ("agent", "human", "Ada")
    assert [(said["author"], said["text"]) for said in replied["messages"]] == [
        ("reviewer", "Which order?"),
        ("agent", "4418"),
    ]


def test_the_webhook_of_a_question_carries_it_and_nothing_later(api: Api, ada: Reviewer) -> None:
    path = path_of(made(api), "messages")
    as_reviewer(ada).post(path, {"message": "Which order?"})
    api.post(path, {"message": "4418"})
    fanout.run()
    delivery = Delivery.objects.get()
    assert delivery.type == "escalation.info_requested"
    assert b"Which order?" in delivery.body
    assert b"4418" not in delivery.body


def test_a_message_with_an_idempotency_key_is_said_once(api: Api) -> None:
    path = path_of(made(api), "messages")
    for _ in range(2):
        response = api.post(path, {"message": "4418"}, idempotency_key="k")
    assert response.json()["message_count"] == 1


@pytest.mark.parametrize("message", [None, "", " \n", 5, "x" * 10_001])
def test_a_message_says_something(api: Api, message: object) -> None:
    response = api.post(path_of(made(api), "messages"), {"message": message})
    assert (response.status_code, list(errors(response))) == (400, ["/message"])


def test_a_decision_and_edited_arguments_reach_the_agent(api: Api, ada: Reviewer) -> None:
    edited = {"arguments": {"order": "4417", "amount": 10}}
    path = path_of(made(api, action=ACTION))
    as_reviewer(ada).patch(f"{path}/resolve", {"decision": "edit", "edited_action": edited})
    told = api.get(path).json()["resolution"]
    assert (told["decision"], told["edited_action"]) == ("edit", {"name": "refund", **edited})


def test_an_answer_is_held_to_the_schema(api: Api, ada: Reviewer) -> None:
    path = path_of(made(api, response_schema=SCHEMA), "resolve")
    refused = as_reviewer(ada).patch(path, {"answer": {"amount": "ten"}})
    taken = as_reviewer(ada).patch(path, {"answer": {"amount": 10}})
    assert (refused.status_code, list(errors(refused))) == (400, ["/answer/amount"])
    assert taken.json()["resolution"]["answer"] == {"amount": 10}


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"response_schema": {"type": "string"}}, "/response_schema"),
        ({"response_schema": "x"}, "/response_schema"),
        ({"action": {"name": "refund"}}, "/action/arguments"),
        ({"allowed_decisions": ["edit"]}, "/allowed_decisions/0"),
        ({"allowed_decisions": ["perhaps"]}, "/allowed_decisions/0"),
    ],
)
def test_what_no_person_could_answer_is_refused(api: Api, fields: dict[str, Any], pointer: str) -> None:
    response = api.create(**fields)
    assert (response.status_code, list(errors(response))) == (400, [pointer])


def test_a_correction_replaces_the_answer_and_is_told(api: Api, ada: Reviewer) -> None:
    path = path_of(made(api))
    as_reviewer(ada).patch(f"{path}/resolve", {"resolution_notes": "Yes"})
    corrected = as_reviewer(ada).patch(f"{path}/correct", {"resolution_notes": "No"})
    assert (corrected.status_code, api.get(path).json()["resolution"]["notes"]) == (200, "No")
    fanout.run()
    assert [delivery.type for delivery in Delivery.objects.order_by("event")] == [
        "escalation.resolved",
        "escalation.corrected",
    ]


def test_only_its_author_or_a_lead_corrects(api: Api, ada: Reviewer) -> None:
    path = path_of(made(api))
    as_reviewer(ada).patch(f"{path}/resolve", {"resolution_notes": "Yes"})
    response = as_reviewer(factories.make_reviewer("Ben")).patch(f"{path}/correct", {"resolution_notes": "No"})
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")


def test_a_receipt_is_kept_with_the_answer(api: Api, ada: Reviewer) -> None:
    path = path_of(made(api))
    as_reviewer(ada).patch(f"{path}/resolve", {"resolution_notes": "Yes"})
    told = api.post(f"{path}/receipt", {"outcome": "applied", "note": "Refunded."}).json()["receipt"]
    assert (told["outcome"], told["note"]) == ("applied", "Refunded.")


def test_the_sandbox_decides_as_its_rule_says(bot: Agent) -> None:
    api = as_agent(bot, sandbox=True)
    created = api.create(action=ACTION, metadata={"sandbox": {"decision": "approve"}})
    assert created.status_code == 201


def test_a_sandbox_rule_must_answer_what_is_asked(bot: Agent) -> None:
    response = as_agent(bot, sandbox=True).create(action=ACTION)
    assert (response.status_code, list(errors(response))) == (400, ["/metadata/sandbox/decision"])
