"""The event log as it moves: read once per process, and handed on in memory to everybody who watches.

The rows are the truth. What wakes the reader is only a hint: a change in this process (`hints.listeners`), a message
through Redis (group "log"), or the clock. So Redis may be absent, dead or frozen, and frames come a little later.
"""

import asyncio
import contextlib
import logging
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Self
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import connections

from escalations import hints, log
from escalations.models import Event

logger = logging.getLogger(__name__)

POLL = 1.0  # seconds, when hints arrive
POLL_UNTOLD = 0.25  # seconds, when they do not and somebody watches
PAUSE = 0.004  # seconds between two looks: what happens meanwhile is read together
BATCH = 500
QUEUED = 1000  # frames one subscriber may leave waiting
START = 1.0  # seconds a new subscriber waits for the database to say where the log ends
BACK_OFF = (0.25, 0.5, 1.0, 2.0)  # seconds between looks while the database is away
SILENCE = 60.0  # seconds without a message after which we subscribe to Redis afresh
RETRY = 2.0  # seconds between two attempts to reach Redis

Interested = Callable[[Event], bool]


class Behind(Exception):
    """Frames were lost: what is shown has to be read from the database again."""


class Frame(NamedTuple):
    """One event, and the number of the frame before it in the same subscription, so that a gap can be seen."""

    event: Event
    seq: int
    prev: int


class Subscription:
    """The frames one watcher is interested in, from `since` on. Iteration ends when the process is about to stop."""

    def __init__(self, interested: Interested | None, since: int | None) -> None:
        self.since = since or 0
        self._interested = interested
        self._frames: deque[Frame] = deque()
        self._last = self.since
        self._is_behind = False
        self._is_closed = False
        self._news = asyncio.Event()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Frame:
        """Raises Behind once after frames were lost."""
        await self._wait()
        if not self._frames:
            raise StopAsyncIteration
        return self._frames.popleft()

    async def batch(self) -> list[Frame]:
        """All frames that are there, at least one; none when the stream has ended. Raises Behind like iteration."""
        await self._wait()
        frames = list(self._frames)
        self._frames.clear()
        return frames

    def offer(self, event: Event, seq: int) -> None:
        if self._interested is not None and not self._interested(event):
            return
        frame = Frame(event, seq, self._last)
        self._last = seq
        if len(self._frames) >= QUEUED:
            self.lose(seq)
        else:
            self._frames.append(frame)
            self._news.set()

    def lose(self, at: int) -> None:
        """Frames up to number `at` are not to be had any more."""
        self._frames.clear()
        self._last = at
        self._is_behind = True
        self._news.set()

    @property
    def is_over(self) -> bool:
        """Whether the process is about to stop."""
        return self._is_closed

    def close(self) -> None:
        self._is_closed = True
        self._news.set()

    async def _wait(self) -> None:
        while not (self._frames or self._is_behind or self._is_closed):
            self._news.clear()
            await self._news.wait()
        if self._is_behind:
            self._is_behind = False
            raise Behind


class Stream:
    """The tail of the log on one event loop; a process has one."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._watchers: dict[UUID | None, set[Subscription]] = {}
        self._position: int | None = None
        self._is_found = asyncio.Event()
        self._hint = asyncio.Event()
        self._is_told = get_channel_layer() is not None
        self._is_closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="stream")
        self._look = database_sync_to_async(_look, thread_sensitive=False, executor=self._thread)
        self._tasks: list[asyncio.Task[None]] = []

    @contextlib.asynccontextmanager
    async def subscribe(self, interested: Interested | None, of: UUID | None) -> AsyncIterator[Subscription]:
        self._start()
        if self._position is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_found.wait(), START)
        subscription = Subscription(interested, self._position)
        if self._is_closed:
            subscription.close()
        watchers = self._watchers.setdefault(of, set())
        watchers.add(subscription)
        try:
            yield subscription
        finally:
            watchers.discard(subscription)
            if not watchers:
                self._watchers.pop(of, None)

    def leave(self) -> None:
        """End every subscription, and each that is still to come."""
        self._is_closed = True
        for subscription in self._subscriptions():
            subscription.close()

    async def close(self) -> None:
        self.leave()
        if self._wake in hints.listeners:
            hints.listeners.remove(self._wake)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._thread.submit(connections.close_all)
        self._thread.shutdown(wait=False)

    def _start(self) -> None:
        if self._tasks or self._is_closed:
            return
        hints.listeners.append(self._wake)
        self._tasks = [self._loop.create_task(self._tail()), self._loop.create_task(self._listen())]

    def _wake(self) -> None:
        """From any thread."""
        if not self._hint.is_set():
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                self._loop.call_soon_threadsafe(self._hint.set)

    def _subscriptions(self) -> list[Subscription]:
        return [subscription for watchers in self._watchers.values() for subscription in watchers]

    async def _tail(self) -> None:
        failures = 0
        while True:
            is_hinted = self._hint.is_set()
            self._hint.clear()
            try:
                head, events = await self._look(self._position)
                self._is_told = self._is_told and (is_hinted or not events)
                self._advance(head, events)
            except Exception as error:
                if not failures:
                    logger.warning("The event log cannot be read", exc_info=error)
                await asyncio.sleep(BACK_OFF[min(failures, len(BACK_OFF) - 1)])
                failures += 1
            else:
                failures = 0
                if len(events) < BATCH:
                    await self._nap()

    def _advance(self, head: int, events: list[Event]) -> None:
        """Hand the events on; where the log was found anew, or begins again, nobody knows what was missed."""
        if self._position is None or head < self._position:
            for subscription in self._subscriptions():
                subscription.lose(head)
        self._position = head
        self._is_found.set()
        everybody = self._watchers.get(None, ())
        for event in events:
            _offer(event, everybody)
            _offer(event, self._watchers.get(event.escalation_id, ()))

    async def _nap(self) -> None:
        await asyncio.sleep(PAUSE)
        is_slow = self._is_told or not self._watchers
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL if is_slow else POLL_UNTOLD):
                await self._hint.wait()

    async def _listen(self) -> None:
        """Keep one subscription to Redis, whatever happens to it."""
        layer = get_channel_layer()
        while layer is not None:
            try:
                channel = await layer.new_channel()
                await layer.group_add(hints.GROUP, channel)
                while await asyncio.wait_for(layer.receive(channel), SILENCE):
                    self._is_told = True
                    self._hint.set()
            except TimeoutError:
                pass
            except Exception as error:  # noqa: BLE001 - a hint may be lost for any reason; nobody depends on it
                logger.warning("No hints through Redis: %s", type(error).__name__)
                await asyncio.sleep(RETRY)
            with contextlib.suppress(Exception):
                await asyncio.wait_for(layer.flush(), RETRY)


def subscribe(
    interested: Interested | None = None, *, of: UUID | None = None
) -> contextlib.AbstractAsyncContextManager[Subscription]:
    """`async with stream.subscribe(interested) as subscription: async for frame in subscription: …`

    Frames are those `interested` says yes to, by default all; with `of` only those of one escalation. Subscribe first
    and read the database then: what happens between the two is in both, and its number tells.
    """
    return _here().subscribe(interested, of)


def leave() -> None:
    """The process is about to stop: end what is subscribed on the running loop."""
    if stream := _streams.get(asyncio.get_running_loop()):
        stream.leave()


async def close() -> None:
    """Give back what the stream of the running loop holds."""
    if stream := _streams.pop(asyncio.get_running_loop(), None):
        await stream.close()


_streams: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Stream]" = weakref.WeakKeyDictionary()


def _here() -> Stream:
    loop = asyncio.get_running_loop()
    if loop not in _streams:
        _streams[loop] = Stream()
    return _streams[loop]


def _look(position: int | None) -> tuple[int, list[Event]]:
    """The number of the last event, and the events after `position`. In the stream's own thread."""
    if position is None:
        return log.number(), []
    events = log.read(position, BATCH)
    # Without events we stay where we are: what another process numbers right now is read the next time.
    return (events[-1].seq or 0, events) if events else (min(position, log.head()), [])


def _offer(event: Event, watchers: Iterable[Subscription]) -> None:
    for subscription in watchers:
        subscription.offer(event, event.seq or 0)
