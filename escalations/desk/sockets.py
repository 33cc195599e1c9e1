"""The socket of a live page: `/ws/queue/?since=N`.

It says hello, tells what was missed since N, and then every event as it comes. It never asks Redis: the stream reads
the log once per process. A socket that reads too slowly, floods, or outlives its session is closed.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections import Counter, deque
from urllib.parse import parse_qs
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from escalations import stream
from escalations.desk.frames import SILENT, Frames, missed
from escalations.desk.viewers import Viewer, signed_in
from escalations.models import Event

logger = logging.getLogger(__name__)

PING_EVERY = 15.0  # seconds
CHECK_EVERY = 60.0  # seconds between two looks at session and rights
MAX_AGE = 4 * 3600.0  # seconds; then the page connects afresh
SEND_WITHIN = 10.0  # seconds a client has to take what is sent
SOCKETS_AT_MOST = 30  # of one person in one process
BAD_AT_MOST = 5
MESSAGES_AT_MOST = 40  # in
WINDOW = 10.0  # seconds
MESSAGE_AT_MOST = 1000  # characters

# Close codes (4xxx are ours; the page knows 4400 and 4401).
RESTART, TRY_LATER, BAD, SIGNED_OUT, SLOW, TOO_MUCH = 1012, 1013, 4400, 4401, 4008, 4429

_open: Counter[UUID] = Counter()
_frames: "WeakKeyDictionary[asyncio.AbstractEventLoop, Frames]" = WeakKeyDictionary()


class Closing(Exception):
    """The socket is to be closed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class QueueSocket(AsyncWebsocketConsumer):
    channel_layer_alias = None  # type: ignore[assignment] # nothing comes through a channel layer

    async def connect(self) -> None:
        self.told = 0  # the last number the client knows of
        self.passed = 0  # the last number this socket has been offered, whether its person may see it or not
        self.bad = 0
        self.heard: deque[float] = deque(maxlen=MESSAGES_AT_MOST)
        self.viewer: Viewer | None = None
        # Accepted first: a refusal before that reaches a browser as an outage, and the page could not tell.
        await self.accept()
        self.work = asyncio.create_task(self._work())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:  # noqa: ARG002
        """The client only asks for the time. Anything else is an error of the client's, and few are forgiven."""
        now = time.monotonic()
        if len(self.heard) == MESSAGES_AT_MOST and now - self.heard[0] < WINDOW:
            await self.close(TOO_MUCH)
            return
        self.heard.append(now)
        at = _asked(text_data)
        if at is not None:
            await self.send(json.dumps({"t": "pong", "at": at, "now": time.time()}))
            return
        self.bad += 1
        await (self.close(BAD) if self.bad >= BAD_AT_MOST else self.send('{"t": "error"}'))

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 - Channels' own signature
        self.work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.work

    async def _work(self) -> None:
        code = RESTART
        try:
            await self._serve()
        except Closing as closing:
            code = closing.code
        except OSError:
            return  # the client has left
        except Exception:
            logger.exception("A live page was cut off")
            code = TRY_LATER
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(1):
                await self.close(code)

    async def _serve(self) -> None:
        since = _since(self.scope.get("query_string", b""))
        self.viewer = viewer = await self._check()
        if _open[viewer.id] >= SOCKETS_AT_MOST:
            raise Closing(TOO_MUCH)
        _open[viewer.id] += 1
        try:
            async with stream.subscribe(self._may_see) as subscription:
                await self._greet(viewer, since)
                await self._follow(subscription)
        finally:
            _open[viewer.id] -= 1
            if not _open[viewer.id]:
                del _open[viewer.id]

    async def _greet(self, viewer: Viewer, since: int) -> None:
        head, events = await database_sync_to_async(missed)(viewer, since)
        self.told = since
        if events is None:
            await self._reset(head)
            return
        frames = await _frames_here().of(events)
        await self._send({"t": "hello", "head": head, "now": time.time(), "replayed": sum(map(bool, frames))})
        for event, frame in zip(events, frames, strict=True):
            await self._tell(event, frame)
        self.told = max(self.told, head)

    async def _follow(self, subscription: stream.Subscription) -> None:
        born = checked = time.monotonic()
        while True:
            try:
                async with asyncio.timeout(PING_EVERY):
                    batch = await subscription.batch()
                if not batch:
                    return
                await self._pass_on([frame.event for frame in batch])
            except TimeoutError:
                await self._ping()
            except stream.Behind:
                await self._reset(self.passed)
            now = time.monotonic()
            if now - checked >= CHECK_EVERY:
                self.viewer = await self._check()
                checked = now
            if now - born >= MAX_AGE:
                return

    async def _pass_on(self, events: list[Event]) -> None:
        events = [event for event in events if (event.seq or 0) > self.told]
        for event, frame in zip(events, await _frames_here().of(events), strict=True):
            await self._tell(event, frame)

    async def _tell(self, event: Event, frame: str) -> None:
        if frame:
            await self._out(f'{{"t": "ev", "prev": {self.told}, {frame}')
            self.told = event.seq or 0

    async def _ping(self) -> None:
        """Nothing is waiting now, so everything up to what has passed here is known to the client."""
        self.told = max(self.told, self.passed)
        await self._send({"t": "ping", "head": self.told, "now": time.time()})

    async def _reset(self, head: int) -> None:
        self.told = head
        await self._send({"t": "hello", "head": head, "now": time.time(), "reset": True})

    async def _send(self, told: dict[str, object]) -> None:
        await self._out(json.dumps(told))

    async def _out(self, text: str) -> None:
        try:
            async with asyncio.timeout(SEND_WITHIN):
                await self.send(text)
        except TimeoutError as error:
            raise Closing(SLOW) from error

    async def _check(self) -> Viewer:
        viewer = await database_sync_to_async(signed_in)(self.scope["session"].session_key)
        if viewer is None:
            raise Closing(SIGNED_OUT)
        return viewer

    def _may_see(self, event: Event) -> bool:
        self.passed = event.seq or 0
        return self.viewer is not None and event.type not in SILENT and self.viewer.sees(event.facts["pool"])


def _frames_here() -> Frames:
    return _frames.setdefault(asyncio.get_running_loop(), Frames())


def _since(query: bytes) -> int:
    text = parse_qs(query.decode("latin-1")).get("since", ["0"])[0]
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Closing(BAD)
    return int(text)


def _asked(text: str | None) -> float | None:
    """The client's own time in a ping of it; None when it is not one."""
    if text is None or len(text) > MESSAGE_AT_MOST:
        return None
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(asked, dict) or asked.get("t") != "ping":
        return None
    at = asked.get("at")
    return at if isinstance(at, int | float) else None
