"""Reads the roll-ups: sums over the cells of a scope, told by one thing."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from escalations.models import Reason
from metrics import cuts
from metrics.cuts import Stretch
from metrics.histograms import Histogram
from metrics.models import COUNTERS, Grain, Length
from metrics.scope import Scope
from metrics.shapes import By, Flow, Key, Spread, Tally

TOLD = tuple(name for name in COUNTERS if name != "answers")
COLUMNS = {"priority": "c.priority", "pool": "c.pool", "agent": "c.agent", None: "NULL"}

_OF = """
    FROM unnest(%(grains)s::smallint[], %(since)s::timestamptz[], %(until)s::timestamptz[]) AS s (grain, since, until)
    JOIN metrics_cell c ON c.cut = %(cut)s AND c.grain = s.grain AND c.at >= s.since AND c.at < s.until
    WHERE (%(pools)s::bigint[] IS NULL OR c.pool = ANY(%(pools)s::bigint[]))
      AND (%(agent)s::bigint IS NULL OR c.agent = %(agent)s)
      AND (%(priority)s::text IS NULL OR c.priority = %(priority)s)
"""


def tallies(scope: Scope, by: By = None) -> dict[Key, Tally]:
    """The counts, for each value of `by` that has any."""
    sums = ", ".join(f"sum(c.{name})::bigint" for name in TOLD)
    some = " OR ".join(f"sum(c.{name}) <> 0" for name in TOLD)
    sql = f"SELECT {COLUMNS.get(by, 'c.key')}, {sums} {_OF}"
    rows = _rows(f"{sql} GROUP BY 1 HAVING {some}", scope, by)
    return {_key(by, key): Tally(*counts) for key, *counts in rows}


def tally(scope: Scope) -> Tally:
    return tallies(scope).get(None, Tally())


def spreads(length: Length, scope: Scope, by: By = None) -> dict[Key, Spread]:
    """How long it took, for each value of `by` that has a case."""
    return {key: each.spread() for key, each in histograms([length], scope, by)[length].items()}


def histograms(lengths: Collection[Length], scope: Scope, by: By = None) -> dict[Length, dict[Key, Histogram]]:
    """Several lengths for the price of one, as histograms that can be added up."""
    sums = ", ".join(f"sum(c.{name}_total), sum(c.{name}_lanes)" for name in (each.name.lower() for each in lengths))
    found: dict[Length, dict[Key, Histogram]] = {length: {} for length in lengths}
    for key, *columns in _rows(f"SELECT {COLUMNS.get(by, 'c.key')}, {sums} {_OF} GROUP BY 1", scope, by):
        for number, length in enumerate(lengths):
            total, lanes = columns[2 * number : 2 * number + 2]
            if lanes:
                found[length][_key(by, key)] = Histogram.of(total, lanes)
    return found


def flows(scope: Scope, step: str = "hour") -> list[Flow]:
    """What came in and what was answered in each hour or day that has any, in order."""
    stretches = cuts.stretches(scope.since, scope.until, Grain.DAY if step == "day" else Grain.HOUR)
    sql = f"""
        SELECT date_trunc('{"day" if step == "day" else "hour"}', c.at, 'UTC'), sum(c.created)::bigint,
            sum(c.answers)::bigint {_OF} GROUP BY 1
        HAVING sum(c.created) <> 0 OR sum(c.answers) <> 0 ORDER BY 1"""
    return [Flow(*row) for row in _rows(sql, scope, None, stretches)]


def reason_names() -> dict[str, str]:
    return dict(Reason.objects.values_list("slug", "name"))


def _rows(
    sql: str,
    scope: Scope,
    by: By,
    stretches: Iterable[Stretch] | None = None,
) -> list[tuple[Any, ...]]:
    grains, since, until = zip(*(stretches or cuts.stretches(scope.since, scope.until)), strict=True)
    asked: dict[str, Any] = {
        "cut": cuts.cut(scope, by),
        "grains": list(grains),
        "since": list(since),
        "until": list(until),
        "pools": _pools(scope),
        "agent": scope.agent,
        "priority": scope.priority,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())


def _pools(scope: Scope) -> list[int] | None:
    if scope.pool is None:
        return None if scope.pools is None else sorted(scope.pools)
    return [scope.pool] if scope.pools is None or scope.pool in scope.pools else []


def _key(by: By, key: str | int | None) -> Key:
    if by == "reviewer":
        return UUID(str(key))
    return key or None
