"""Where what is measured meets who measures: sweeps and tries to deliver are counted, and figures by SQL are joined."""

import atexit
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError

from escalations import sweeps
from metrics.exposition import page, tallies
from notifications import attempts, figures
from notifications.outbox import Leased
from notifications.outcomes import Outcome


def start() -> None:
    page.register(figures.families)
    sweeps.watch(_sweep)
    attempts.watch(_attempt)
    sweeps.register("figures", tallies.mine.write_sometimes, finish=tallies.mine.write)
    atexit.register(stop)


def stop(**_signal: object) -> None:
    """This process is about to end: what it counted last is worth a try."""
    with suppress(DatabaseError, InterfaceError):
        tallies.mine.write()


@contextmanager
def _sweep(name: str) -> Iterator[None]:
    started, is_failure = time.perf_counter(), True
    try:
        yield
        is_failure = False
    finally:
        tallies.swept(name, time.perf_counter() - started, is_failure=is_failure)


@contextmanager
def _attempt(leased: Leased) -> Iterator[Callable[[Outcome], None]]:
    def tell(outcome: Outcome) -> None:
        tallies.tried(leased.kind, outcome.error or "delivered", outcome.ms / 1000)

    yield tell
