"""Django's WSGI handler on a few threads of its own, each with its own lasting database connection.

Of `a2wsgi` only the translation of a request is used. Its middleware crosses from thread to loop and back for every
part of an answer; here an answer is made whole in the thread and crosses once. So a slow reader holds no thread, and
what has to be streamed belongs on the async side (docs/decisions/).
"""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication

from a2wsgi.wsgi import build_environ
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from django.db import connections

from config.front.answers import Answer, send_answer
from config.front.bodies import Gone
from escalations.api.problems import Problem

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

THREADS = 4  # more make sockets wait for the interpreter
QUEUED = 500  # requests that may be under way or wait for a thread
WITHOUT_BODY = frozenset({204, 304})
SECONDS = 30.0  # as long as a statement may take


class Threads:
    """Answers a request whose body is there, at the first `receive`."""

    def __init__(self, wsgi: WSGIApplication, *, threads: int = THREADS, queued: int = QUEUED) -> None:
        self._wsgi = wsgi
        self._threads = threads
        self._limit = queued
        self._taken = 0
        self._connections: list[BaseDatabaseWrapper] = []
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="django", initializer=self._register)

    async def __call__(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        await send_answer(await self._answer(scope, message["body"], receive), send)

    async def close(self) -> None:
        """Let what runs come to its end, and close the connections of the threads."""
        await asyncio.to_thread(self._close)

    async def _answer(self, scope: HTTPScope, body: bytes, receive: ASGIReceiveCallable) -> Answer:
        if self._taken >= self._limit:
            raise _overloaded("Too many requests are waiting.")
        is_busy = self._taken >= self._threads
        environ = build_environ(scope, io.BytesIO(body))  # type: ignore[arg-type]  # another typing of the same standard
        run = partial(copy_context().run, self._run, dict(environ))
        work = asyncio.get_running_loop().run_in_executor(self._pool, run)
        self._taken += 1
        work.add_done_callback(self._done)
        try:
            async with asyncio.timeout(SECONDS):
                if is_busy:
                    await _while_somebody_waits(work, receive)
                return await work
        except TimeoutError:
            work.cancel()
            raise _overloaded("The answer took too long; what the request asked for may be done or not.") from None

    def _done(self, _: object) -> None:
        self._taken -= 1

    def _run(self, environ: dict[str, Any]) -> Answer:
        """In the thread: call Django and gather its whole answer (PEP 3333)."""
        head: list[Any] = []

        def start(*status_and_headers: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - and perhaps an error
            head[:] = status_and_headers
            return _refuse_to_write

        parts = self._wsgi(environ, start)
        try:
            body = b"".join(parts)
        finally:
            if close := getattr(parts, "close", None):
                close()
        status = int(head[0][:3])
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in head[1]]
        if status not in WITHOUT_BODY and not any(name == b"content-length" for name, _ in headers):
            headers.append((b"content-length", str(len(body)).encode()))
        return Answer(status, headers, body)

    def _close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        for connection in self._connections:
            connection.close()

    def _register(self) -> None:
        """In a new thread: let `close` reach its connections."""
        for connection in connections.all():
            connection.inc_thread_sharing()
            self._connections.append(connection)


def _refuse_to_write(_: bytes) -> object:
    raise NotImplementedError


async def _while_somebody_waits(work: asyncio.Future[Any], receive: ASGIReceiveCallable) -> None:
    leaving: asyncio.Future[Any] = asyncio.ensure_future(receive())
    try:
        await asyncio.wait([work, leaving], return_when=asyncio.FIRST_COMPLETED)
        if not work.done() and leaving.done():
            work.cancel()
            raise Gone
    finally:
        leaving.cancel()


def _overloaded(detail: str) -> Problem:
    return Problem(503, "overloaded", f"{detail} Try again in a moment.").with_headers(Retry_After="1")
