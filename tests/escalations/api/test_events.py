"""The event log by API."""

import pytest

from escalations.models import Agent, Escalation
from reviewers.models import Role
from tests import factories
from tests.escalations.api.calls import Api, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db

EVENTS = "/api/events"


@pytest.fixture
def bot() -> Agent:
    return factories.make_agent("bot")


@pytest.fixture
def escalation(bot: Agent) -> Escalation:
    ada = factories.make_reviewer("Ada")
    escalation = factories.make_escalation(agent=bot)
    as_reviewer(ada).patch(path_of(escalation, "resolve"), {"resolution_notes": "Yes"})
    return escalation


def seqs(api: Api, path: str) -> list[int]:
    return [event["seq"] for event in api.get(path).json()["results"]]


def test_the_log_tells_who_did_what_and_what_stands(bot: Agent, escalation: Escalation) -> None:
    created, assigned, resolved = as_agent(bot).get(EVENTS).json()["results"]
    assert [event["type"] for event in (created, assigned, resolved)] == [
        "escalation.created",
        "escalation.assigned",
        "escalation.resolved",
    ]
    assert created["actor"] == {"type": "agent", "id": None, "name": "bot"}
    assert assigned["actor"] == {"type": "system", "id": None, "name": None}
    assert (resolved["actor"]["type"], resolved["actor"]["name"]) == ("reviewer", "Ada")
    assert resolved["data"] == {
        "id": str(escalation.pk),
        "status": "resolved",
        "priority": "medium",
        "assigned_to": resolved["actor"]["id"],
        "assignee_name": "Ada",
        "resolution_notes": "Yes",
        "outcome": "answered",
        "decision": None,
        "version": 3,
    }


def test_who_remembers_the_last_number_misses_nothing(bot: Agent, escalation: Escalation) -> None:
    api = as_agent(bot)
    everything = seqs(api, EVENTS)
    assert everything == sorted(everything)
    assert seqs(api, f"{EVENTS}?after={everything[0]}") == everything[1:]
    page = api.get(f"{EVENTS}?limit=2")
    assert [event["seq"] for event in page.json()["results"]] == everything[:2]
    assert page["Link"] == f'<{page.json()["next"]}>; rel="next"'
    assert seqs(api, "/api/" + page.json()["next"].partition("/api/")[2]) == everything[2:]
    assert seqs(api, f"{EVENTS}?after={everything[-1]}") == []


def test_one_escalation_has_its_own_history(bot: Agent, escalation: Escalation) -> None:
    factories.make_escalation(agent=bot)
    history = as_agent(bot).get(path_of(escalation, "events")).json()
    assert {event["data"]["id"] for event in history["results"]} == {str(escalation.pk)}
    assert len(history["results"]) == 3


def test_events_are_for_those_who_see_the_escalation(bot: Agent, escalation: Escalation) -> None:
    strangers = [
        as_agent(factories.make_agent()),
        as_agent(bot, sandbox=True),
        as_reviewer(factories.make_reviewer("Eve", pool=factories.make_pool())),
    ]
    for stranger in strangers:
        assert seqs(stranger, EVENTS) == []
        assert stranger.get(path_of(escalation, "events")).status_code == 404
    assert len(seqs(as_reviewer(factories.make_reviewer("Eye", role=Role.READ_ONLY)), EVENTS)) == 3


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=1.5", "after=", "limit=0", "type=created", "after=1&after=2"]
)
def test_what_cannot_be_used_is_refused(bot: Agent, query: str) -> None:
    assert as_agent(bot).get(f"{EVENTS}?{query}").status_code == 400


def test_a_number_beyond_the_log_finds_nothing(bot: Agent, escalation: Escalation) -> None:
    assert seqs(as_agent(bot), f"{EVENTS}?after={10**25}") == []
