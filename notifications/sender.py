"""Sends what is due, in threads that touch no database: one thread leases, records, and leases again.

A receiver that hangs costs its own slots and nothing else, because leasing goes on while others are free. A sweep only
wakes the sender of its process (`kick`), which works in the background and ends when there is nothing left to do.
"""

from __future__ import annotations

import atexit
import logging
import queue
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connection

from notifications import attempts, outbox, outcomes, quiet
from notifications.slack import posts
from notifications.transports import webhook

if TYPE_CHECKING:
    from uuid import UUID

    from notifications.outbox import Leased
    from notifications.outcomes import Outcome

logger = logging.getLogger(__name__)

SLOTS = 16  # messages on their way at once, per process
FAILING_SLOTS = 8  # of them, for endpoints that fail: many that hang must not stop the others
LOOK_EVERY = 0.5  # seconds between two looks at what is due while answers are awaited
LINGER = 5.0  # seconds the background sender waits for more before it ends
GRACE = 5.0  # seconds for what is on its way when the process ends
PATIENCE = 60  # seconds to wait for PostgreSQL with outcomes in hand


class Sender:
    """One run: until nothing is due and nothing is on its way, or until it is stopped."""

    def __init__(self, *, linger: float = 0.0, for_people: bool = False) -> None:
        self._linger = linger
        self._for_people = for_people
        self._jobs: queue.SimpleQueue[Leased | None] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()  # None: look at what is due
        self._on_their_way: dict[UUID, Leased] = {}
        self._threads = 0
        self._stopped_at: float | None = None

    def run(self) -> None:
        try:
            while self._round():
                pass
            outbox.give_back(self._on_their_way.values())
        finally:
            self._dismiss()

    def look(self) -> None:
        """Something may be due: look at once."""
        self._news.put(None)

    def finish(self) -> None:
        """Wait for nothing that is not due yet."""
        self._linger = 0.0
        self.look()

    def stop(self) -> None:
        """Lease nothing more, give what is on its way a moment, then give it back."""
        self._stopped_at = time.monotonic()
        self.look()

    @property
    def is_asked_to_look(self) -> bool:
        return self._stopped_at is None and not self._news.empty()

    def _round(self) -> bool:
        """Fill the slots, wait for news, record them. Whether there may be more to do."""
        leased = self._fill()
        news = self._wait(LOOK_EVERY if self._on_their_way else self._linger)
        self._record([outcome for outcome in news if outcome is not None])
        if self._stopped_at is not None:
            return bool(self._on_their_way) and time.monotonic() < self._stopped_at + GRACE
        return leased or bool(news or self._on_their_way)

    def _fill(self) -> bool:
        """Lease as much as there are free slots. Whether anything was due."""
        free = SLOTS - len(self._on_their_way)
        if self._stopped_at is not None or not free:
            return False
        leased = self._lease(free)
        for each in leased:
            self._on_their_way[each.id] = each
            self._jobs.put(each)
        while self._threads < len(self._on_their_way):
            self._threads += 1
            threading.Thread(target=self._work, name=f"webhooks-{self._threads}", daemon=True).start()
        return bool(leased)

    def _lease(self, free: int) -> list[Leased]:
        """With messages on their way, a database that is away is no reason to give up: they will have an end."""
        failing = sum(each.is_failing for each in self._on_their_way.values())
        try:
            allowed = max(0, FAILING_SLOTS - failing)
            leased = outbox.lease(free, failing=allowed, for_people=self._for_people)
            return posts.fill(quiet.heed(leased)) if self._for_people else leased
        except (OperationalError, InterfaceError):
            if not self._on_their_way:
                raise
            connection.close()
            return []

    def _wait(self, seconds: float) -> list[Outcome | None]:
        """All the news there are; for the first of them it waits so long."""
        news: list[Outcome | None] = []
        with suppress(queue.Empty):
            news.append(self._news.get(block=seconds > 0, timeout=seconds))
            while True:
                news.append(self._news.get_nowait())
        return news

    def _record(self, done: list[Outcome]) -> None:
        """What was sent is known only here: a database that is away for a moment is waited for."""
        give_up_at = time.monotonic() + PATIENCE
        while done:
            try:
                outcomes.record(done)
                break
            except (OperationalError, InterfaceError):
                if self._stopped_at is not None or time.monotonic() > give_up_at:
                    raise
                connection.close()
                time.sleep(1)
        for outcome in done:
            self._on_their_way.pop(outcome.leased.id, None)

    def _work(self) -> None:
        while (leased := self._jobs.get()) is not None:
            self._news.put(attempts.make(leased))

    def _dismiss(self) -> None:
        for _ in range(self._threads):
            self._jobs.put(None)
        self._threads = 0
        webhook.release()


class _Background:
    """The process's own sender, in a thread that comes and goes with the work."""

    def __init__(self, *, for_people: bool) -> None:
        self._for_people = for_people
        self._lock = threading.Lock()
        self._sender: Sender | None = None
        self._thread: threading.Thread | None = None
        self._is_over = False

    def kick(self) -> None:
        with self._lock:
            if self._is_over:
                return
            if self._sender is not None:
                self._sender.look()
                return
            self._sender = Sender(linger=LINGER, for_people=self._for_people)
            self._thread = threading.Thread(target=self._run, args=(self._sender,), name="webhooks", daemon=True)
            self._thread.start()

    def finish(self) -> None:
        with self._lock:
            sender, thread = self._sender, self._thread
        if sender is not None and thread is not None:
            sender.finish()
            thread.join()

    def stop(self) -> None:
        with self._lock:
            self._is_over = True
            sender, thread = self._sender, self._thread
        if sender is not None and thread is not None:
            sender.stop()
            thread.join(GRACE + 2)

    def _run(self, sender: Sender) -> None:
        try:
            sender.run()
        except (OperationalError, InterfaceError) as error:
            logger.warning("webhooks wait for the database: %s", str(error).partition("\n")[0])
        except Exception:
            logger.exception("the sender of webhooks ended")
        finally:
            connection.close()
            with self._lock:
                self._sender = None
            if sender.is_asked_to_look:
                self.kick()


_backgrounds = (_Background(for_people=False), _Background(for_people=True))
for each in _backgrounds:
    atexit.register(each.stop)


def kick() -> None:
    """Have the senders of this process look at what is due. Returns at once."""
    for background in _backgrounds:
        background.kick()


def finish() -> None:
    """Wait until nothing is due and nothing is on its way."""
    for background in _backgrounds:
        background.finish()


def stop(**_signal: object) -> None:
    """This process is about to end. Takes a few seconds at most; what is not sent by then is somebody else's."""
    for background in _backgrounds:
        background.stop()
