"""What the server reads before there is a request: a head that never ends, in time or in size, is cut off here.

uvicorn waits for a head for ever and takes one of any size; the application is only called when it is complete.
"""

import asyncio
import socket
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from config.front import answers
from config.front.lifespan import LEAVE
from escalations.api.problems import Problem

HEAD_SECONDS = 10.0
SEND_SECONDS = 60.0  # that a client may take for the rest of an answer
HEAD_BYTES = 64 * 1024  # what is larger is not even read to its end; the limit that counts is in `heads`
# Milliseconds after which the kernel gives up on a client that takes nothing of what it is sent (tcp(7)).
USER_TIMEOUT = 30_000


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **options)
        self.url = b""
        self._in_head = True
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._answers = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn types it
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        if connection is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            self._watch_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._head_is_here()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._answers += 1
        if self.transport.get_write_buffer_size():
            self.loop.call_later(SEND_SECONDS, self._give_up_sending, self._answers)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are not for clients
        self._refuse(Problem(400, "bad_request", "This is not a well-formed HTTP request."))

    def _should_upgrade(self) -> bool:
        """A socket is opened by GET (RFC 6455, section 4.1); the library behind it never answers anything else."""
        return self.scope["method"] == "GET" and super()._should_upgrade()

    def shutdown(self) -> None:
        """The server begins to stop: whoever waits is answered now, so that the connections can end."""
        if leave := self.app_state.get(LEAVE):
            leave()
        super().shutdown()

    def _watch_head(self) -> None:
        if self._head_bytes > HEAD_BYTES:
            self._refuse(Problem(431, "headers_too_large", f"The head has more than {HEAD_BYTES} bytes."))
        elif self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _head_is_here(self) -> None:
        self._in_head = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        if self._head_bytes:
            self._refuse(Problem(408, "request_timeout", f"The head was not complete after {HEAD_SECONDS:g} seconds."))
        else:
            self.transport.close()

    def _give_up_sending(self, answer: int) -> None:
        """A client that reads an answer byte by byte must not keep all of it in memory for as long as it likes."""
        if answer == self._answers and self.transport.get_write_buffer_size():
            self.transport.abort()

    def _may_answer(self) -> bool:
        """Not in the middle of another answer."""
        cycle: RequestResponseCycle | None = self.cycle
        is_free = cycle is None or cycle.response_complete or not cycle.response_started
        return is_free and not self.pipeline and not self.transport.is_closing()

    def _refuse(self, problem: Problem) -> None:
        if self._may_answer():
            answer = answers.of_problem(problem, self.url.decode("ascii", "replace"))
            head = b"".join(b"%s: %s\r\n" % header for header in answer.headers)
            self.transport.write(STATUS_LINE[answer.status] + head + b"connection: close\r\n\r\n" + answer.body)
        self.transport.close()
