"""The same figures as `metrics/cells.py`, from the escalations and their events themselves: slow, and in other words.

What the roll-ups are held to, by a test and by `manage.py check_metrics`. `look` first, in a transaction.
"""

from typing import Any
from uuid import UUID

from django.db import connection

from metrics.cells import TOLD
from metrics.models import Length
from metrics.scope import Scope
from metrics.shapes import By, Flow, Key, Spread, Tally

_LOOK = """
    DROP TABLE IF EXISTS pg_temp.life;
    CREATE TEMP TABLE life ON COMMIT DROP AS
    WITH happened AS (
        SELECT escalation_id, id, type, (facts->>'pool')::bigint AS pool, (facts->>'queue_at')::timestamptz AS queue_at,
            (facts->>'assigned_to')::uuid AS assigned_to, (facts->>'assigned_at')::timestamptz AS assigned_at,
            (facts->>'claimed_at')::timestamptz AS claimed_at
        FROM events),
    begun AS (SELECT * FROM happened WHERE type = 'escalation.created'),
    given AS (SELECT DISTINCT ON (escalation_id) * FROM happened WHERE assigned_to IS NOT NULL
              ORDER BY escalation_id, id),
    taken AS (SELECT DISTINCT ON (escalation_id) * FROM happened WHERE claimed_at IS NOT NULL
              ORDER BY escalation_id, id),
    had AS (
        SELECT escalation_id, min(assigned_at) AS assigned_at, min(claimed_at) AS claimed_at,
            array_agg(assigned_to) FILTER (WHERE assigned_to IS NOT NULL) AS assignees,
            array_agg(assigned_to) FILTER (WHERE claimed_at IS NOT NULL) AS claimers
        FROM happened GROUP BY escalation_id),
    told AS (
        SELECT v.escalation_id, count(*) FILTER (WHERE m.status = 'dead') AS undelivered,
            array_agg(m.delivered_at - v.at) FILTER (WHERE m.delivered_at IS NOT NULL) AS delivered_in
        FROM notifications_delivery m JOIN events v ON v.id = m.event_id
        WHERE m.agent_id IS NOT NULL AND NOT m.is_sandbox GROUP BY v.escalation_id)
    SELECT e.id, e.created_at, e.agent_id, e.pool_id, e.priority, e.tags, e.reason, e.outcome, e.avoidable,
        had.assigned_at - e.created_at AS assigned_in, had.claimed_at - e.created_at AS claimed_in,
        CASE WHEN e.outcome = 'answered' THEN e.finished_at - e.created_at - e.paused_for END AS resolved_in,
        CASE WHEN e.outcome = 'answered' THEN e.finished_at END AS answered_at,
        CASE WHEN e.outcome = 'answered' THEN e.assigned_to END AS answerer,
        given.assigned_to AS first_assignee, taken.assigned_to AS first_claimer, had.assignees, had.claimers,
        CASE e.outcome WHEN 'answered' THEN true WHEN 'cancelled' THEN false ELSE e.finished_at > e.due_at END AS due,
        e.outcome = 'answered' AND e.finished_at <= e.due_at AS in_time,
        e.created_at - interval '7 days' <= lag(e.created_at) OVER (
            PARTITION BY e.agent_id, e.dedupe_key,
                CASE WHEN e.dedupe_key IS NULL
                     THEN array_to_string(regexp_split_to_array(lower(btrim(e.issue_description)), '\\s+'), ' ') END
            ORDER BY e.created_at, e.id) AS repeated,
        e.run_id IS NOT NULL AND 3 <= row_number() OVER (
            PARTITION BY e.agent_id, e.run_id ORDER BY e.created_at, e.id) AS looped,
        coalesce(begun.pool, e.pool_id) AS first_pool, coalesce(begun.queue_at, e.queue_at) AS first_queue_at,
        had.claimed_at, coalesce(had.claimed_at, e.finished_at) AS waited_until, false AS inverted,
        told.delivered_in, coalesce(told.undelivered, 0) AS undelivered
    FROM escalations e
    LEFT JOIN begun ON begun.escalation_id = e.id LEFT JOIN given ON given.escalation_id = e.id
    LEFT JOIN taken ON taken.escalation_id = e.id LEFT JOIN had ON had.escalation_id = e.id
    LEFT JOIN told ON told.escalation_id = e.id
    WHERE NOT e.is_sandbox;
    CREATE INDEX ON life USING gist (
        tstzrange(created_at, CASE WHEN waited_until IS NOT NULL THEN greatest(created_at, waited_until) END, '()'));
    ANALYZE life;
    UPDATE life l SET inverted = l.claimed_at IS NOT NULL AND EXISTS (
        SELECT FROM life o
        WHERE tstzrange(o.created_at, CASE WHEN o.waited_until IS NOT NULL
                THEN greatest(o.created_at, o.waited_until) END, '()') @> l.claimed_at
            AND o.first_pool = l.first_pool AND o.first_queue_at < l.first_queue_at)"""

_COUNTS = {
    "created": "count(*)",
    "assigned": "count(l.assigned_in)",
    "claimed": "count(l.claimed_in)",
    "answered": "count(l.answered_at)",
    "cancelled": "count(*) FILTER (WHERE l.outcome = 'cancelled')",
    "expired": "count(*) FILTER (WHERE l.outcome IN ('expired', 'default'))",
    "replayed": "count(*) FILTER (WHERE l.outcome = 'replayed')",
    "due": "count(*) FILTER (WHERE l.due)",
    "in_time": "count(*) FILTER (WHERE l.in_time)",
    "pressing": "count(*) FILTER (WHERE l.priority NOT IN ('medium', 'low'))",
    "inverted": "count(*) FILTER (WHERE l.inverted)",
    "repeated": "count(*) FILTER (WHERE l.repeated)",
    "looped": "count(*) FILTER (WHERE l.looped)",
    "rated": "count(l.avoidable)",
    "avoidable": "count(*) FILTER (WHERE l.avoidable)",
    "undelivered": "sum(l.undelivered)::bigint",
}
_COUNTS_OF_A_PERSON = {
    "assigned": "count(*)",
    "claimed": "count(*) FILTER (WHERE b.key = ANY(l.claimers))",
    "answered": "count(*) FILTER (WHERE b.key = l.answerer)",
    "due": "count(*) FILTER (WHERE b.key = l.answerer AND l.due)",
    "in_time": "count(*) FILTER (WHERE b.key = l.answerer AND l.in_time)",
    "rated": "count(l.avoidable) FILTER (WHERE b.key = l.answerer)",
    "avoidable": "count(*) FILTER (WHERE b.key = l.answerer AND l.avoidable)",
}
_TOLD_BY = {
    None: "SELECT NULL AS key",
    "priority": "SELECT l.priority AS key",
    "pool": "SELECT l.pool_id AS key",
    "agent": "SELECT l.agent_id AS key",
    "tag": "SELECT DISTINCT unnest(l.tags) AS key",
    "reason": "SELECT l.reason AS key",
}
_LENGTHS = {
    Length.ASSIGNMENT: ("l.assigned_in", "l.first_assignee"),
    Length.CLAIM: ("l.claimed_in", "l.first_claimer"),
    Length.RESOLUTION: ("l.resolved_in", "l.answerer"),
    Length.DELIVERY: ("d", "NULL::uuid"),
}
_IN_SCOPE = """
    ({at} >= %(since)s AND {at} < %(until)s AND (%(pool)s::bigint IS NULL OR l.pool_id = %(pool)s)
     AND (%(pools)s::bigint[] IS NULL OR l.pool_id = ANY(%(pools)s::bigint[]))
     AND (%(agent)s::bigint IS NULL OR l.agent_id = %(agent)s)
     AND (%(priority)s::text IS NULL OR l.priority = %(priority)s))"""
_CREATED = _IN_SCOPE.format(at="l.created_at")


def look() -> None:
    """Work out from the history what happened to each escalation; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL jit = off")
        cursor.execute(_LOOK)


def tallies(scope: Scope, by: By = None) -> dict[Key, Tally]:
    counts = _COUNTS_OF_A_PERSON if by == "reviewer" else _COUNTS
    told_by = "SELECT DISTINCT unnest(l.assignees) AS key" if by == "reviewer" else _TOLD_BY[by]
    columns = ", ".join(counts.get(name, "0") for name in TOLD)
    sql = f"SELECT b.key, {columns} FROM life l CROSS JOIN LATERAL ({told_by}) b WHERE {_CREATED} GROUP BY 1"
    return {_key(by, key): Tally(*counts) for key, *counts in _rows(sql, scope)}


def spreads(length: Length, scope: Scope, by: By = None) -> dict[Key, Spread]:
    took, who = _LENGTHS[length]
    told_by = f"SELECT {who} AS key WHERE {who} IS NOT NULL" if by == "reviewer" else _TOLD_BY[by]
    source = "life l, unnest(l.delivered_in) d" if length == Length.DELIVERY else "life l"
    sql = f"""
        SELECT b.key, count(s.took), avg(s.took), percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY s.took)
        FROM {source} CROSS JOIN LATERAL ({told_by}) b
        CROSS JOIN LATERAL (SELECT greatest(extract(epoch FROM {took}), 0) AS took) s
        WHERE {took} IS NOT NULL AND {_CREATED} GROUP BY 1"""
    return {
        _key(by, key): Spread(count, round(float(mean), 6), round(shares[0], 3), round(shares[1], 3))
        for key, count, mean, shares in _rows(sql, scope)
    }


def flows(scope: Scope, step: str = "hour") -> list[Flow]:
    sql = f"""
        SELECT date_trunc('{"day" if step == "day" else "hour"}', at, 'UTC'), sum(opened)::bigint, sum(resolved)::bigint
        FROM (SELECT l.created_at AS at, 1 AS opened, 0 AS resolved FROM life l WHERE {_CREATED}
              UNION ALL SELECT l.answered_at, 0, 1 FROM life l WHERE {_IN_SCOPE.format(at="l.answered_at")}) o
        GROUP BY 1 ORDER BY 1"""
    return [Flow(*row) for row in _rows(sql, scope)]


def _rows(sql: str, scope: Scope) -> list[tuple[Any, ...]]:
    asked: dict[str, Any] = vars(scope) | {"pools": None if scope.pools is None else sorted(scope.pools)}
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())


def _key(by: By, key: Key) -> Key:
    return UUID(str(key)) if by == "reviewer" else key or None
