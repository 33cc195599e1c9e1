"""What is unfinished right now, and who is there. Costs what the open work costs; sandbox escalations never count."""

from collections.abc import Iterator

from prometheus_client import Metric

from escalations import routing
from metrics.exposition.shapes import gauge, rows

# Every pool, priority and status has its figure, also when it is zero: what vanishes cannot be told from what is away.
_WAITING = """
    SELECT p.name, w.priority, w.status, coalesce(o.tasks, 0), coalesce(o.age, 0), coalesce(o.overdue, 0)
    FROM reviewers_pool p
    CROSS JOIN (SELECT * FROM unnest(ARRAY['urgent', 'high', 'medium', 'low']) priority,
                unnest(ARRAY['open', 'assigned']) status) w
    LEFT JOIN (
        SELECT e.pool_id, e.priority, e.status, count(*) AS tasks,
            extract(epoch FROM now() - min(e.created_at)) AS age, count(*) FILTER (WHERE e.due_at < now()) AS overdue
        FROM escalations e WHERE e.status IN ('open', 'assigned') AND NOT e.is_sandbox GROUP BY 1, 2, 3) o
        ON (o.pool_id, o.priority, o.status) = (p.id, w.priority, w.status)
    ORDER BY 1, 2, 3"""
_ON_DUTY = f"""
    SELECT p.name, count(r.id) FILTER (WHERE {routing.ON_DUTY})
    FROM reviewers_pool p LEFT JOIN reviewers_seat s ON s.pool_id = p.id LEFT JOIN reviewers_reviewer r
    ON r.id = s.reviewer_id GROUP BY p.name ORDER BY p.name"""


def families() -> Iterator[Metric]:
    waiting = rows(_WAITING)
    labels = ("pool", "priority", "status")
    yield gauge(
        "escalations_waiting",
        "Unfinished escalations; open ones have no assignee.",
        labels,
        (row[:4] for row in waiting),
    )
    yield gauge(
        "escalations_oldest_age_seconds",
        "Time since the oldest unfinished escalation was created; 0 when there is none.",
        labels,
        ((*row[:3], row[4]) for row in waiting),
    )
    yield gauge(
        "escalations_overdue",
        "Unfinished escalations past due_at.",
        labels,
        ((*row[:3], row[5]) for row in waiting),
    )
    yield gauge(
        "escalations_reviewers_on_duty", "People of the pool who may be assigned tasks now.", ("pool",), rows(_ON_DUTY)
    )
