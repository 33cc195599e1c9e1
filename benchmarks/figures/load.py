"""HTTP clients that keep their connections, and cost the machine they share with the server as little as they can."""

import asyncio
import re
import time
from typing import NamedTuple

import uvloop
from django.conf import settings

from benchmarks.figures.report import Broken

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Load(NamedTuple):
    """What was answered, as expected, to all clients together; `times` are the seconds each answer took."""

    seconds: float
    times: list[float]

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds


def request(method: str, path: str, key: str, body: bytes = b"") -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{settings.PORT}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(asked: bytes, *, clients: int, seconds: float, expected: int) -> Load:
    """Send the request again and again. Raises Broken for an answer with another status than `expected`."""
    return uvloop.run(_run(asked, clients, seconds, expected))


async def _run(asked: bytes, clients: int, seconds: float, expected: int) -> Load:
    started = time.perf_counter()
    each = await asyncio.gather(*(_client(asked, started + seconds, expected) for _ in range(clients)))
    return Load(time.perf_counter() - started, [took for times in each for took in times])


async def _client(asked: bytes, until: float, expected: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", settings.PORT)
    times: list[float] = []
    now = time.perf_counter()
    while now < until:
        writer.write(asked)
        await _answer(reader, expected)
        sent, now = now, time.perf_counter()
        times.append(now - sent)
    writer.close()
    await writer.wait_closed()
    return times


async def _answer(reader: asyncio.StreamReader, expected: int) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    if int(head[9:12]) != expected:
        raise Broken(f"status {head[9:12].decode()} instead of {expected}: {body[:500].decode(errors='replace')}")
