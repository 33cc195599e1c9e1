"""Opening a connection to a webhook's receiver: one look-up, every answer checked, one deadline for it all.

The connection goes to an address that was checked, never to a name that is looked up a second time, while the
certificate is checked against the name (SNI included). No proxy and no variable of the environment has a say.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection

from escalations import addresses

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

    from escalations.addresses import Address, Target

LOOK_UP_WITHIN = 3.0  # seconds
CONNECT_WITHIN = 5.0  # seconds, per address
_MAX_ADDRESSES = 4

# getaddrinfo() cannot be interrupted: a look-up that hangs keeps its thread, so their number is bounded.
_look_ups = threading.BoundedSemaphore(64)


class NotDialled(Exception):
    """No connection could be opened. `code` is for programs, `text` for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Deadline:
    """A moment by which everything must be done, whatever the single steps take."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds, more than 0. Raises TimeoutError afterwards."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class TimedSocket(socket.socket):
    """A socket whose every wait ends at the deadline, so that no sender of single bytes can stretch it."""

    deadline: Deadline

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self.deadline.left())
        return super().recv_into(buffer, nbytes, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        self.settimeout(self.deadline.left())
        super().sendall(data, flags)


class TimedTLSSocket(ssl.SSLSocket):
    """The same over TLS. (A handshake has one timeout for all of its messages already.)"""

    deadline: Deadline

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self.deadline.left())
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        self.settimeout(self.deadline.left())
        return super().send(data, flags)


class PlainConnection(HTTPConnection):
    """HTTP to an allowed network."""

    def __init__(self, target: Target, deadline: Deadline) -> None:
        super().__init__(target.host, target.port)
        self.target = target
        self.deadline = deadline

    def _new_conn(self) -> TimedSocket:
        return _connect(self.target, self.deadline)


class TLSConnection(HTTPSConnection):
    """HTTPS, with the certificate checked against the host of the URL."""

    def __init__(self, target: Target, deadline: Deadline) -> None:
        super().__init__(target.host, target.port, ssl_context=tls_context())
        self.target = target
        self.deadline = deadline

    def _new_conn(self) -> TimedSocket:
        return _connect(self.target, self.deadline)


Connection = PlainConnection | TLSConnection


def connect(target: Target, deadline: Deadline) -> Connection:
    """Open a connection, TLS included. Raises NotDialled, TimeoutError or ssl.SSLError."""
    kind = TLSConnection if target.scheme == "https" else PlainConnection
    connection = kind(target, deadline)
    try:
        connection.connect()
        arm(connection, deadline)
    except BaseException:
        connection.close()
        raise
    return connection


def arm(connection: Connection, deadline: Deadline) -> None:
    """Give an open connection the deadline of the next exchange."""
    if isinstance(connection.sock, TimedSocket | TimedTLSSocket):
        connection.sock.deadline = deadline


def _connect(target: Target, deadline: Deadline) -> TimedSocket:
    found = [target.literal] if target.literal else _look_up(target.host, deadline)
    for address in found:
        _check(target, address)
    for address in found[:_MAX_ADDRESSES]:
        try:
            return _open(address, target.port, deadline)
        except OSError:
            deadline.left()
    raise NotDialled("no_connection", "The receiver took no connection.")


def _check(target: Target, address: Address) -> None:
    try:
        addresses.check(target, address)
    except addresses.UnusableAddress as refused:
        raise NotDialled("blocked_address", refused.text) from refused


def _open(address: Address, port: int, deadline: Deadline) -> TimedSocket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    opened = TimedSocket(family, socket.SOCK_STREAM)
    opened.deadline = deadline
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.settimeout(min(CONNECT_WITHIN, deadline.left()))
        opened.connect((str(address), port))
        opened.settimeout(deadline.left())
    except BaseException:
        opened.close()
        raise
    return opened


def _look_up(host: str, deadline: Deadline) -> list[Address]:
    """Every address of the name, asked for once. Raises NotDialled."""
    within = min(LOOK_UP_WITHIN, deadline.left())
    if not _look_ups.acquire(timeout=within):
        raise NotDialled("dns", "Too many look-ups of host names are waiting.")
    answers: queue.SimpleQueue[list[Address] | None] = queue.SimpleQueue()
    threading.Thread(target=_ask, args=(host, answers), daemon=True, name="look-up").start()
    try:
        found = answers.get(timeout=within)
    except queue.Empty:
        raise NotDialled("dns", f"The host name was not resolved within {LOOK_UP_WITHIN:.0f} s.") from None
    if not found:
        raise NotDialled("dns", "The host name could not be resolved.")
    return found


def _ask(host: str, answers: queue.SimpleQueue[list[Address] | None]) -> None:
    try:
        infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        answers.put([ipaddress.ip_address(info[4][0]) for info in infos])
    except (OSError, ValueError):
        answers.put(None)
    finally:
        _look_ups.release()


@cache
def tls_context() -> ssl.SSLContext:
    """The machine's certificate authorities (or SSL_CERT_FILE's) and, for machines without any, Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TimedTLSSocket
    return context
