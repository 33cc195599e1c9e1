"""Plain functions that make what a test needs, each with a sensible default for everything."""

import itertools
import json
from typing import Any

from escalations import agents, intake, keys
from escalations.intake import NewEscalation
from escalations.models import Agent, ApiKey, Escalation, Priority
from reviewers import people
from reviewers.models import Pool, Reviewer, Role

_numbers = itertools.count(1)


def make_pool(name: str = "") -> Pool:
    return Pool.objects.create(name=name or f"pool-{next(_numbers)}")


def default_pool() -> Pool:
    return Pool.objects.get(is_default=True)


def make_reviewer(
    name: str = "", *, pool: Pool | None = None, role: Role = Role.REVIEWER, tags: tuple[str, ...] = (), **facts: Any
) -> Reviewer:
    """A reviewer seated in the pool (the default one if none is given)."""
    name = name or f"reviewer-{next(_numbers)}"
    email = f"{name.lower().replace(' ', '.')}@example.com"
    reviewer = people.create(email, name=name, role=role, pools=[pool] if pool else [], tags=tags).reviewer
    for fact, value in facts.items():
        setattr(reviewer, fact, value)
    if facts:
        reviewer.save(update_fields=list(facts))
    return reviewer


def make_agent(name: str = "", *, webhook_url: str = "") -> Agent:
    return agents.create(name or f"agent-{next(_numbers)}", webhook_url=webhook_url).agent


def key_of(agent: Agent, *, sandbox: bool = False) -> ApiKey:
    """A live (or sandbox) key of the agent, such as `agents.create` made."""
    return agent.keys.filter(is_sandbox=sandbox, scopes__contains=["write"])[0]


def agent_headers(agent: Agent, *, sandbox: bool = False) -> dict[str, str]:
    """Headers of the test client for a fresh key of the agent."""
    return {"authorization": f"Bearer {keys.for_agent(agent, sandbox=sandbox).plain}"}


def reviewer_headers(reviewer: Reviewer) -> dict[str, str]:
    return {"authorization": f"Bearer {keys.for_reviewer(reviewer).plain}"}


def make_escalation(
    issue_description: str = "May I refund order 6144?",
    *,
    agent: Agent | None = None,
    pool: Pool | None = None,
    priority: Priority | str = Priority.MEDIUM,
    context: Any = None,
    sandbox: bool = False,
    **facts: Any,
) -> Escalation:
    """An escalation that came in the way every other does: assigned if somebody is eligible, else open."""
    agent = agent or Agent.objects.order_by("pk").first() or make_agent()
    request = NewEscalation(
        issue_description,
        context=json.dumps({} if context is None else context),
        priority=Priority(priority),
        pool=pool,
        **facts,
    )
    return intake.create(request, by=agent, via=key_of(agent, sandbox=sandbox)).escalation
