"""A front before an application that tells what it was given, and clients that speak on the bare wire."""

import json
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from config.front import probes
from config.front.application import Front, HTTPApplication, Routes, refuse_socket
from config.front.bodies import Bodies
from config.front.lifespan import Lifespan
from config.front.threads import Threads

Wsgi = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]


class Told:
    """A WSGI application that answers with what it was told, and remembers how often it was asked."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        call = {name: value for name, value in environ.items() if isinstance(value, str)}
        self.calls.append(call | {"body": body.decode("latin-1")})
        content = json.dumps(self.calls[-1]).encode()
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
        return [content]


def front(
    wsgi: Wsgi,
    *,
    seconds: float = 10.0,
    waiting: HTTPApplication | None = None,
    leave: Callable[[], None] = lambda: None,
    **limits: int,
) -> Front:
    """`waiting` answers /wait."""
    threads = Threads(wsgi, **limits)
    routes = Routes(
        probes=probes.PROBES,
        is_waiting=lambda scope, _: waiting is not None and scope["path"] == "/wait",
        waiting=waiting or threads,
        django=threads,
        sockets=refuse_socket,
        origins=frozenset({b"http://127.0.0.1"}),
    )
    return Front(routes, Lifespan(leave, threads.close), Bodies(seconds))


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        yield connection


def say(address: str, request: bytes) -> bytes:
    """Everything that comes back until the server closes, or one answer where the connection is kept."""
    with connected(address) as connection:
        connection.sendall(request)
        return hear(connection)


def hear(connection: socket.socket) -> bytes:
    """One answer, or what there is of it when the connection ends."""
    heard = b""
    while not _is_whole(heard):
        part = connection.recv(65536)
        if not part:
            break
        heard += part
    return heard


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def content(answer: bytes) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return parsed


def is_closed(connection: socket.socket, seconds: float = 5.0) -> bool:
    connection.settimeout(seconds)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def get(path: str = "/", *lines: bytes) -> bytes:
    return (
        b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n" % path.encode() + b"".join(line + b"\r\n" for line in lines) + b"\r\n"
    )


def post(body: bytes, *lines: bytes, path: str = "/api/x", length: int | None = None) -> bytes:
    announced = b"Content-Length: %d\r\n" % (len(body) if length is None else length)
    rest = b"".join(line + b"\r\n" for line in lines)
    return b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n" % path.encode() + announced + rest + b"\r\n" + body


def _is_whole(heard: bytes) -> bool:
    head, end, body = heard.partition(b"\r\n\r\n")
    lines = [line.partition(b":") for line in head.lower().split(b"\r\n")]
    lengths = [int(value) for name, _, value in lines if name == b"content-length"]
    return bool(end and lengths) and len(body) >= lengths[0]
