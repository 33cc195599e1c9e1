"""Sorting, in a thread of its own: a sweep only wakes it, so that what is slow here keeps nothing else waiting."""

import atexit
import logging
import threading

from django.db import InterfaceError, OperationalError, connection

from metrics.reasons import sorting

logger = logging.getLogger(__name__)

GRACE = 2.0  # seconds for a batch when the process ends; what it had taken is due again in a minute


class _Background:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_asked = False
        self._is_over = False

    def kick(self) -> None:
        with self._lock:
            self._is_asked = True
            if self._thread is None and not self._is_over:
                self._thread = threading.Thread(target=self._run, name="reasons", daemon=True)
                self._thread.start()

    def finish(self) -> None:
        if (thread := self._thread) is not None:
            thread.join()

    def stop(self) -> None:
        self._is_over = True
        if (thread := self._thread) is not None:
            thread.join(GRACE)

    def _run(self) -> None:
        try:
            while self._goes_on():
                while not self._is_over and sorting.sort_some():
                    pass
        except (OperationalError, InterfaceError) as error:
            self._give_up()
            logger.warning("sorting waits for the database: %s", str(error).partition("\n")[0])
        except Exception:
            self._give_up()
            logger.exception("sorting ended")
        finally:
            connection.close()

    def _goes_on(self) -> bool:
        """Whether somebody asked since the last look; decided together with the thread's end."""
        with self._lock:
            is_asked, self._is_asked = self._is_asked and not self._is_over, False
            if not is_asked:
                self._thread = None
            return is_asked

    def _give_up(self) -> None:
        with self._lock:
            self._thread = None


_background = _Background()
atexit.register(_background.stop)


def kick() -> None:
    """Have this process sort what waits. Returns at once."""
    _background.kick()


def finish() -> None:
    """Wait until nothing is left to sort."""
    _background.finish()


def stop(**_signal: object) -> None:
    """This process is about to end."""
    _background.stop()
