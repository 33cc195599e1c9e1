"""Somebody who watches the log."""

import asyncio
import threading
from typing import Self
from uuid import UUID

from escalations import stream
from escalations.stream import Behind, Frame, Interested
from tests.live import until


class Watcher:
    """Watches the log on an event loop in a thread of its own, as a web process does."""

    def __init__(self, interested: Interested | None = None, of: UUID | None = None) -> None:
        self.frames: list[Frame] = []
        self.losses = 0
        self.is_over = False
        self.since: int | None = None
        self._interested, self._of = interested, of
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: self.since is not None)
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
        self._thread.join(10)

    def leave(self) -> None:
        if self._loop and not self.is_over:
            self._loop.call_soon_threadsafe(stream.leave)

    def saw(self, count: int) -> list[Frame]:
        until(lambda: len(self.frames) >= count)
        return self.frames

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with stream.subscribe(self._interested, of=self._of) as subscription:
            self.since = subscription.since
            while not self.is_over:
                try:
                    async for frame in subscription:
                        self.frames.append(frame)
                    self.is_over = True
                except Behind:
                    self.losses += 1
        await stream.close()
