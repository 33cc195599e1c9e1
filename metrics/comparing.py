"""Holds the roll-ups to the history: every figure that both can tell."""

from collections.abc import Iterator, Mapping

from metrics import cells, scan
from metrics.models import Length
from metrics.scope import Scope
from metrics.shapes import By, Key, Spread

EVERY: tuple[By, ...] = (None, "priority", "pool", "agent", "reviewer", "tag", "reason")
WITHIN = 0.02  # of a percentile
HAIR = 0.002  # seconds: shorter than anything that is told, and the rounding of what is


def differences(scope: Scope) -> Iterator[str]:
    """Each figure of the scope that is not the same, in words. After `scan.look`, in one transaction."""
    for by in EVERY:
        yield from _unequal(f"counts by {by}", cells.tallies(scope, by), scan.tallies(scope, by))
        for length in Length:
            ours, theirs = cells.spreads(length, scope, by), scan.spreads(length, scope, by)
            yield from _apart(f"{length.name.lower()} by {by}", ours, theirs)
    if cells.flows(scope) != scan.flows(scope):
        yield "flow by hour: not the same"
    if _is_of_whole_days(scope) and cells.flows(scope, "day") != scan.flows(scope, "day"):
        yield "flow by day: not the same"


def figures() -> int:
    """How many are compared."""
    return len(EVERY) * (1 + len(Length)) + 2


def _unequal(what: str, ours: Mapping[Key, object], theirs: Mapping[Key, object]) -> Iterator[str]:
    for key in ours.keys() | theirs.keys():
        if ours.get(key) != theirs.get(key):
            yield f"{what}, {key}: {ours.get(key)} instead of {theirs.get(key)}"


def _apart(what: str, ours: Mapping[Key, Spread], theirs: Mapping[Key, Spread]) -> Iterator[str]:
    for key in ours.keys() | theirs.keys():
        mine, other = ours.get(key, Spread(0)), theirs.get(key, Spread(0))
        if not _is_alike(mine, other):
            yield f"{what}, {key}: {mine} instead of {other}"


def _is_alike(ours: Spread, theirs: Spread) -> bool:
    if ours.count != theirs.count or not ours.count:
        return ours == theirs
    exact = abs((ours.mean or 0) - (theirs.mean or 0)) <= 1e-5
    pairs = ((ours.p50 or 0, theirs.p50 or 0), (ours.p95 or 0, theirs.p95 or 0))
    return exact and all(abs(mine - other) <= WITHIN * other + HAIR for mine, other in pairs)


def _is_of_whole_days(scope: Scope) -> bool:
    return scope.since.hour == scope.until.hour == 0
