"""How the process comes and goes: those who wait are answered first when it has to leave."""

import asyncio
import gc
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, LifespanScope
from django.urls import get_resolver

GARBAGE = 20_000  # objects made and not yet freed, after which the youngest are looked through
LEAVE = "leave"  # in the state that server and application share: what to call when the server begins to stop


class Lifespan:
    """`leave` answers all who wait, and must return at once; `close` gives back what the process holds."""

    def __init__(self, leave: Callable[[], None], close: Callable[[], Awaitable[None]]) -> None:
        self._leave = leave
        self._close = close

    async def __call__(self, scope: LifespanScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await receive()
        scope.get("state", {})[LEAVE] = self._leave
        _leave_with_the_parent()
        _settle()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._leave()
        await self._close()
        await send({"type": "lifespan.shutdown.complete"})


def _settle() -> None:
    """Load what the first request would, and keep the collector of garbage from looking through it ever again.

    With the usual thresholds a quarter of the time of a request went into looking at modules, models and forms.
    """
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)


def _leave_with_the_parent() -> None:
    """A worker whose parent was killed must not keep the port to itself."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        loop = asyncio.get_running_loop()
        loop.add_reader(parent.sentinel, _stop, loop, parent.sentinel)


def _stop(loop: asyncio.AbstractEventLoop, sentinel: int) -> None:
    loop.remove_reader(sentinel)
    os.kill(os.getpid(), signal.SIGTERM)
