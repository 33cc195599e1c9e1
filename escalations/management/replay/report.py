"""What a replay says at its end."""

import math
from collections import Counter

from escalations.management.replay.cast import Cast
from escalations.management.replay.ledger import STEPS, Entry, Ledger

TROUBLES_SHOWN = 10


def is_complete(ledger: Ledger) -> bool:
    """Whether every hand-off came back whole, and nothing else came."""
    return not ledger.strangers and all(
        not entry.trouble and entry.is_verified and entry.is_equal and set(entry.took) == set(STEPS)
        for entry in ledger.entries
    )


def table(ledger: Ledger, cast: Cast) -> str:
    entries = ledger.entries
    counts = [
        ("created", _count(entries, "create"), ""),
        ("assigned", _count(entries, "assign"), _per_reviewer(entries, cast)),
        ("resolved", _count(entries, "resolve"), ""),
        ("delivered", sum(entry.arrivals > 0 for entry in entries), _repeats(entries)),
        ("verified", sum(entry.is_verified for entry in entries), ""),
        ("context equal", sum(entry.is_equal for entry in entries), ""),
    ]
    lines = [f"{name:<14}{count:>4} of {len(entries)}   {more}".rstrip() for name, count, more in counts]
    return "\n".join([*lines, "", f"{'step':<14}{'p50':>9}{'p95':>9}", *(_step(entries, step) for step in STEPS)])


def troubles(ledger: Ledger) -> list[str]:
    """What went wrong, line by line of the file."""
    found = [f"line {entry.handoff.line}: {_trouble(entry)}" for entry in ledger.entries if _trouble(entry)]
    found += ledger.strangers
    more = len(found) - TROUBLES_SHOWN
    return found[:TROUBLES_SHOWN] + ([f"and {more} more"] if more > 0 else [])


def percentile(values: list[float], share: float) -> float:
    """The smallest value that is not below `share` of all (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _trouble(entry: Entry) -> str:
    if entry.trouble:
        return entry.trouble
    missing = next((step for step in STEPS if step not in entry.took), None)
    if missing:
        return {"create": "not created", "assign": "not assigned", "claim": "not claimed"}.get(
            missing, "not resolved" if missing == "resolve" else f"no webhook came for {entry.id}"
        )
    return "" if entry.is_equal else f"context_data came back changed in the webhook for {entry.id}"


def _count(entries: list[Entry], step: str) -> int:
    return sum(step in entry.took for entry in entries)


def _per_reviewer(entries: list[Entry], cast: Cast) -> str:
    taken = Counter(entry.assignee for entry in entries)
    return ", ".join(f"{player.name.partition(' ')[0]} {taken[player.id]}" for player in cast.players)


def _repeats(entries: list[Entry]) -> str:
    repeated = sum(entry.arrivals > 1 for entry in entries)
    return f"{repeated} more than once" if repeated else ""


def _step(entries: list[Entry], step: str) -> str:
    values = [entry.took[step] for entry in entries if step in entry.took]
    if not values:
        return f"{step:<14}{'-':>9}{'-':>9}"
    return f"{step:<14}{_shown(percentile(values, 0.5)):>9}{_shown(percentile(values, 0.95)):>9}"


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 10 else f"{seconds:,.1f} s"
