"""What measures answer: plain values, without a figure where there is no case."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from escalations.models import Priority

# What a figure is told by: None is one figure of all. The keys are, in this order: the word of a priority, the keys
# of pools and agents, the ids of reviewers, the texts of tags, and the slugs of reasons (None: uncategorised).
By: TypeAlias = Literal["priority", "pool", "agent", "reviewer", "tag", "reason"] | None
Key: TypeAlias = str | int | UUID | None


@dataclass(frozen=True)
class Spread:
    """How long something took, in seconds; without a single case there is no figure."""

    count: int
    mean: float | None = None
    p50: float | None = None
    p95: float | None = None


@dataclass(frozen=True)
class Share:
    part: int = 0
    whole: int = 0

    @property
    def ratio(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Waiting:
    """What is unfinished right now. What is overdue is among the open and the assigned ones."""

    open: int = 0
    assigned: int = 0
    overdue: int = 0


@dataclass(frozen=True)
class Age:
    """What is unfinished and was asked so many seconds ago: at least `from_`, less than `to` (None: no end)."""

    from_: float
    to: float | None
    counts: dict[Priority, int]


@dataclass(frozen=True)
class Flow:
    """What came in, and what was answered by a person, in the hour or the day that begins at `at`."""

    at: datetime
    opened: int = 0
    resolved: int = 0


@dataclass(frozen=True)
class AgentRate:
    """How much an agent asks. `per_100_runs` where it reported runs, else only `per_day` says anything."""

    agent_id: int
    source_agent: str
    created: int
    resolved: int
    runs: int | None
    per_100_runs: float | None
    per_day: float


@dataclass(frozen=True)
class Inflation:
    """The share of an agent's escalations that it called urgent or high, and the same of the period before."""

    agent_id: int
    source_agent: str
    pressing: Share
    before: Share

    @property
    def grew_by(self) -> float | None:
        """In points of 1; None where either period has nothing."""
        if self.pressing.ratio is None or self.before.ratio is None:
            return None
        return self.pressing.ratio - self.before.ratio


@dataclass(frozen=True)
class ReasonCount:
    """`slug` None: uncategorised. `before`: in the period of the same length just before."""

    slug: str | None
    name: str
    count: int
    before: int


@dataclass(frozen=True)
class Load:
    """A person's share of the work; `reviewer` is their id."""

    reviewer: UUID
    name: str
    assigned: int
    claimed: int
    resolved: int
    open_now: int


@dataclass(frozen=True)
class Webhooks:
    """Messages to agents: how many of those that are decided arrived, and seconds from the event to arrival."""

    success: Share = field(default_factory=Share)
    lag: Spread = field(default_factory=lambda: Spread(0))


@dataclass(frozen=True)
class Tally:
    """Counts of escalations by the hour they were created in, and of people where they are told by reviewer.

    `due`: answered by a person, or ended unanswered past due; `in_time` of these. `rated`: somebody said whether the
    agent should have solved it itself, and `avoidable` of these. `undelivered` are messages that were given up.
    """

    created: int = 0
    assigned: int = 0
    claimed: int = 0
    answered: int = 0
    cancelled: int = 0
    expired: int = 0
    replayed: int = 0
    due: int = 0
    in_time: int = 0
    pressing: int = 0
    inverted: int = 0
    repeated: int = 0
    looped: int = 0
    rated: int = 0
    avoidable: int = 0
    undelivered: int = 0
