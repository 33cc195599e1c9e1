"""Handing a task over."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from escalations.models import Agent, Escalation
from reviewers.models import Tag
from tests import factories
from tests.escalations.api.calls import ALL, Api, as_agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot() -> Agent:
    return factories.make_agent("bot")


@pytest.fixture
def api(bot: Agent) -> Api:
    return as_agent(bot)


def codes(response: Any) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in response.json()["errors"]}


def test_a_created_escalation_says_who_has_it_and_where_it_is(api: Api) -> None:
    ada = factories.make_reviewer("Ada")
    response = api.create("May I refund order 6144?", context_data={"order": 6144}, priority="high", tags=[])
    told = response.json()
    assert response.status_code == 201
    assert response["Location"] == told["url"]
    assert response["ETag"] == f'"{told["version"]}"'
    assert (told["assigned_to"], told["assignee_name"], told["status"]) == (str(ada.pk), "Ada", "assigned")
    assert (told["priority"], told["context_data"], told["source_agent"]) == ("high", {"order": 6144}, "bot")
    assert told["reference"] == f"ESC-{told['number']}"
    assert told["resolution"] is None


def test_what_is_created_is_what_get_returns(api: Api) -> None:
    created = api.create(metadata={"trace": "t1"}, run_id="r1", dedupe_key="d1")
    assert api.get(created["Location"].partition("8000")[2]).json() == created.json()


def test_only_a_description_is_needed(api: Api) -> None:
    told = api.create("x").json()
    assert (told["priority"], told["context_data"], told["tags"], told["metadata"]) == ("medium", {}, [], {})
    assert (told["pool"], told["status"], told["waiting_on"]) == ("Default", "open", "human")


def test_a_text_is_kept_as_it_was_sent(api: Api) -> None:
    text = "  Größe\u202e\u0007 e\u0301 \U0001f600 <script>alert(1)</script>\r\n"
    assert api.create(text, context_data=[text]).json()["issue_description"] == text
    assert Escalation.objects.get().context_data == [text]


def test_numbers_of_a_context_keep_their_value(api: Api) -> None:
    numbers = [-0, 1e5, 0.1, 2**53, -(2**53), 1e22, 5e-324, 123456789.123456789]
    assert api.create(context_data=numbers).json()["context_data"] == numbers
    assert list(map(float, api.create(context_data=[1e308]).json()["context_data"])) == [1e308]


def test_the_pool_is_chosen_by_name(api: Api) -> None:
    factories.make_pool("refunds")
    assert api.create(pool="refunds").json()["pool"] == "refunds"
    response = api.create(pool="nowhere")
    assert (response.status_code, codes(response)) == (400, {"/pool": "unknown_pool"})


def test_tags_choose_who_knows_them_and_are_made_on_first_use(api: Api) -> None:
    factories.make_reviewer("Ada")
    grace = factories.make_reviewer("Grace", tags=("refunds", "german"))
    told = api.create(tags=["german", "refunds", "german"]).json()
    assert told["tags"] == ["german", "refunds"]
    assert told["assigned_to"] == str(grace.pk)
    api.create(tags=["never heard"])
    assert Tag.objects.filter(name="never heard").exists()


def test_a_dedupe_key_returns_the_unfinished_one(api: Api) -> None:
    first, second = api.create(dedupe_key="order-6144"), api.create("Again?", dedupe_key="order-6144")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert "Location" not in second


def test_the_same_dedupe_key_of_another_agent_is_another_one(api: Api) -> None:
    first = api.create(dedupe_key="order-6144").json()
    other = as_agent(factories.make_agent()).create(dedupe_key="order-6144")
    assert other.status_code == 201
    assert other.json()["id"] != first["id"]


def test_the_agents_own_webhook_url_is_taken_where_none_is_given() -> None:
    agent = factories.make_agent(webhook_url="https://agent.example.com/hook")
    assert as_agent(agent).create().json()["webhook_url"] == "https://agent.example.com/hook"
    told = as_agent(agent).create(webhook_url="https://other.example.com/").json()
    assert told["webhook_url"] == "https://other.example.com/"


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/", "http://localhost/x", "ftp://example.com/", "https://u:p@example.com/", "nowhere"],
)
def test_a_webhook_url_that_cannot_be_used_is_422(api: Api, url: str) -> None:
    response = api.create(webhook_url=url)
    assert (response.status_code, response.json()["code"]) == (422, "webhook_url_refused")
    assert response.json()["errors"][0]["pointer"] == "/webhook_url"


def test_a_foreign_source_agent_is_refused(api: Api) -> None:
    assert api.create(source_agent="bot").status_code == 201
    response = api.create(source_agent="somebody else")
    assert (response.status_code, response.json()["code"]) == (403, "foreign_agent")


@pytest.mark.parametrize("field", ["id", "is_admin", "org", "assigned_to", "number", "title", "ISSUE_DESCRIPTION", ""])
def test_an_unknown_field_is_refused_by_name(api: Api, field: str) -> None:
    response = api.create(**{field: "x"})
    assert (response.status_code, codes(response)) == (400, {f"/{field}": "unknown_field"})


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("issue_description", 123, "wrong_type"),
        ("issue_description", True, "wrong_type"),
        ("issue_description", {}, "wrong_type"),
        ("issue_description", None, "wrong_type"),
        ("issue_description", "", "blank"),
        ("issue_description", " \t\n\u3000", "blank"),
        ("issue_description", "\u200b\u2060\ufeff\u2800", "blank"),
        ("issue_description", "x" * 10_001, "too_long"),
        ("priority", "URGENT", "invalid_choice"),
        ("priority", 1, "invalid_choice"),
        ("priority", None, "wrong_type"),
        ("priority", ["urgent"], "invalid_choice"),
        ("status", "resolved", "invalid_choice"),
        ("context_data", "text", "wrong_type"),
        ("context_data", 1, "wrong_type"),
        ("context_data", None, "wrong_type"),
        ("tags", "refunds", "wrong_type"),
        ("tags", {"a": 1}, "wrong_type"),
        ("tags", None, "wrong_type"),
        ("tags", ["x"] * 21, "too_long"),
        ("dedupe_key", "x" * 201, "too_long"),
        ("dedupe_key", 5, "wrong_type"),
        ("dedupe_key", "", "blank"),
        ("run_id", "x" * 201, "too_long"),
        ("pool", 7, "wrong_type"),
        ("webhook_url", 7, "wrong_type"),
        ("webhook_url", "", "blank"),
        ("metadata", [], "wrong_type"),
        ("metadata", {"a": "x" * 9000}, "too_long"),
    ],
)
def test_a_value_of_another_kind_is_refused(api: Api, field: str, value: Any, code: str) -> None:
    response = api.post(ALL, {"issue_description": "May I?", field: value})
    assert (response.status_code, codes(response)) == (400, {f"/{field}": code})


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ("now", "/metadata/sandbox"),
        ({"after_seconds": "5"}, "/metadata/sandbox/after_seconds"),
        ({"after_seconds": -1}, "/metadata/sandbox/after_seconds"),
        ({"after_seconds": True}, "/metadata/sandbox/after_seconds"),
        ({"resolution_notes": 5}, "/metadata/sandbox/resolution_notes"),
    ],
)
def test_a_sandbox_rule_that_makes_no_sense_is_refused(api: Api, value: Any, pointer: str) -> None:
    response = api.create(metadata={"sandbox": value})
    assert response.status_code == 400
    assert list(codes(response)) == [pointer]


def test_each_tag_is_checked(api: Api) -> None:
    assert codes(api.create(tags=["ok", "", 5, "x" * 51])) == {
        "/tags/1": "blank",
        "/tags/2": "wrong_type",
        "/tags/3": "too_long",
    }


def test_all_mistakes_are_told_at_once(api: Api) -> None:
    response = api.post(ALL, {"priority": "soon", "is_admin": True})
    assert response.json()["code"] == "invalid_request"
    assert codes(response) == {
        "/issue_description": "required",
        "/priority": "invalid_choice",
        "/is_admin": "unknown_field",
    }


def test_a_context_at_the_limit_is_taken_and_one_above_is_not(api: Api, settings: Settings) -> None:
    settings.CONTEXT_MAX_BYTES = 1000
    frame = len(json.dumps({"a": ""}, separators=(",", ":")))
    assert api.create(context_data={"a": "x" * (1000 - frame)}).status_code == 201
    response = api.create(context_data={"a": "x" * (1001 - frame)})
    told = response.json()
    assert (response.status_code, told["code"], told["size"], told["limit"]) == (413, "context_too_large", 1001, 1000)
    assert "Send what the reviewer needs" in told["detail"]


def test_a_context_of_256_kib_is_taken(api: Api) -> None:
    context = [{"role": "user", "content": "x" * 2000}] * 128
    assert api.create(context_data=context).json()["context_data"] == context


def test_a_body_beyond_any_context_is_refused_unread(api: Api) -> None:
    response = api.post(ALL, b'{"issue_description": "' + b"x" * 400_000 + b'"}')
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_a_sandbox_key_makes_what_no_person_sees(bot: Agent, api: Api) -> None:
    factories.make_reviewer("Ada")
    sandbox = as_agent(bot, sandbox=True)
    told = sandbox.create().json()
    assert (told["is_sandbox"], told["status"], told["assigned_to"]) == (True, "open", None)
    assert sandbox.get(ALL).json()["results"][0]["id"] == told["id"]
    assert api.get(ALL).json()["results"] == []
