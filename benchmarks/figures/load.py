"""HTTP clients that keep their connections, and cost the machine they share with the server as little as they can."""

import asyncio
import re
import time
from typing import NamedTuple

import uvloop
from django.conf import settings

from benchmarks.figures.report import Broken

APART = 0.05  # seconds between the arrivals of two clients
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Load(NamedTuple):
    """How much was `answered` in all, and the seconds each answer took once all clients were there (`times`)."""

    answered: int
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
    """Send the request again and again. Raises Broken for an answer with another status than `expected`.

    Clients come one after another, as agents do: of many at the same instant one worker would take all.
    """
    return uvloop.run(_run(asked, clients, seconds, expected))


def repeated(asked: bytes, *, times: int, expected: int) -> list[float]:
    """The seconds for each of so many answers, one after another. Raises Broken for another status than `expected`."""
    return uvloop.run(_repeated(asked, times, expected))


async def _repeated(asked: bytes, times: int, expected: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", settings.PORT)
    took = []
    for _ in range(times):
        started = time.perf_counter()
        writer.write(asked)
        await _answer(reader, expected)
        took.append(time.perf_counter() - started)
    writer.close()
    await writer.wait_closed()
    return took


async def _run(asked: bytes, clients: int, seconds: float, expected: int) -> Load:
    counted = time.perf_counter() + clients * APART
    until = counted + seconds
    each = await asyncio.gather(*(_client(asked, n * APART, until, expected) for n in range(clients)))
    answers = [(sent, took) for times in each for sent, took in times]
    return Load(len(answers), seconds, [took for sent, took in answers if sent >= counted])


async def _client(asked: bytes, delay: float, until: float, expected: int) -> list[tuple[float, float]]:
    """When each request was sent, and the seconds until its answer."""
    await asyncio.sleep(delay)
    reader, writer = await asyncio.open_connection("127.0.0.1", settings.PORT)
    times: list[tuple[float, float]] = []
    now = time.perf_counter()
    while now < until:
        writer.write(asked)
        await _answer(reader, expected)
        sent, now = now, time.perf_counter()
        times.append((sent, now - sent))
    writer.close()
    await writer.wait_closed()
    return times


async def _answer(reader: asyncio.StreamReader, expected: int) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    if int(head[9:12]) != expected:
        raise Broken(f"status {head[9:12].decode()} instead of {expected}: {body[:500].decode(errors='replace')}")
