"""Do what is due with PostgreSQL alone, so that nothing due ever waits for Redis."""

import logging
import signal
import time
from types import FrameType

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from escalations import sweeps

logger = logging.getLogger(__name__)

EVERY = 1.0  # seconds
LONGEST_PAUSE = 5.0  # seconds, while the database is away


class Command(BaseCommand):
    help = "Do the work that is due: one pass, or with --forever one each second until SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="go on until SIGTERM")

    def handle(self, *args: object, forever: bool, **options: object) -> None:
        if forever:
            _forever()
        else:
            sweeps.run_all()
            sweeps.finish_all()


class _Stop:
    """A signal only raises this flag: work that is being committed is never torn (the pass ends, then the process)."""

    is_asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.is_asked = True


def _forever() -> None:
    stop = _Stop()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    failures = 0
    while not stop.is_asked:
        failures = 0 if _pass() else failures + 1
        _pause(min(EVERY * 2 ** max(0, failures - 1), LONGEST_PAUSE), stop)


def _pass() -> bool:
    """One pass; false if the database is away. Connections that broke are closed, so the next pass makes new ones."""
    try:
        sweeps.run_all()
    except (OperationalError, InterfaceError) as error:
        logger.warning("the database is away: %s", str(error).partition("\n")[0])
        return False
    finally:
        close_old_connections()
    return True


def _pause(seconds: float, stop: _Stop) -> None:
    until = time.monotonic() + seconds
    while not stop.is_asked and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.2))
