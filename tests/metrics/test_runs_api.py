"""POST /api/runs: how many runs an agent made."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from escalations import keys
from escalations.models import Agent, Scope
from metrics.models import Runs
from tests.escalations.api.calls import Api, as_agent, as_reviewer
from tests.factories import make_agent, make_reviewer

pytestmark = pytest.mark.django_db

URL = "/api/runs"


@pytest.fixture
def agent() -> Agent:
    return make_agent("refunds")


def hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def test_what_is_reported_is_added_up_by_the_hour(agent: Agent) -> None:
    api, now = as_agent(agent), datetime.now(UTC)
    earlier = (now - timedelta(days=2)).isoformat()
    assert [api.post(URL, body).status_code for body in ({"runs": 3}, {"runs": 4}, {"runs": 9, "at": earlier})] == [
        204
    ] * 3
    told = dict(Runs.objects.filter(agent=agent).values_list("hour", "count"))
    assert told[hour(now - timedelta(days=2))] == 9
    assert sum(told.values()) == 16


def test_a_repeat_with_its_key_counts_once(agent: Agent) -> None:
    api = as_agent(agent)
    for _time in range(2):
        answer = api.post(URL, {"runs": 3}, idempotency_key="hour-7")
        assert answer.status_code == 204
    assert answer["Idempotent-Replayed"] == "true"
    assert Runs.objects.get().count == 3
    assert api.post(URL, {"runs": 4}, idempotency_key="hour-7").status_code == 422


def test_the_sandbox_counts_nothing(agent: Agent) -> None:
    assert as_agent(agent, sandbox=True).post(URL, {"runs": 3}).status_code == 204
    assert not Runs.objects.exists()


def test_only_an_agent_that_may_write_reports(agent: Agent) -> None:
    reading = Api({"authorization": f"Bearer {keys.mint(agent=agent, scopes=[Scope.READ]).plain}"})
    callers = [Api(), reading, as_reviewer(make_reviewer())]
    assert [api.post(URL, {"runs": 3}).status_code for api in callers] == [401, 403, 403]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/runs"),
        ({"runs": 0}, "/runs"),
        ({"runs": -1}, "/runs"),
        ({"runs": "3"}, "/runs"),
        ({"runs": True}, "/runs"),
        ({"runs": 3.0}, "/runs"),
        ({"runs": 10**30}, "/runs"),
        ({"runs": 3, "at": "yesterday"}, "/at"),
        ({"runs": 3, "at": "2026-01-01T00:00:00"}, "/at"),
        ({"runs": 3, "at": "1999-01-01T00:00:00Z"}, "/at"),
        ({"runs": 3, "at": "2999-01-01T00:00:00Z"}, "/at"),
        ({"runs": 3, "at": "0001-01-01T00:00:00+14:00"}, "/at"),
        ({"runs": 3, "since": 7}, "/since"),
    ],
)
def test_a_report_that_cannot_be_used_is_told_where(agent: Agent, body: dict[str, Any], pointer: str) -> None:
    answer = as_agent(agent).post(URL, body)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not Runs.objects.exists()
