"""One POST to a receiver that nobody trusts: bounded in time and in what is read, never redirected."""

import ssl
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from escalations import addresses
from escalations.addresses import Target
from notifications import dial
from notifications.dial import Connection, Deadline

WITHIN = 15.0  # seconds, for look-up, connection, TLS, request, headers and body together
KEPT = 16 * 1024  # bytes of the answer
IDLE_FOR = 10.0  # seconds a connection may wait for its next request
_MAX_IDLE = 64


@dataclass(frozen=True)
class Answer:
    """What the receiver said: `excerpt` begins the body as it came, `note` says what was odd about it."""

    status: int
    retry_after: str | None
    excerpt: bytes
    note: str


class NoAnswer(Exception):
    """There is no status to go by. `code` is for programs, `text` for people; `is_final`: trying again is no use."""

    def __init__(self, code: str, text: str, *, is_final: bool = False) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.is_final = is_final


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send once. Raises NoAnswer."""
    try:
        return _post(addresses.parse(url), body, headers)
    except addresses.UnusableAddress as refused:
        raise NoAnswer("blocked_address", refused.text) from refused
    except dial.NotDialled as failed:
        raise NoAnswer(failed.code, failed.text) from failed
    except TimeoutError as error:
        raise NoAnswer("timeout", f"There was no answer within {WITHIN:.0f} s.") from error
    except ssl.SSLError as error:
        raise NoAnswer("tls", f"No secure connection was made: {_reason(error)}.") from error
    except (OSError, HTTPException, HTTPError) as error:
        raise NoAnswer("no_answer", "The connection ended without a proper HTTP answer.") from error


def release() -> None:
    """Close the connections that wait for a next request."""
    _idle.close()


def _post(target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    deadline = Deadline(WITHIN)
    kept = _idle.take(target)
    if kept is not None:
        dial.arm(kept, deadline)
        with suppress(ConnectionError, ssl.SSLEOFError):  # the receiver has just closed it: a fresh one decides
            return _exchange(kept, target.path, body, headers)
    return _exchange(dial.connect(target, deadline), target.path, body, headers)


def _exchange(connection: Connection, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    is_reusable = False
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # an early answer may be there all the same
            connection.request("POST", path, body, headers, preload_content=False, decode_content=False)
        response = connection.getresponse()
        excerpt, note = _read(response)
        is_reusable = response.closed and not connection.is_closed and not note
        response.close()
    finally:
        if is_reusable:
            _idle.put(connection)
        else:
            connection.close()
    return Answer(response.status, response.headers.get("Retry-After"), excerpt, note)


def _read(response: BaseHTTPResponse) -> tuple[bytes, str]:
    """The first bytes, never decompressed, and a note: the status has decided, a broken body is no failure."""
    try:
        excerpt = response.read(KEPT + 1, decode_content=False)
    except (HTTPError, HTTPException, OSError):
        return b"", "The body of the answer was cut off."
    if len(excerpt) > KEPT:
        return excerpt[:KEPT], f"Only the first {KEPT} bytes of the answer were read."
    return excerpt, ""


def _reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message).rstrip(".")
    return (error.reason or "the handshake failed").replace("_", " ").lower()


class _Idle:
    """Connections whose last exchange ended cleanly, for the next message to the same host and port.

    Each goes to one caller at a time, while it is open and silent, and for seconds after its last exchange only.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[float, Connection]] = deque()

    def put(self, connection: Connection) -> None:
        with self._lock:
            self._waiting.append((time.monotonic() + IDLE_FOR, connection))
        self._drop_surplus()

    def take(self, target: Target) -> Connection | None:
        self._drop_surplus()
        with self._lock:
            fits = (entry for entry in reversed(self._waiting) if _is_for(entry[1], target))
            found = next(fits, None)
            if found is None:
                return None
            self._waiting.remove(found)
        if found[1].is_connected:
            return found[1]
        found[1].close()
        return None

    def close(self) -> None:
        with self._lock:
            closing, self._waiting = self._waiting, deque()
        for _, connection in closing:
            connection.close()

    def _drop_surplus(self) -> None:
        dropped: list[Connection] = []
        with self._lock:
            while self._waiting and (len(self._waiting) > _MAX_IDLE or self._waiting[0][0] < time.monotonic()):
                dropped.append(self._waiting.popleft()[1])
        for connection in dropped:
            connection.close()


def _is_for(connection: Connection, target: Target) -> bool:
    known = connection.target
    return (known.scheme, known.host, known.port) == (target.scheme, target.host, target.port)


_idle = _Idle()
