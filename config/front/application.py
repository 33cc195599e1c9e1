"""The outermost application: takes in what is whole and well-formed, sends it where it belongs, and tells of it."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    HTTPScope,
    Scope,
    WebSocketScope,
)

from config import tracing
from config.front import answers, bodies, figures, heads
from config.front.bodies import Bodies, Gone
from config.front.lifespan import Lifespan
from config.logs import request_id
from escalations import causes
from escalations.api import problems
from escalations.api.problems import Problem

if TYPE_CHECKING:
    from escalations.api.authentication import Caller

logger = logging.getLogger(__name__)
access = logging.getLogger("access")

PROBES = frozenset({"/livez", "/readyz", "/metrics", "/statusz"})
CLIENT_LEFT = 499  # as nginx writes it down
LOGGED_PATH = 500  # characters

HTTPApplication: TypeAlias = Callable[[HTTPScope, ASGIReceiveCallable, ASGISendCallable], Awaitable[None]]
Wanted: TypeAlias = Callable[[HTTPScope, dict[bytes, bytes]], bool]


@dataclass(frozen=True)
class Routes:
    """Where things go: probes by their path, what `is_waiting` recognises, sockets, and all else to Django."""

    probes: dict[str, Callable[[HTTPScope, answers.Given], Awaitable[answers.Answer]]]
    is_waiting: Wanted
    waiting: HTTPApplication
    django: HTTPApplication
    sockets: ASGI3Application
    origins: frozenset[bytes]


class Front:
    """The application that the server runs."""

    def __init__(self, routes: Routes, lifespan: Lifespan, taken: Bodies | None = None) -> None:
        self._routes = routes
        self._lifespan = lifespan
        self._bodies = taken or Bodies()

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "http":
            call = _Call(scope["method"], scope, send)
            try:
                await self._answer(scope, receive, call)
            finally:
                call.tell()
        elif scope["type"] == "websocket":
            await self._open_socket(scope, receive, send)
        else:
            await self._lifespan(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: ASGIReceiveCallable, call: "_Call") -> None:
        is_taken = False
        call.given = scope["headers"]
        try:
            headers = heads.tidy(scope)
            call.identify(headers[b"x-request-id"])
            if b"traceparent" in headers:
                causes.traceparent.set(causes.usable(headers[b"traceparent"].decode("latin-1")))
            call.begin()
            length = heads.length_of(headers)
            limit = bodies.limit_for(scope["method"], scope["path"])
            body = await self._bodies.take(receive, length=length, limit=limit)
            is_taken = True
            await self._route(scope, headers, _Replay(body, receive), call)
        except Gone:
            return
        except Exception as error:
            if call.status:
                raise  # the server cuts the connection, so that nobody takes half an answer for a whole one
            problem = problems.translate(error) or _unexpected(error)
            await call.refuse(problem, None if is_taken else receive)

    async def _route(self, scope: HTTPScope, headers: dict[bytes, bytes], receive: "_Replay", call: "_Call") -> None:
        probe = self._routes.probes.get(scope["path"])
        if probe is not None and scope["method"] in {"GET", "HEAD"}:
            call.state[figures.ROUTE] = scope["path"]
            await answers.send_answer(await probe(scope, call.given), call.send)
            return
        if receive.length or b"transfer-encoding" in headers:
            headers.pop(b"transfer-encoding", None)
            headers[b"content-length"] = str(receive.length).encode()
            scope["headers"] = list(headers.items())
        if not self._routes.is_waiting(scope, headers):
            await self._routes.django(scope, receive, call.send)
            return
        with figures.waiting(call.state, is_stream=b"text/event-stream" in headers.get(b"accept", b"")):
            await self._routes.waiting(scope, receive, call.send)

    async def _open_socket(self, scope: WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """A page of another site may open a socket, but only with its own Origin, which is refused here."""
        call = _Call("WS", scope, send)
        try:
            headers = heads.tidy(scope)
            call.identify(headers[b"x-request-id"])
            is_ours = headers.get(b"origin") in self._routes.origins and heads.is_host_ours(headers)
        except Problem:
            is_ours = False
        call.status = 101 if is_ours else 403
        call.tell()
        if is_ours:
            with figures.SOCKETS.track_inprogress():
                await self._routes.sockets(scope, receive, send)
        else:
            await refuse_socket(scope, receive, send)


def _unexpected(error: Exception) -> Problem:
    logger.error("The request failed", exc_info=error)
    return Problem(500, "server_error", "The error was logged with the id of this request.")


async def refuse_socket(_scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Before it is accepted, a socket is closed with status 403."""
    await receive()
    await send({"type": "websocket.close", "code": 1008, "reason": None})


class _Call:
    """What is known of one request, for its answer and for the access log."""

    __slots__ = ("_method", "_path", "_send", "_span", "_started", "given", "state", "status")

    def __init__(self, method: str, scope: HTTPScope | WebSocketScope, send: ASGISendCallable) -> None:
        self._method = method
        self._path = scope["path"]
        self.state = scope.setdefault("state", {})
        self.given: answers.Given = ()  # as they came, before they were tidied
        self._send = send
        self._started = time.perf_counter()
        self._span: Callable[[str, int], None] | None = None
        self.status = 0

    def identify(self, name: bytes) -> None:
        request_id.set(name.decode())

    def begin(self) -> None:
        """A span for it, where traces are collected; probes are nobody's story."""
        if tracing.begin is not None and self._path not in PROBES:
            self._span = tracing.begin(self._method, self._path[:LOGGED_PATH])

    async def send(self, message: ASGISendEvent) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message["headers"])
            if not any(name == b"x-request-id" for name, _ in headers):
                headers.append((b"x-request-id", request_id.get().encode()))
            message["headers"] = headers
        await self._send(message)

    async def refuse(self, problem: Problem, receive: ASGIReceiveCallable | None) -> None:
        """Answer with the problem; with `receive`, throw away what still comes in and close the connection."""
        if not request_id.get():
            self.identify(heads.new_id())
        answer = answers.of_problem(problem, self._path)
        if receive is None:
            await answers.send_answer(answer, self.send)
            return
        answer.headers.append((b"connection", b"close"))
        await answers.send_answer(answer, self.send, is_last=False)
        await bodies.discard(receive)
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    def tell(self) -> None:
        """Count it and write the line of the access log, by hand: looking for who logs costs as much as the rest."""
        seconds = time.perf_counter() - self._started
        status = self.status or CLIENT_LEFT
        if self._method != "WS":
            figures.count(self._method, self.state, self._path, status, seconds)
        if self._span is not None:
            self._span(figures.route_of(self.state, self._path), status)
        if not access.isEnabledFor(logging.INFO):
            return
        caller: Caller | None = self.state.get("caller")
        fields = {
            "method": self._method,
            "path": self._path[:LOGGED_PATH],
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        if caller:
            fields["key"] = caller.key.pk
        line = {"name": access.name, "levelno": logging.INFO, "levelname": "INFO", "fields": fields}
        access.handle(logging.makeLogRecord(line | {"msg": "%(method)s %(path)s %(status)s", "args": fields}))


class _Replay:
    """Gives the inner application the body that is already here; after that, only the client's leaving."""

    __slots__ = ("_body", "_receive", "length")

    def __init__(self, body: bytes, receive: ASGIReceiveCallable) -> None:
        self._body: bytes | None = body
        self._receive = receive
        self.length = len(body)

    async def __call__(self) -> ASGIReceiveEvent:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        while (message := await self._receive())["type"] == "http.request":
            pass
        return message
