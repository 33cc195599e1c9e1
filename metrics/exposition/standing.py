"""How we stand, in a few words and the figures behind them: what somebody should look at now (`/statusz`)."""

import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from prometheus_client import Metric

LATE = 60.0  # seconds after which somebody should look; an alert says so at about the same time


class Rule(NamedTuple):
    """The worst of a figure is trouble when it is beyond the limit."""

    figure: str
    limit: float
    words: str


RULES = (
    Rule("escalations_unnumbered_oldest_age_seconds", LATE, "Nobody reads the event log."),
    Rule("escalations_cursor_lag_seconds", LATE, "A listener of the event log is behind."),
    Rule("escalations_due_oldest_age_seconds", LATE, "Work that is due is not done."),
    Rule("escalations_deliveries_due_oldest_age_seconds", LATE, "Messages that are due are not sent."),
)
AWAY = Rule("escalations_database_up", 1, "PostgreSQL does not answer.")
SWEPT = Rule("escalations_sweep_last_run_timestamp_seconds", LATE, "No sweep has run for a minute.")


def overview(found: Iterable[Metric]) -> dict[str, Any]:
    """The troubles there are, and every figure by name and labels."""
    figures: dict[str, list[dict[str, Any]]] = {}
    for family in found:
        for sample in family.samples:
            figures.setdefault(sample.name, []).append({**sample.labels, "value": sample.value})
    troubles = _troubles(figures)
    return {"status": "troubled" if troubles else "well", "troubles": troubles, "figures": figures}


def _troubles(figures: dict[str, list[dict[str, Any]]]) -> list[str]:
    if _worst(figures, AWAY) < AWAY.limit:
        return [AWAY.words]
    troubles = [rule.words for rule in RULES if _worst(figures, rule) > rule.limit]
    if SWEPT.figure in figures and time.time() - _worst(figures, SWEPT) > SWEPT.limit:
        troubles.append(SWEPT.words)
    return troubles


def _worst(figures: dict[str, list[dict[str, Any]]], rule: Rule) -> float:
    return max((float(each["value"]) for each in figures.get(rule.figure, ())), default=0)
