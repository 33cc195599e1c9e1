"""The body of a request, taken whole before a thread is used: a slow or huge one costs nobody else anything."""

import asyncio

from asgiref.typing import ASGIReceiveCallable

from escalations.api.problems import Problem

LIMIT = 512 * 1024
CREATE_LIMIT = 320 * 1024  # the context's 256 KiB and what stands around it
SECONDS = 10.0
# What a client is still sending when it is refused is read and thrown away for a moment. A connection closed at
# once would be reset, and the client would see the reset instead of the answer.
DISCARD_BYTES = 2 * 1024 * 1024
DISCARD_SECONDS = 1.0
HELD_BYTES = 128 * 1024 * 1024  # by all bodies that are on their way, in one process


class Gone(Exception):
    """The client has left; nobody is there to answer."""


class Bodies:
    """Takes bodies in, and knows how many bytes are held by those that are not complete."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._held = 0

    async def take(self, receive: ASGIReceiveCallable, *, length: int | None, limit: int) -> bytes:
        """The whole body. Raises Problem (413, 408, 503, 400), or Gone."""
        if length == 0:
            return b""
        if length is not None and length > limit:
            raise too_large(f"{length:,}", limit)
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._gather(receive, limit)
        except TimeoutError:
            detail = f"The body was not complete after {self._seconds:g} seconds. Send it again, in one go."
            raise Problem(408, "request_timeout", detail) from None
        if length is not None and len(body) != length:
            detail = f"The body has {len(body):,} bytes, but Content-Length says {length:,}."
            raise Problem(400, "bad_request", detail)
        return body

    async def _gather(self, receive: ASGIReceiveCallable, limit: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        try:
            while True:
                part, has_more = await _next(receive)
                size += len(part)
                self._held += len(part)
                parts.append(part)
                if size > limit:
                    raise too_large(f"more than {limit:,}", limit)
                if not has_more:
                    return parts[0] if len(parts) == 1 else b"".join(parts)
                if self._held > HELD_BYTES:
                    detail = "Too many large requests are on their way. Try again in a moment."
                    raise Problem(503, "overloaded", detail).with_headers(Retry_After="1")
        finally:
            self._held -= size


async def discard(receive: ASGIReceiveCallable) -> None:
    """Read what the client is still sending, for a moment and up to a limit."""
    left = DISCARD_BYTES
    try:
        async with asyncio.timeout(DISCARD_SECONDS):
            while left > 0:
                part, has_more = await _next(receive)
                left -= len(part)
                if not has_more:
                    return
    except (TimeoutError, Gone):
        return


def limit_for(method: str, path: str) -> int:
    return CREATE_LIMIT if method == "POST" and path == "/api/escalations" else LIMIT


def too_large(size: str, limit: int) -> Problem:
    detail = (
        f"The body has {size} bytes; at most {limit:,} are taken here. Send less: leave out or shorten the largest"
        " parts, and say in the text where the rest can be found."
    )
    return Problem(413, "body_too_large", detail, limit=limit)


async def _next(receive: ASGIReceiveCallable) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] != "http.request":
        raise Gone
    return message["body"], message["more_body"]
