"""The head of a request, checked and tidied once, so that everything behind the front may trust what it reads.

A header that means one thing to us and another to a proxy is how requests are smuggled (RFC 9112, section 11.2):
what is doubtful is refused rather than interpreted.
"""

import re
import secrets
from collections.abc import Iterable

from asgiref.typing import HTTPScope, WebSocketScope
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from config.front import proxies
from escalations.api.problems import Problem

MAX_HEADERS = 100
MAX_BYTES = 16 * 1024

# Given twice, these would say two things.
SINGLE = frozenset({
    b"authorization", b"content-length", b"content-type", b"host", b"idempotency-key", b"if-match", b"last-event-id",
    b"origin", b"transfer-encoding", b"x-api-key", b"x-csrftoken", b"x-reviewer",
})  # fmt: skip
CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f]")
REQUEST_ID = re.compile(rb"[A-Za-z0-9._:=+/-]{1,100}")


def tidy(scope: HTTPScope | WebSocketScope) -> dict[bytes, bytes]:
    """Check the head, put its headers into the scope again, each once, and return them by name.

    The id of the request is among them, ours if the client gave none that can be used.
    """
    is_trusted = proxies.is_trusted(scope["client"])
    headers = _by_name(scope["headers"], is_trusted=is_trusted)
    if not headers.get(b"host"):
        raise Problem(400, "bad_request", "The header Host is missing.")
    if not scope["query_string"].isascii():
        raise Problem(400, "bad_request", "The address may hold ASCII characters only; percent-encode the others.")
    if not REQUEST_ID.fullmatch(headers.get(b"x-request-id", b"")):
        headers[b"x-request-id"] = new_id()
    if is_trusted and b"x-forwarded-for" in headers:
        scope["client"] = proxies.client_behind(scope["client"], headers[b"x-forwarded-for"])
    scope["headers"] = list(headers.items())
    return headers


def is_host_ours(headers: dict[bytes, bytes]) -> bool:
    """For what Django does not see; it asks the same of every request."""
    host, _port = split_domain_port(headers[b"host"].decode("latin-1"))
    return validate_host(host, settings.ALLOWED_HOSTS)


def new_id() -> bytes:
    return secrets.token_hex(8).encode()


def length_of(headers: dict[bytes, bytes]) -> int | None:
    """Bytes in the body as announced; None when it comes in chunks of unknown number."""
    length = headers.get(b"content-length")
    if b"transfer-encoding" not in headers:
        if length is None:
            return 0
        if not length.isdigit():
            raise Problem(400, "bad_request", "The header Content-Length must be a number of bytes.")
        return int(length[:20])
    if length is not None:
        raise Problem(400, "bad_request", "Send either Content-Length or Transfer-Encoding, not both.")
    if headers[b"transfer-encoding"].lower() != b"chunked":
        raise Problem(400, "bad_request", "The only Transfer-Encoding understood is chunked.")
    return None


def _by_name(given: Iterable[tuple[bytes, bytes]], *, is_trusted: bool) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    count = size = 0
    for name, value in given:
        count += 1
        size += len(name) + len(value)
        # WSGI turns both - and _ into _, so that a name with _ could pass for another.
        if b"_" in name or (not is_trusted and proxies.speaks_for_another(name)):
            continue
        if not value.isascii():
            _check_text(name, value)
        headers[name] = _joined(name, headers[name], value) if name in headers else value
    if count > MAX_HEADERS or size > MAX_BYTES:
        allowed = f"A request may have {MAX_HEADERS} headers, of {MAX_BYTES} bytes together"
        raise Problem(431, "headers_too_large", f"{allowed}; this one has {count}, of {size}.")
    return headers


def _joined(name: bytes, first: bytes, second: bytes) -> bytes:
    if name in SINGLE:
        raise Problem(400, "bad_request", f"The header {name.decode()} is given more than once.")
    return first + (b"; " if name == b"cookie" else b", ") + second


def _check_text(name: bytes, value: bytes) -> None:
    """Some readers take C1 control characters such as U+0085 for line breaks."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    if CONTROL.search(text):
        raise Problem(400, "bad_request", f"The header {name.decode('ascii', 'replace')} holds a control character.")
