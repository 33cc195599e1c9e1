"""A pool with an agent, somebody who answers, and who looks at the figures."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.db.models import F
from django.test import Client

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Agent, Escalation, Event, Priority
from metrics import rollups
from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer

As = Callable[[Reviewer], Client]


class Team(NamedTuple):
    pool: Pool
    agent: Agent
    ada: Reviewer
    lead: Reviewer
    admin: Reviewer


@pytest.fixture
def team(db: None) -> Team:
    pool, agent = make_pool("Legal"), make_agent("contract-bot")
    return Team(
        pool,
        agent,
        make_reviewer("Ada Lovelace", pool=pool),
        make_reviewer("Lea Lead", pool=pool, role=Role.LEAD, capacity=0),
        make_reviewer("Sam Admin", role=Role.ADMIN),
    )


@pytest.fixture
def as_(client: Client) -> As:
    """The test client with somebody signed in."""

    def sign_in(person: Reviewer) -> Client:
        client.force_login(person)
        return client

    return sign_in


def work(team: Team, *, days_ago: int = 0, resolved: int = 1, opened: int = 0, agent: Agent | None = None) -> None:
    """So many answered ones and so many that wait, asked so many days ago; and the figures know of them."""
    made = [
        make_escalation(pool=team.pool, agent=agent or team.agent, priority=priority)
        for _, priority in zip(range(resolved + opened), [*Priority] * (resolved + opened), strict=False)
    ]
    for each in made[:resolved]:
        lifecycle.resolve(each, by=team.ada, answer=Answer("Yes."))
    ago = timedelta(days=days_ago)
    for name in ("created_at", "assigned_at", "claimed_at", "resolved_at", "finished_at", "due_at", "queue_at"):
        Escalation.objects.filter(pk__in=[each.pk for each in made]).update(**{name: F(name) - ago})
    Event.objects.filter(escalation__in=made).update(at=F("at") - ago)
    rollups.fold([each.pk for each in made])
