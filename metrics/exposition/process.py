"""What web processes count. With several workers each writes files that every one can read; one answer tells of all.

A worker that died keeps what it counted, and loses what it held open (`livesum`).
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.process_collector import ProcessCollector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own name; it is read when that is imported
LARGEST = {"process_max_fds", "process_virtual_memory_bytes"}  # of which a sum says nothing

REGISTRY = CollectorRegistry()  # of a process that shares with nobody


def families() -> Iterator[Metric]:
    folder = os.environ.get(FOLDER)
    pids = _alive(Path(folder)) if folder else [os.getpid()]
    yield from _shared(folder) if folder else REGISTRY.collect()
    yield GaugeMetricFamily("escalations_web_workers", "Web workers of this process that are alive.", len(pids))
    yield from _resources(pids)


def _shared(folder: str) -> Iterable[Metric]:
    shared: Any = MultiProcessCollector
    counted: Iterable[Metric] = shared(CollectorRegistry(), folder).collect()
    return counted


def _alive(folder: Path) -> list[int]:
    """The workers that live; what others held open is forgotten."""
    pids = {int(path.stem.rpartition("_")[2]) for path in folder.glob("*.db")}
    for pid in pids:
        if not is_alive(pid):
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
    return sorted(pid for pid in pids if is_alive(pid))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _resources(pids: list[int]) -> Iterator[Metric]:
    """The usual figures of a process (memory, processor time, open files), summed over the workers."""
    found: dict[str, list[Metric]] = defaultdict(list)
    for pid in pids:
        for metric in ProcessCollector(pid=lambda pid=pid: pid, registry=None).collect():  # type: ignore[misc]
            if metric.name not in LARGEST and metric.name != "process_start_time_seconds":
                found[metric.name].append(metric)
    for name, metrics in found.items():
        total = sum(sample.value for metric in metrics for sample in metric.samples)
        shape = CounterMetricFamily if metrics[0].type == "counter" else GaugeMetricFamily
        yield shape(name, f"{metrics[0].documentation} All web workers together.", total)
