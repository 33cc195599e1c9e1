"""The text that Prometheus reads. Whatever is away, there is an answer, and it says what is away."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator

from django.db import DatabaseError, InterfaceError, connection, transaction
from prometheus_client import Metric, generate_latest
from prometheus_client.registry import Collector

from metrics.exposition import lags, machinery, process, queue, tallies
from metrics.exposition.shapes import gauge

logger = logging.getLogger(__name__)

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = 2  # that one statement may take

Source = Callable[[], Iterable[Metric]]

_sources: list[Source] = [queue.families, lags.families, tallies.families, machinery.database]


def register(source: Source) -> None:
    """Figures by SQL of an app that stands beside this one."""
    if source not in _sources:
        _sources.append(source)


def by_sql() -> list[Metric]:
    """Everything that stands in the database, and whether it answered: then all of it, or nothing."""
    started = time.perf_counter()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
            found = [family for source in _sources for family in source()]
    except (DatabaseError, InterfaceError) as error:
        logger.warning("figures cannot be read: %s", str(error).partition("\n")[0])
        return nothing()
    took = gauge("escalations_scrape_seconds", "How long reading the database took.", (), [_since(started)])
    return [_up(1), took, *found]


def nothing() -> list[Metric]:
    """What stands in a database that does not answer."""
    return [_up(0)]


def text(found: Iterable[Metric]) -> bytes:
    """`found` by SQL, and what can be said without."""
    return generate_latest(_Given([*found, *machinery.others(), *process.families()]))


def _up(value: int) -> Metric:
    return gauge("escalations_database_up", "1 when PostgreSQL answered these questions in time.", (), [(value,)])


def _since(started: float) -> tuple[float]:
    return (time.perf_counter() - started,)


class _Given(Collector):
    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        yield from self._found
