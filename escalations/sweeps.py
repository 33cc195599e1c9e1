"""The due work of all apps, each piece by name: what the worker, beat and `manage.py drain` run.

Every piece is safe to run anywhere, any number of times, at the same moment: due work is rows, claimed one by one.
Nearly always nothing is due. So the pieces say in SQL how to see that, and one statement asks for all of them.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from django.db import DatabaseError, OperationalError

from escalations import prepared
from reviewers import clock

logger = logging.getLogger(__name__)

SECOND, MINUTE = 1.0, 60.0

Watch = Callable[[str], AbstractContextManager[object]]

_due_work: dict[str, Callable[[], object]] = {}
_conditions: dict[Callable[[], object], str] = {}  # SQL; what has none is always run
_in_the_background: dict[str, Callable[[], object]] = {}
_watches: list[Watch] = []


class Seldom:
    """Done at most once in so many seconds by one process, for sweeps come several times a second."""

    def __init__(self, work: Callable[[], object], *, every: float = MINUTE) -> None:
        self._work = work
        self._every = every
        self._again_at = 0.0

    @property
    def is_time(self) -> bool:
        return time.monotonic() >= self._again_at

    def __call__(self) -> None:
        if self.is_time:
            self._again_at = time.monotonic() + self._every
            self._work()


def register(
    name: str, run: Callable[[], object], *, due: str = "", finish: Callable[[], object] | None = None
) -> None:
    """`run` does what is due, where the SQL condition `due` holds; the parameter `now` in it is the moment.

    If `run` only starts that in the background, `finish` waits until it is done.
    """
    _due_work[name] = run
    if due:
        _conditions[run] = due
    if finish:
        _in_the_background[name] = finish


def watch(each: Watch) -> None:
    """Have every piece run inside `each(name)`, which may measure it."""
    _watches.append(each)


def run_all() -> None:
    """Run each piece that is due once. One that fails is logged and does not keep the others from running.

    Raises OperationalError when PostgreSQL is away: then nothing can run.
    """
    idle = _idle()
    for name, run in _due_work.items():
        if run in idle:
            continue
        try:
            with _watched(name):
                run()
        except OperationalError:
            raise
        except Exception:
            logger.exception("sweep failed", extra={"fields": {"sweep": name}})
        if run in _conditions:
            idle = _idle()  # what it did may be work for those that follow


@contextmanager
def _watched(name: str) -> Iterator[None]:
    with ExitStack() as stack:
        for each in _watches:
            stack.enter_context(each(name))
        yield


def _idle() -> set[Callable[[], object]]:
    """The pieces for which nothing is due."""
    resting: set[Callable[[], object]] = {
        run for run in _due_work.values() if isinstance(run, Seldom) and not run.is_time
    }
    asked = [run for run in _due_work.values() if run in _conditions and run not in resting]
    if not asked:
        return resting
    columns = ", ".join(f"({_conditions[run]})" for run in asked)
    try:
        (found,) = prepared.rows(f"SELECT {columns}", {"now": clock.now()})
    except OperationalError:
        raise
    except DatabaseError:
        logger.exception("sweep failed", extra={"fields": {"sweep": "what is due"}})
        return resting
    return resting | {run for run, is_due in zip(asked, found, strict=True) if not is_due}


def finish_all() -> None:
    """Wait for what the pieces do in the background, before a process of one pass ends."""
    for finish in _in_the_background.values():
        finish()
