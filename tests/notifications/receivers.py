"""Receivers of webhooks, as real servers on 127.0.0.1: well-behaved ones, and ones that play a scene on the socket."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Received:
    path: str
    headers: Message
    body: bytes


@dataclass
class Receiver:
    """What came in, and what to answer; `status` may change between requests."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"thanks"
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    at_release: list[Received] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.gate.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    receiver: Receiver

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves early is part of the scene."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.receiver.connections += 1

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.received.append(Received(self.path, self.headers, body))
        receiver.gate.wait(20)
        self.send_response(receiver.status)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        if receiver.status not in {204, 304}:
            self.send_header("Content-Length", str(len(receiver.body)))
        self.end_headers()
        if receiver.status not in {204, 304}:
            self.wfile.write(receiver.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        pass


@contextmanager
def receiver(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", **answer: object) -> Iterator[Receiver]:
    """A server that keeps what it receives."""
    kept = Receiver(**answer)  # type: ignore[arg-type] # the fields of Receiver
    server = _Server((host, 0), _Handler)
    server.receiver = kept
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    kept.port = server.server_address[1]
    kept.url = f"{'https' if tls else 'http'}://{host}:{kept.port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        kept.gate.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


Scene = Callable[[socket.socket, threading.Event], None]


@contextmanager
def stage(scene: Scene) -> Iterator[str]:
    """A server that plays the scene on every connection; gives its URL. The scene ends when its event is set."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    thread = threading.Thread(target=_play, args=(listener, scene, over), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    finally:
        over.set()
        listener.close()


def _play(listener: socket.socket, scene: Scene, over: threading.Event) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_act, args=(connection, scene, over), daemon=True).start()


def _act(connection: socket.socket, scene: Scene, over: threading.Event) -> None:
    with suppress(OSError), connection:
        scene(connection, over)


def read_request(connection: socket.socket) -> bytes:
    """One whole request with a Content-Length. Raises ConnectionError when the client has hung up."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += _some(connection)
    return head + b"\r\n\r\n" + body


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the client has hung up")
    return data
