"""The due work of all apps, each piece by name: what the worker, beat and `manage.py drain` run.

Every piece is safe to run anywhere, any number of times, at the same moment: due work is rows, claimed one by one.
"""

import logging
from collections.abc import Callable

from django.db import OperationalError

logger = logging.getLogger(__name__)

_due_work: dict[str, Callable[[], object]] = {}
_in_the_background: dict[str, Callable[[], object]] = {}


def register(name: str, run: Callable[[], object], *, finish: Callable[[], object] | None = None) -> None:
    """`run` does what is due. If it only starts that in the background, `finish` waits until it is done."""
    _due_work[name] = run
    if finish:
        _in_the_background[name] = finish


def run_all() -> None:
    """Run each piece once. One that fails is logged and does not keep the others from running.

    Raises OperationalError when PostgreSQL is away: then nothing can run.
    """
    for name, run in _due_work.items():
        try:
            run()
        except OperationalError:
            raise
        except Exception:
            logger.exception("sweep failed", extra={"sweep": name})


def finish_all() -> None:
    """Wait for what the pieces do in the background, before a process of one pass ends."""
    for finish in _in_the_background.values():
        finish()
