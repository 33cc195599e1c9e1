"""What is to be sent and was given up, and how the endpoints do, for Prometheus. Costs what is pending costs."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from notifications.models import Kind

AT_MOST = 100_000  # dead letters are counted
NOW = "statement_timestamp()"

# A message waits until it is due, is due, or is held while nothing may be sent there.
_PENDING = f"""
    SELECT e.kind, CASE
            WHEN e.disabled_at IS NOT NULL OR a.paused_at IS NOT NULL OR e.breaker_until > {NOW} THEN 'held'
            WHEN d.next_attempt_at > {NOW} THEN 'scheduled' ELSE 'due' END AS state,
        count(*), extract(epoch FROM {NOW} - min(d.next_attempt_at)), extract(epoch FROM {NOW} - min(d.created_at))
    FROM notifications_delivery d JOIN notifications_endpoint e ON e.id = d.endpoint_id
    LEFT JOIN escalations_agent a ON a.id = e.agent_id
    WHERE d.status = 'pending' GROUP BY 1, 2"""
_DEAD = """
    SELECT e.kind, count(*) FROM (
        SELECT endpoint_id FROM notifications_delivery WHERE status = 'dead' ORDER BY id DESC LIMIT %s) d
    JOIN notifications_endpoint e ON e.id = d.endpoint_id GROUP BY 1"""
_ENDPOINTS = f"""
    SELECT kind, CASE WHEN disabled_at IS NOT NULL THEN 'disabled' WHEN breaker_until > {NOW} THEN 'resting'
        WHEN failures > 0 THEN 'failing' ELSE 'well' END, count(*)
    FROM notifications_endpoint GROUP BY 1, 2"""

PENDING = ("due", "scheduled", "held")
STATES = ("well", "failing", "resting", "disabled")


def families() -> Iterator[Metric]:
    pending = {(kind, state): figures for kind, state, *figures in _rows(_PENDING)}
    dead, endpoints = dict(_rows(_DEAD, AT_MOST)), {row[:2]: row[2] for row in _rows(_ENDPOINTS)}

    def due_for(kind: str) -> float:
        return float(pending.get((kind, "due"), (0, 0))[1])

    def unsent_for(kind: str) -> float:
        return max(float(pending[kind, state][2]) if (kind, state) in pending else 0.0 for state in PENDING)

    yield _gauge(
        "escalations_deliveries_pending",
        "Messages to send: due, scheduled for later, or held because nothing may be sent there.",
        ("channel", "state"),
        ((kind, state, pending.get((kind, state), [0])[0]) for kind in Kind for state in PENDING),
    )
    yield _of_channels("escalations_deliveries_due_oldest_age_seconds", "How late the oldest due message is.", due_for)
    yield _of_channels(
        "escalations_deliveries_unsent_oldest_age_seconds", "Age of the oldest message not handed over.", unsent_for
    )
    yield _of_channels("escalations_dead_letters", "Messages given up; they can be replayed.", lambda k: dead.get(k, 0))
    yield _gauge(
        "escalations_endpoints",
        "Addresses by how they do: well, failing, resting (the breaker is open), disabled.",
        ("channel", "state"),
        ((kind, state, endpoints.get((kind, state), 0)) for kind in Kind for state in STATES),
    )


def _rows(sql: str, *params: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _of_channels(name: str, text: str, figure: Callable[[str], float]) -> Metric:
    return _gauge(name, text, ("channel",), ((kind, figure(kind)) for kind in Kind))


def _gauge(name: str, text: str, labels: tuple[str, ...], found: Iterable[tuple[Any, ...]]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for *values, figure in found:
        family.add_metric([str(value) for value in values], max(0.0, float(figure)))
    return family
