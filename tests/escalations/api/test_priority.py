"""A priority that changes afterwards, and all that follows from it."""

from datetime import timedelta

import pytest
from django.db.models import F

from escalations import lifecycle, policies
from escalations.models import QUEUE_DELAY, RED_AFTER, Agent, Escalation, Event, Policy, Priority
from reviewers.models import Reviewer, Role
from tests import factories
from tests.escalations.api.calls import Api, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def bot() -> Agent:
    return factories.make_agent("bot")


@pytest.fixture
def agent(bot: Agent) -> Api:
    return as_agent(bot)


@pytest.fixture
def ada() -> Reviewer:
    return factories.make_reviewer("Ada")


def asked(bot: Agent, priority: Priority = Priority.MEDIUM) -> Escalation:
    return factories.make_escalation(agent=bot, priority=priority)


@pytest.mark.parametrize("to", ["urgent", "high"])
def test_an_agent_raises_it_and_place_and_red_time_follow(agent: Api, bot: Agent, to: str) -> None:
    escalation = asked(bot)
    answer = agent.patch(path_of(escalation, "priority"), {"priority": to})
    escalation.refresh_from_db()
    assert (answer.status_code, answer.json()["priority"], escalation.priority) == (200, to, to)
    assert escalation.queue_at == escalation.created_at + QUEUE_DELAY[Priority(to)]
    assert escalation.due_at == escalation.created_at + RED_AFTER[Priority(to)]


def test_what_pauses_and_policies_made_of_them_stays(agent: Api, bot: Agent) -> None:
    escalation = asked(bot)
    Escalation.objects.update(queue_at=F("queue_at") - 24 * HOUR, due_at=F("due_at") + HOUR)
    agent.patch(path_of(escalation, "priority"), {"priority": "urgent"})
    escalation.refresh_from_db()
    assert escalation.queue_at == escalation.created_at - 24 * HOUR
    assert escalation.due_at == escalation.created_at + 2 * HOUR


def test_the_event_says_from_what_to_what(agent: Api, bot: Agent) -> None:
    escalation = asked(bot)
    agent.patch(path_of(escalation, "priority"), {"priority": "high"})
    event = escalation.events.get(type=Event.Type.PRIORITY_CHANGED)
    assert (event.data, event.actor_type, event.facts["priority"]) == (
        {"from": "medium", "to": "high"},
        Event.Actor.AGENT,
        "high",
    )


def test_the_same_again_changes_nothing(agent: Api, bot: Agent) -> None:
    escalation = asked(bot)
    assert agent.patch(path_of(escalation, "priority"), {"priority": "medium"}).json()["version"] == escalation.version


def test_an_agent_does_not_lower_it(agent: Api, bot: Agent) -> None:
    answer = agent.patch(path_of(asked(bot), "priority"), {"priority": "low"})
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_lower")


def test_a_lead_sets_it_either_way(bot: Agent) -> None:
    lead = as_reviewer(factories.make_reviewer("Lea", role=Role.LEAD))
    escalation = asked(bot, Priority.HIGH)
    assert lead.patch(path_of(escalation, "priority"), {"priority": "low"}).json()["priority"] == "low"
    escalation.refresh_from_db()
    assert escalation.due_at == escalation.created_at + RED_AFTER[Priority.LOW]


def test_a_finished_one_keeps_its_own(agent: Api, bot: Agent) -> None:
    escalation = asked(bot)
    lifecycle.cancel(escalation, by=bot)
    answer = agent.patch(path_of(escalation, "priority"), {"priority": "urgent"})
    assert (answer.status_code, answer.json()["code"]) == (409, "finished")


def test_it_changes_only_the_version_that_was_read(agent: Api, bot: Agent) -> None:
    path = path_of(asked(bot), "priority")
    assert agent.patch(path, {"priority": "high"}, if_match='"999"').status_code == 412
    assert agent.patch(path, {"priority": "high"}, if_match='"1"').status_code == 200


@pytest.mark.parametrize("body", [{}, {"priority": "highest"}, {"priority": 1}, {"priority": None}, {"prio": "high"}])
def test_a_bad_body_is_refused_by_name(agent: Api, bot: Agent, body: dict[str, object]) -> None:
    answer = agent.patch(path_of(asked(bot), "priority"), body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"].strip("/") in {"priority", "prio"}) == (400, True)


def test_policies_go_by_the_priority_as_it_is(agent: Api, bot: Agent, ada: Reviewer) -> None:
    Policy.objects.all().delete()
    for priority in (Priority.MEDIUM, Priority.HIGH):
        Policy.objects.create(
            name=priority.value, priority=priority, condition="unresolved", after=4 * HOUR, action="bump"
        )
    escalation = asked(bot)
    agent.patch(path_of(escalation, "priority"), {"priority": "high"})
    Escalation.objects.update(created_at=F("created_at") - 5 * HOUR)
    policies.sweep()
    assert [event.data for event in escalation.events.filter(type=Event.Type.BUMPED)] == [{"policy": "high"}]


def test_a_later_moment_is_not_before_an_earlier_one(agent: Api, bot: Agent) -> None:
    """What was raised stands between what came as urgent before it and after it."""
    first, raised, last = asked(bot, Priority.URGENT), asked(bot), asked(bot, Priority.URGENT)
    agent.patch(path_of(raised, "priority"), {"priority": "urgent"})
    assert list(Escalation.objects.in_queue_order()) == [first, raised, last]
