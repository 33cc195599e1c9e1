"""One made-up life after the other: an escalation as it stands now, and the events that led there.

The same generator of random numbers, cast and moments give the same lives, but for their ids. The steps set what the
verbs of `escalations/lifecycle.py` set; the facts in the events are those of `escalations.log.FACTS`.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from escalations.management.history import plans
from escalations.management.history.cast import Cast
from escalations.management.history.stories import RARE_TAGS, STORIES, Story
from escalations.models import QUEUE_DELAY, RED_AFTER, Decider, Event, Outcome, Priority, Status
from escalations.models.escalation import uuid7

Type = Event.Type

# The mutable facts, under the names of their columns (but `pool` and `assignee_name`).
FACTS = (
    *("status", "priority", "pool", "assigned_to", "assignee_name", "assigned_at", "claimed_at", "resolved_at"),
    *("finished_at", "resolution_notes", "outcome", "decided_by_type", "decided_by_name", "waiting_on"),
    *("bumped_at", "queue_at", "due_at", "version", "decision", "answer", "edited_action", "receipt", "assigned_by"),
    *("paused_at", "message_count", "snoozed_at", "snoozed_until", "expires_at"),
    *("reason", "reason_source", "reason_confidence", "avoidable"),
)
FREE: dict[str, Any] = dict.fromkeys(("assigned_to", "assignee_name", "assigned_at", "claimed_at"))
UNANSWERED: dict[str, Any] = dict.fromkeys(
    ("resolved_at", "finished_at", "outcome", "resolution_notes", "decided_by_type", "decided_by_name")
)


class Happening(NamedTuple):
    """A row of `events`, without its number."""

    type: Type
    at: datetime
    actor_type: Event.Actor
    reviewer: str | None
    facts: str


class Chance(NamedTuple):
    """Where a step finds people and words."""

    random: Random
    cast: Cast


@dataclass
class Life:
    """One escalation and what happened to it. `facts` are the mutable ones as they stand, moments as ISO 8601 text."""

    id: uuid.UUID
    chance: Chance
    story: Story
    created_at: datetime
    issue: str
    context: str
    tags: list[str]
    pool: int
    facts: dict[str, Any]
    declined_by: list[str] = field(default_factory=list)
    events: list[Happening] = field(default_factory=list)

    @property
    def holder(self) -> str | None:
        """Who has it among their unfinished tasks."""
        return self.facts["assigned_to"] if self.facts["status"] == Status.ASSIGNED else None

    def happen(self, type_: Type, at: datetime, actor: Event.Actor, **facts: Any) -> None:  # noqa: ANN401 - any JSON
        """Write the event with the facts as they are after it; a reviewer's is that of whoever held it."""
        reviewer = self.facts["assigned_to"] if actor == Event.Actor.REVIEWER else None
        self.facts.update(facts)
        self.facts["version"] += 1
        self.events.append(Happening(type_, at, actor, reviewer, json.dumps(self.facts)))


def lives(chance: Chance, *, rows: int, unfinished: int, since: datetime, until: datetime) -> Iterator[Life]:
    """`rows` lives in the order of their creation; `unfinished` of them, among the newest, are not over at `until`."""
    share = min(3, rows // unfinished) if unfinished else 1
    for index in range(rows):
        from_end = rows - 1 - index
        is_over = from_end >= unfinished * share or from_end % share != 0
        created_at = plans.moment(since, until, (index + chance.random.random()) / rows)
        yield _life(chance, created_at=created_at, until=until, is_over=is_over)


def _life(chance: Chance, *, created_at: datetime, until: datetime, is_over: bool) -> Life:
    random = chance.random
    story, priority = random.choice(STORIES), plans.priority(random)
    plan = plans.whole_life(random, priority) if is_over else plans.life_so_far(random, priority)
    life = _born(chance, story, priority, created_at)
    if not plan:
        life.tags.append(RARE_TAGS[story.pool])
    at = created_at
    for step, after in plans.fitted(plan, until - created_at):
        at += after
        STEPS[step](life, at)
    return life


def _born(chance: Chance, story: Story, priority: Priority, created_at: datetime) -> Life:
    random = chance.random
    number, amount = str(random.randrange(10_000, 99_999)), str(random.randrange(12, 4_000))
    life = Life(
        id=uuid7(created_at.timestamp()),
        chance=chance,
        story=story,
        created_at=created_at,
        issue=_filled(story.issue, number, amount),
        context=_filled(story.context, number, amount),
        tags=[story.tag],
        pool=chance.cast.pools[story.pool],
        facts=dict.fromkeys(FACTS),
    )
    life.facts |= {"priority": priority, "pool": life.pool, "waiting_on": "human", "message_count": 0, "version": 0}
    life.facts["queue_at"] = (created_at + QUEUE_DELAY[priority]).isoformat()
    life.facts["due_at"] = (created_at + RED_AFTER[priority]).isoformat()
    life.happen(Type.CREATED, created_at, Event.Actor.AGENT, status=Status.OPEN)
    return life


def _filled(template: str, number: str, amount: str) -> str:
    return template.replace("{n}", number).replace("{amount}", amount)


def _assigned(life: Life, at: datetime) -> None:
    person = life.chance.cast.next_in(life.story.pool, declined=life.declined_by)
    taken = {"assigned_to": person.id, "assignee_name": person.name, "assigned_at": at.isoformat(), "claimed_at": None}
    life.happen(Type.ASSIGNED, at, Event.Actor.SYSTEM, status=Status.ASSIGNED, **taken)


def _claimed(life: Life, at: datetime) -> None:
    life.happen(Type.CLAIMED, at, Event.Actor.REVIEWER, claimed_at=at.isoformat())


def _released(life: Life, at: datetime) -> None:
    life.happen(Type.RELEASED, at, Event.Actor.REVIEWER, status=Status.OPEN, **FREE)


def _declined(life: Life, at: datetime) -> None:
    life.declined_by.append(life.facts["assigned_to"])
    life.happen(Type.DECLINED, at, Event.Actor.REVIEWER, status=Status.OPEN, **FREE)


def _resolved(life: Life, at: datetime) -> None:
    answer = {"resolution_notes": life.chance.random.choice(life.story.answers), "resolved_at": at.isoformat()}
    answer |= {"decided_by_type": Decider.HUMAN, "decided_by_name": life.facts["assignee_name"]}
    life.happen(Type.RESOLVED, at, Event.Actor.REVIEWER, **_over(Status.RESOLVED, Outcome.ANSWERED, at), **answer)


def _reopened(life: Life, at: datetime) -> None:
    life.happen(Type.REOPENED, at, Event.Actor.AGENT, status=Status.OPEN, **FREE, **UNANSWERED)


def _cancelled(life: Life, at: datetime) -> None:
    life.happen(Type.CANCELLED, at, Event.Actor.AGENT, **_over(Status.CANCELLED, Outcome.CANCELLED, at))


def _expired(life: Life, at: datetime) -> None:
    over = _over(Status.EXPIRED, Outcome.EXPIRED, at)
    life.happen(Type.EXPIRED, at, Event.Actor.SYSTEM, decided_by_type=Decider.TIMER, **over)


def _over(status: Status, outcome: Outcome, at: datetime) -> dict[str, Any]:
    return {"status": status, "outcome": outcome, "finished_at": at.isoformat()}


STEPS: dict[Type, Callable[[Life, datetime], None]] = {
    Type.ASSIGNED: _assigned,
    Type.CLAIMED: _claimed,
    Type.RELEASED: _released,
    Type.DECLINED: _declined,
    Type.RESOLVED: _resolved,
    Type.REOPENED: _reopened,
    Type.CANCELLED: _cancelled,
    Type.EXPIRED: _expired,
}
