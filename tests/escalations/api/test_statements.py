"""How many statements a call costs, with the key's lookup warm; BEGIN, COMMIT and SAVEPOINT are not counted."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalations import rules
from escalations.models import Agent
from reviewers.models import Reviewer
from tests import factories
from tests.escalations.api.calls import ALL, NEXT, Api, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db

NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")


@contextmanager
def at_most(count: int) -> Iterator[None]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        yield
    statements = [query["sql"] for query in queries if not query["sql"].startswith(NOT_COUNTED)]
    assert len(statements) <= count, "\n".join(statements)


@pytest.fixture
def bot() -> Agent:
    return factories.make_agent("bot")


@pytest.fixture
def ada() -> Reviewer:
    return factories.make_reviewer("Ada")


@pytest.fixture
def agent(bot: Agent) -> Api:
    return warm(as_agent(bot))


@pytest.fixture
def reviewer(ada: Reviewer) -> Api:
    return warm(as_reviewer(ada))


def warm(api: Api) -> Api:
    api.get(ALL)
    rules.active()
    return api


def test_create(agent: Api, ada: Reviewer) -> None:
    with at_most(1):
        assert agent.create().json()["assignee_name"] == "Ada"


def test_create_with_everything(agent: Api, ada: Reviewer) -> None:
    factories.make_pool("refunds")
    with at_most(5):
        response = agent.post(
            ALL, {"issue_description": "x", "pool": "refunds", "tags": ["a"], "dedupe_key": "d"}, idempotency_key="k"
        )
        assert response.status_code == 201


def test_list(agent: Api, reviewer: Api, bot: Agent) -> None:
    for _ in range(3):
        factories.make_escalation(agent=bot)
    for api in (agent, reviewer):
        with at_most(1):
            assert len(api.get(f"{ALL}?ordering=priority&include=context_data").json()["results"]) == 3


def test_get(agent: Api, bot: Agent, ada: Reviewer) -> None:
    escalation = factories.make_escalation(agent=bot)
    with at_most(1):
        agent.get(path_of(escalation))


def test_claim(reviewer: Api, bot: Agent) -> None:
    escalation = factories.make_escalation(agent=bot)
    with at_most(1):
        assert reviewer.patch(path_of(escalation, "claim")).status_code == 200


def test_a_lost_claim(reviewer: Api, bot: Agent) -> None:
    escalation = factories.make_escalation(agent=bot)
    grace = warm(as_reviewer(factories.make_reviewer("Grace")))
    reviewer.patch(path_of(escalation, "claim"))
    with at_most(2):
        assert grace.patch(path_of(escalation, "claim")).status_code == 409


def test_resolve(reviewer: Api, bot: Agent) -> None:
    escalation = factories.make_escalation(agent=bot)
    with at_most(1):
        assert reviewer.patch(path_of(escalation, "resolve"), {"resolution_notes": "Yes"}).status_code == 200


def test_next(reviewer: Api, bot: Agent) -> None:
    factories.make_escalation(agent=bot)
    with at_most(1):
        assert reviewer.post(NEXT).status_code == 200


def test_events(agent: Api, bot: Agent) -> None:
    for _ in range(3):
        factories.make_escalation(agent=bot)
    with at_most(5):
        assert len(agent.get("/api/events").json()["results"]) == 3
