"""What processes without a port count: sweeps and attempts to deliver, kept in a table, added up over all processes.

Each adds in memory and writes every few seconds, in one statement. A process that is killed takes the last seconds of
its own counting along: a counter may be lower than the truth, never higher.
"""

import json
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, SummaryMetricFamily

from metrics.exposition.shapes import gauge, rows

EVERY = 5.0  # seconds

RUNS, FAILURES, SPENT, LAST_RUN, LAST_SPENT = "sweep_runs", "sweep_failures", "sweep_spent", "sweep_at", "sweep_last"
ATTEMPTS, BUCKET, TOOK = "attempts", "attempt_bucket", "attempt_seconds"
LATEST = [LAST_RUN, LAST_SPENT]  # of these the latest value counts, of the others the sum
BUCKETS = ("0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "15.0", "+Inf")

Labels = tuple[str, ...]
Found = dict[str, dict[Labels, float]]

# In one order, so that two processes never wait for each other in a circle.
_WRITE = """
    INSERT INTO metrics_tally (name, labels, value)
    SELECT * FROM unnest(%(names)s::text[], %(labels)s::text[], %(values)s::float8[]) n (name, labels, value)
    ORDER BY n.name, n.labels
    ON CONFLICT (name, labels) DO UPDATE SET value = excluded.value
        + CASE WHEN excluded.name = ANY(%(latest)s) THEN 0 ELSE metrics_tally.value END"""


class Tallies:
    """What this process has counted and not written yet. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: dict[tuple[str, Labels], float] = {}
        self._write_at = 0.0

    def add(self, name: str, *labels: str, amount: float = 1) -> None:
        with self._lock:
            self._counted[name, labels] = self._counted.get((name, labels), 0) + amount

    def put(self, name: str, *labels: str, value: float) -> None:
        with self._lock:
            self._counted[name, labels] = value

    def write_sometimes(self) -> None:
        if (now := time.monotonic()) >= self._write_at:
            self._write_at = now + EVERY
            self.write()

    def write(self) -> None:
        """What cannot be written is kept for the next time."""
        with self._lock:
            counted, self._counted = self._counted, {}
        if not counted:
            return
        try:
            _write(counted)
        except Exception:
            self._take_back(counted)
            raise

    def _take_back(self, counted: dict[tuple[str, Labels], float]) -> None:
        with self._lock:
            for (name, labels), value in counted.items():
                if name in LATEST:
                    self._counted.setdefault((name, labels), value)
                else:
                    self._counted[name, labels] = self._counted.get((name, labels), 0) + value


mine = Tallies()


def swept(job: str, seconds: float, *, is_failure: bool) -> None:
    mine.add(RUNS, job)
    mine.add(SPENT, job, amount=seconds)
    mine.put(LAST_RUN, job, value=time.time())
    mine.put(LAST_SPENT, job, value=seconds)
    if is_failure:
        mine.add(FAILURES, job)


def tried(channel: str, outcome: str, seconds: float) -> None:
    mine.add(ATTEMPTS, channel, outcome)
    mine.add(TOOK, channel, amount=seconds)
    mine.add(BUCKET, channel, next(limit for limit in BUCKETS if seconds <= float(limit)))


def families() -> Iterator[Metric]:
    found: Found = {}
    for name, labels, value in rows("SELECT name, labels, value FROM metrics_tally ORDER BY name, labels"):
        found.setdefault(name, {})[tuple(json.loads(labels))] = value
    yield from _of_sweeps(found)
    yield from _of_attempts(found)


def _of_sweeps(found: Found) -> Iterator[Metric]:
    runs = SummaryMetricFamily("escalations_sweep_duration_seconds", "Sweeps, by their job.", labels=["job"])
    for job, count in found.get(RUNS, {}).items():
        runs.add_metric(job, count, found.get(SPENT, {}).get(job, 0))  # type: ignore[arg-type]  # whole in fact
    yield runs
    failures = CounterMetricFamily("escalations_sweep_failures", "Sweeps that raised an error.", labels=["job"])
    for job in found.get(RUNS, {}):
        failures.add_metric(job, found.get(FAILURES, {}).get(job, 0))
    yield failures
    yield gauge(
        "escalations_sweep_last_run_timestamp_seconds", "When it last ended.", ("job",), _flat(found.get(LAST_RUN, {}))
    )
    yield gauge(
        "escalations_sweep_last_duration_seconds", "How long it last took.", ("job",), _flat(found.get(LAST_SPENT, {}))
    )


def _of_attempts(found: Found) -> Iterator[Metric]:
    attempts = CounterMetricFamily(
        "escalations_delivery_attempts",
        "Tries to hand a message over, by channel and how they ended.",
        labels=["channel", "outcome"],
    )
    for labels, count in found.get(ATTEMPTS, {}).items():
        attempts.add_metric(labels, count)
    yield attempts
    took = HistogramMetricFamily(
        "escalations_delivery_attempt_duration_seconds", "How long they took.", labels=["channel"]
    )
    for channel, seconds in found.get(TOOK, {}).items():
        sizes = [found.get(BUCKET, {}).get((*channel, limit), 0) for limit in BUCKETS]
        took.add_metric(channel, [(limit, sum(sizes[: n + 1])) for n, limit in enumerate(BUCKETS)], seconds)
    yield took


def _flat(values: dict[Labels, float]) -> Iterable[tuple[Any, ...]]:
    return ((*labels, value) for labels, value in values.items())


def _write(counted: dict[tuple[str, Labels], float]) -> None:
    told: dict[str, Any] = {
        "names": [name for name, _ in counted],
        "labels": [json.dumps(labels) for _, labels in counted],
        "values": [float(value) for value in counted.values()],
        "latest": LATEST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, told)
