"""The due work of all apps, each piece by name: what the worker, beat and `manage.py drain` run.

Every piece is safe to run anywhere, any number of times, at the same moment: due work is rows, claimed one by one.
"""

import logging
from collections.abc import Callable

from django.db import OperationalError

logger = logging.getLogger(__name__)

_due_work: dict[str, Callable[[], object]] = {}


def register(name: str, run: Callable[[], object]) -> None:
    _due_work[name] = run


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
