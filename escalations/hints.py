"""The log moved: tell whoever may want to look. Only a hint; the rows are the truth, and every reader also polls.

A verb calls `moved` after its commit. In this process listeners are called at once; other processes are told by a
background thread through Redis (one message for any number of changes), so that no request ever waits for Redis.
"""

import asyncio
import atexit
import logging
import threading
import time
from collections.abc import Callable

from celery import current_app
from channels.layers import get_channel_layer
from django.conf import settings

logger = logging.getLogger(__name__)

GROUP = "log"
PAUSE = 0.005  # seconds between two rounds: what happens meanwhile shares one message
KICK_EVERY = 0.25  # seconds between two kicks of the workers: each costs as much as half a request, and a sweep more
TIMEOUT = 1.0  # seconds a round may take, also with a Redis that accepts and never answers
OPEN_AFTER = 3  # failed rounds in a row before we leave Redis alone for
OPEN_FOR = 10.0  # seconds

listeners: list[Callable[[], None]] = []


def moved() -> None:
    """Tell everybody, soon. Never blocks, never raises."""
    for listener in listeners:
        listener()
    if settings.REDIS_URL:
        _messenger.wake()


class _Messenger:
    """A daemon thread with an event loop of its own, started by the first hint of the process."""

    def __init__(self) -> None:
        self._pending = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failures = 0
        self._kick_is_due = False
        self._kicked_at = 0.0

    def wake(self) -> None:
        self._pending.set()
        if self._thread is None or not self._thread.is_alive():
            self._start()

    def flush(self) -> None:
        """Give the last hint of a short-lived process a moment to leave."""
        deadline = time.monotonic() + TIMEOUT
        while (self._pending.is_set() or self._kick_is_due) and time.monotonic() < deadline:
            time.sleep(PAUSE)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="hints", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        loop = asyncio.new_event_loop()  # one for good: the channel layer keeps its connection per loop
        while True:
            is_woken = self._pending.wait(KICK_EVERY if self._kick_is_due else None)
            self._pending.clear()
            try:
                if is_woken:
                    self._kick_is_due = True
                    loop.run_until_complete(asyncio.wait_for(_announce(), TIMEOUT))
                self._kick()
            except Exception as error:  # noqa: BLE001 - a hint may be lost for any reason; nobody depends on it
                self._failures += 1
                logger.warning("hint not sent: %s", type(error).__name__)
            else:
                self._failures = 0
            time.sleep(OPEN_FOR if self._failures >= OPEN_AFTER else PAUSE)

    def _kick(self) -> None:
        if self._kick_is_due and time.monotonic() - self._kicked_at >= KICK_EVERY:
            current_app.send_task("escalations.tasks.sweep", expires=30, ignore_result=True, retry=False)
            self._kick_is_due = False
            self._kicked_at = time.monotonic()


async def _announce() -> None:
    layer = get_channel_layer()
    if layer is not None:
        await layer.group_send(GROUP, {"type": "log.moved"})


_messenger = _Messenger()
atexit.register(_messenger.flush)
