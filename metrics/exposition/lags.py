"""What is due and not done yet: the log and its listeners, timers, steps of policies, letters.

Each figure is the oldest due row of its kind, so it grows whenever nobody does the work, whoever was to do it.
"""

from collections.abc import Iterator

from prometheus_client import Metric

from escalations import routing, statements
from metrics.exposition.shapes import gauge, rows

AT_MOST = 10_000  # rows of one kind are looked at

_LOG = """
    SELECT '', count(*), coalesce(extract(epoch FROM now() - min(at)), 0) FROM events WHERE seq IS NULL
    UNION ALL
    SELECT c.name, greatest(head.seq - c.seq, 0), coalesce(extract(epoch FROM now() - (
        SELECT e.at FROM events e WHERE e.seq > c.seq ORDER BY e.seq LIMIT 1)), 0)
    FROM escalations_cursor c, escalations_cursor head WHERE head.name = 'numbered' AND c.name <> 'numbered'"""

_STEPS = statements.POLICY_DUE % {"policy": "x.id", "action": "x.action"}
_DUE = f"""
    SELECT 'deadline', count(*), max(now() - e.expires_at) FROM escalations e
    WHERE e.status IN ('open', 'assigned') AND {statements.EXPIRED}
    UNION ALL
    SELECT 'lease', count(*), max(now() - d.assigned_at - p.assign_within)
    FROM ({routing.LAPSING}) d JOIN reviewers_pool p ON p.id = d.pool_id
    UNION ALL
    SELECT 'sandbox', count(*), max(now() - d.due) FROM (
        SELECT e.created_at + coalesce((e.metadata -> 'sandbox' ->> 'after_seconds')::float, 0) * interval '1 s' AS due
        FROM escalations e WHERE e.is_sandbox AND e.status = 'open' LIMIT %(limit)s) d
    WHERE d.due <= now()
    UNION ALL
    SELECT 'policy', count(d.age), max(d.age) FROM escalations_policy x CROSS JOIN LATERAL (
        SELECT {statements.AGE} - x.after AS age FROM escalations e
        WHERE e.status IN ('open', 'assigned') AND e.created_at <= now() - x.after AND {_STEPS}
        LIMIT %(limit)s) d
    WHERE x.is_active
    UNION ALL
    SELECT 'letter', count(*), max(statement_timestamp() - next_attempt_at) FROM reviewers_letter
    WHERE status = 'pending' AND next_attempt_at <= statement_timestamp()"""


def families() -> Iterator[Metric]:
    (_, unnumbered, age), *cursors = sorted(rows(_LOG))
    yield gauge("escalations_unnumbered_events", "Events that nobody has read yet.", (), [(unnumbered,)])
    yield gauge(
        "escalations_unnumbered_oldest_age_seconds", "Age of the oldest event that nobody has read yet.", (), [(age,)]
    )
    yield gauge(
        "escalations_cursor_lag_events",
        "Events that a listener of the log has not handled yet.",
        ("cursor",),
        (row[:2] for row in cursors),
    )
    yield gauge(
        "escalations_cursor_lag_seconds",
        "Age of the oldest event that a listener of the log has not handled yet.",
        ("cursor",),
        ((row[0], row[2]) for row in cursors),
    )
    due = [(kind, count, late.total_seconds() if late else 0) for kind, count, late in rows(_DUE, {"limit": AT_MOST})]
    yield gauge(
        "escalations_due",
        f"Work whose time has come, by kind; counted up to {AT_MOST}.",
        ("kind",),
        (row[:2] for row in due),
    )
    yield gauge(
        "escalations_due_oldest_age_seconds",
        "How late the oldest of it is.",
        ("kind",),
        ((row[0], row[2]) for row in due),
    )
