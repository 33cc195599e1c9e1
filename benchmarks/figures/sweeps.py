"""What a sweep costs when nothing is due, which is nearly always."""

import statistics
import time

from benchmarks.figures.report import Figure, Size
from escalations import sweeps

TIMES = 50


def measure(size: Size) -> list[Figure]:
    """On the rows that are there: the history that the lists were measured on."""
    sweeps.run_all()
    times = [_once() for _ in range(TIMES)]
    sweeps.finish_all()
    detail = f"all due work, {size.history[1]:,} rows of history"
    return [Figure("sweep with nothing due", statistics.median(times), 5, 1, detail, unit=" ms", is_cost=True)]


def _once() -> float:
    started = time.perf_counter()
    sweeps.run_all()
    return (time.perf_counter() - started) * 1000
