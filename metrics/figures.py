"""All figures of a scope as plain JSON, for a dozen statements in all."""

from dataclasses import astuple
from typing import Any

from escalations.api.representation import moment
from escalations.models import Priority
from metrics import cells, measures
from metrics.histograms import Histogram
from metrics.measures import Load, Share, Shares, Spread, Tally
from metrics.models import Length
from metrics.scope import Scope
from metrics.shapes import Key


def of(scope: Scope, *, with_people: bool) -> dict[str, Any]:
    """People's figures are for people: an agent does not get them."""
    load = measures.load(scope) if with_people else None
    found, by_priority = cells.histograms(list(Length), scope, "priority"), cells.tallies(scope, "priority")
    total = Tally(*map(sum, zip(*map(astuple, by_priority.values()), strict=True))) if by_priority else Tally()
    arrived = _all(found[Length.DELIVERY]).count
    return {
        "since": moment(scope.since),
        "until": moment(scope.until),
        **_lengths(found),
        **_shares(total, by_priority),
        "webhooks": _share(Share(arrived, arrived + total.undelivered)),
        "escalations_per_agent": _agents(scope),
        "reasons": [vars(each) for each in measures.reasons(scope)],
        "flow": [vars(each) | {"at": moment(each.at)} for each in measures.flow(scope, "day")],
        "reviewers": None if load is None else [_load(each) for each in load],
        "fairness": None if load is None else measures.gini(each.resolved for each in load),
        "now": {priority: vars(waiting) for priority, waiting in measures.waiting_now(scope).items()},
    }


def _lengths(found: dict[Length, dict[Key, Histogram]]) -> dict[str, Any]:
    """Those of all are added up from those of each priority."""
    by_priority = {
        name: {priority: _spread(found[length].get(priority, Histogram())) for priority in Priority}
        for name, length in (("claim_time", Length.CLAIM), ("resolution_time", Length.RESOLUTION))
    }
    return {
        "time_to_first_assignment": _spread(_all(found[Length.ASSIGNMENT])),
        "time_to_claim": _spread(_all(found[Length.CLAIM])),
        "webhook_lag": _spread(_all(found[Length.DELIVERY])),
        **by_priority,
    }


def _all(histograms: dict[Key, Histogram]) -> Histogram:
    return sum(histograms.values(), Histogram())


def _shares(total: Tally, by_priority: dict[Key, Tally]) -> dict[str, Any]:
    shares = Shares.of(total)
    return {
        "in_time": {key: _share(Shares.of(tally).in_time) for key, tally in _every_priority(by_priority)},
        "recurrence": _share(shares.recurrence),
        "loops": _share(shares.loops),
        "replayed": _share(shares.replayed),
        "inversions": _share(shares.inversions),
        "avoidable": _share(shares.usefulness),
    }


def _every_priority(found: dict[Key, Tally]) -> list[tuple[Priority, Tally]]:
    return [(priority, found.get(priority, Tally())) for priority in Priority]


def _agents(scope: Scope) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in vars(each).items() if name != "agent_id"}
        for each in measures.escalation_rate(scope)
    ]


def _spread(histogram: Histogram) -> dict[str, Any]:
    found: Spread = histogram.spread()
    return {
        "count": found.count,
        "mean_seconds": found.mean,
        "median_seconds": found.p50,
        "p95_seconds": found.p95,
    }


def _share(found: Share) -> dict[str, Any]:
    return {"part": found.part, "whole": found.whole, "share": found.ratio}


def _load(found: Load) -> dict[str, Any]:
    return vars(found) | {"reviewer": str(found.reviewer)}
