"""Of how many something is true. Each is of the escalations created in the scope."""

from dataclasses import dataclass

from metrics import cells
from metrics.scope import Scope
from metrics.shapes import Share, Tally


@dataclass(frozen=True)
class Shares:
    """All of them, for the price of one."""

    in_time: Share
    recurrence: Share
    loops: Share
    replayed: Share
    inversions: Share
    usefulness: Share

    @classmethod
    def of(cls, tally: Tally) -> "Shares":
        return cls(
            in_time=Share(tally.in_time, tally.due),
            recurrence=Share(tally.repeated, tally.created),
            loops=Share(tally.looped, tally.created),
            replayed=Share(tally.replayed, tally.replayed + tally.answered),
            inversions=Share(tally.inverted, tally.claimed),
            usefulness=Share(tally.avoidable, tally.rated),
        )


def shares(scope: Scope) -> Shares:
    return Shares.of(cells.tally(scope))


def recurrence(scope: Scope) -> Share:
    """How many ask again what was asked within the 7 days before: by the same agent, with the same dedupe key, or
    without a key in the same words (letter case and spaces aside)."""
    return shares(scope).recurrence


def loops(scope: Scope) -> Share:
    """How many are the third or a later one of the same run of the same agent."""
    return shares(scope).loops


def replayed(scope: Scope) -> Share:
    """Of those that got an answer: how many got one that a person gave before, without asking anybody again."""
    return shares(scope).replayed


def inversions(scope: Scope) -> Share:
    """Of those that somebody took: how many were taken while one before them in the queue, asked in the same pool,
    waited for somebody to take it. Places in the queue are those at creation; what was moved or bumped keeps its own.
    """
    return shares(scope).inversions


def usefulness(scope: Scope) -> Share:
    """Of those whose reviewer said whether the agent should have solved it itself: how many it should have."""
    return shares(scope).usefulness
