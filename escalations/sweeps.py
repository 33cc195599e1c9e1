"""The due work of all apps, each piece by name: what the worker, beat and `manage.py drain` run.

Every piece is safe to run anywhere, any number of times, at the same moment: due work is rows, claimed one by one.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from django.db import OperationalError

logger = logging.getLogger(__name__)

MINUTE = 60.0  # seconds

Watch = Callable[[str], AbstractContextManager[object]]

_due_work: dict[str, Callable[[], object]] = {}
_in_the_background: dict[str, Callable[[], object]] = {}
_watches: list[Watch] = []


class Seldom:
    """Housekeeping: done at most once a minute (`every`) in one process, for sweeps come many times a second."""

    def __init__(self, work: Callable[[], object], *, every: float = MINUTE) -> None:
        self._work = work
        self._every = every
        self._again_at = 0.0

    def __call__(self) -> None:
        if (now := time.monotonic()) >= self._again_at:
            self._again_at = now + self._every
            self._work()


def register(name: str, run: Callable[[], object], *, finish: Callable[[], object] | None = None) -> None:
    """`run` does what is due. If it only starts that in the background, `finish` waits until it is done."""
    _due_work[name] = run
    if finish:
        _in_the_background[name] = finish


def watch(each: Watch) -> None:
    """Have every piece run inside `each(name)`, which may measure it."""
    _watches.append(each)


def run_all() -> None:
    """Run each piece once. One that fails is logged and does not keep the others from running.

    Raises OperationalError when PostgreSQL is away: then nothing can run.
    """
    for name, run in _due_work.items():
        try:
            with _watched(name):
                run()
        except OperationalError:
            raise
        except Exception:
            logger.exception("sweep failed", extra={"fields": {"sweep": name}})


@contextmanager
def _watched(name: str) -> Iterator[None]:
    with ExitStack() as stack:
        for each in _watches:
            stack.enter_context(each(name))
        yield


def finish_all() -> None:
    """Wait for what the pieces do in the background, before a process of one pass ends."""
    for finish in _in_the_background.values():
        finish()
