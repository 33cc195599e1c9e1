"""What an agent is told about people, and what it says should happen if nobody answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from escalations import backlog
from escalations.models import Agent, Escalation
from reviewers import duty
from reviewers.models import Reviewer
from tests import factories
from tests.escalations.api.calls import Api, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db

WHERE = "/api/availability"


@pytest.fixture
def ada() -> Reviewer:
    return factories.make_reviewer("Ada")


@pytest.fixture
def bot() -> Agent:
    return factories.make_agent("bot")


@pytest.fixture
def api(bot: Agent) -> Api:
    return as_agent(bot)


def ahead(**length: float) -> str:
    return (datetime.now(UTC) + timedelta(**length)).isoformat()


def pointers(response: Any) -> list[str]:
    return [flaw["pointer"] for flaw in response.json()["errors"]]


def test_a_new_escalation_says_whether_anybody_is_there(api: Api, ada: Reviewer) -> None:
    assert api.create().json()["availability"] == {
        "state": "staffed",
        "eligible_now": 1,
        "queue_position": 1,
        "estimated_pickup_at": None,
        "next_coverage_at": None,
    }


def test_it_says_so_when_nobody_is(api: Api, ada: Reviewer) -> None:
    duty.go_away(ada)
    told = api.create().json()
    assert (told["status"], told["availability"]["state"]) == ("open", "nobody")


def test_a_finished_one_needs_nobody(api: Api, ada: Reviewer) -> None:
    path = path_of(Escalation.objects.get(pk=api.create().json()["id"]))
    as_reviewer(ada).patch(f"{path}/resolve", {"resolution_notes": "Yes"})
    assert api.get(path).json()["availability"] is None


def test_it_may_be_asked_before_anything_is_handed_over(api: Api) -> None:
    factories.make_reviewer(tags=("refunds", "vip"))
    api.create(tags=["vip"])
    assert api.get(f"{WHERE}?tag=refunds,vip&priority=low").json()["queue_position"] == 2
    assert api.get(f"{WHERE}?tag=refunds&priority=urgent").json()["queue_position"] == 1
    assert api.get(f"{WHERE}?tag=legal").json()["state"] == "nobody"


@pytest.mark.parametrize("query", ["pool=nowhere", "priority=soon", "tags=x"])
def test_a_question_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    assert api.get(f"{WHERE}?{query}").status_code == 400


def test_a_deadline_ends_it_as_the_agent_said(api: Api, ada: Reviewer) -> None:
    told = api.create(expires_at=ahead(hours=1), on_timeout="cancel").json()
    Escalation.objects.update(expires_at=datetime.now(UTC) - timedelta(hours=1))
    backlog.sweep()
    ended = api.get(f"/api/escalations/{told['id']}").json()
    assert (ended["status"], ended["resolution"]["outcome"]) == ("expired", "expired")
    assert ended["resolution"]["decided_by"] == {"type": "timer", "name": None}


def test_a_default_is_told_from_an_answer(api: Api, ada: Reviewer) -> None:
    default = {"use_default": {"decision": "reject", "resolution_notes": "No answer in time."}}
    asked: dict[str, Any] = {
        "action": {"name": "refund", "arguments": {}},
        "on_timeout": default,
        "expires_at": ahead(hours=1),
    }
    told = api.create(**asked).json()
    Escalation.objects.update(expires_at=datetime.now(UTC) - timedelta(hours=1))
    backlog.sweep()
    resolution = api.get(f"/api/escalations/{told['id']}").json()["resolution"]
    assert (resolution["outcome"], resolution["decision"]) == ("default", "reject")


def test_silence_is_no_approval_unless_a_lead_allows_it(api: Api, bot: Agent) -> None:
    asked: dict[str, Any] = {
        "action": {"name": "refund", "arguments": {}},
        "on_timeout": {"use_default": {"decision": "approve"}},
        "expires_at": ahead(hours=1),
    }
    refused = api.create(**asked)
    bot.may_default_to_approval = True
    bot.save(update_fields=["may_default_to_approval"])
    assert (refused.status_code, refused.json()["code"]) == (403, "approval_by_default")
    assert as_agent(bot).create(**asked).status_code == 201


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"expires_at": "tomorrow"}, "/expires_at"),
        ({"expires_at": "2026-01-31T12:00:00"}, "/expires_at"),
        ({"expires_at": "2020-01-31T12:00:00Z"}, "/expires_at"),
        ({"expires_at": ahead(days=91)}, "/expires_at"),
        ({"expires_at": 5}, "/expires_at"),
        ({"on_timeout": "cancel"}, "/expires_at"),
        ({"on_timeout": "approve", "expires_at": ahead(hours=1)}, "/on_timeout"),
        ({"on_timeout": {"use_default": 5}, "expires_at": ahead(hours=1)}, "/on_timeout"),
        ({"on_timeout": ["keep"], "expires_at": ahead(hours=1)}, "/on_timeout"),
        (
            {"on_timeout": {"use_default": {"notes": "x"}}, "expires_at": ahead(hours=1)},
            "/on_timeout/use_default/notes",
        ),
        (
            {"on_timeout": {"use_default": {"decision": "reject"}}, "expires_at": ahead(hours=1)},
            "/on_timeout/use_default/decision",
        ),
    ],
)
def test_a_deadline_that_makes_no_sense_is_refused(api: Api, fields: dict[str, Any], pointer: str) -> None:
    response = api.create(**fields)
    assert (response.status_code, pointers(response)[0]) == (400, pointer)


def test_an_agent_moves_its_deadline(api: Api, ada: Reviewer) -> None:
    path = path_of(Escalation.objects.get(pk=api.create(expires_at=ahead(hours=1)).json()["id"]), "extend")
    assert api.patch(path, {"expires_at": ahead(hours=2)}).status_code == 200
    assert pointers(api.patch(path, {"expires_at": ahead(hours=-2)})) == ["/expires_at"]
