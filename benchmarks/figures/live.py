"""From a commit in one process to an open page's socket in another."""

import asyncio
import re
import time
from contextlib import AsyncExitStack
from uuid import UUID

import uvloop
from django.conf import settings
from django.db import connection
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.figures import scene
from benchmarks.figures.report import Broken, Figure, Size, percentile
from escalations import agents, lifecycle, log
from reviewers.models import Reviewer

PER_SECOND = 50
PER_SECOND_OF_ONE = 10
SOCKETS_OF_ONE = 10
PATIENCE = 30.0  # seconds for the last frame
WARM_UPS = 60  # changes before the figure, at most
FRAME = re.compile(r'^{"t": "ev".*?"id": "([0-9a-f-]{36})"')

Times = dict[UUID, float]


def measure(size: Size) -> list[Figure]:
    late = _late(size, PER_SECOND, size.messages)
    detail = f"{size.sockets} sockets, {PER_SECOND} changes/s"
    return [
        Figure("commit to socket, p50", percentile(late, 0.50), 25, 8, detail, unit=" ms", is_cost=True),
        Figure("commit to socket, p99", percentile(late, 0.99), 100, 25, detail, unit=" ms", is_cost=True),
    ]


def measure_one_process(size: Size) -> list[Figure]:
    """For a server of `scene.IN_ONE_PROCESS`, which has all the viewers."""
    late = _late(size, PER_SECOND_OF_ONE, size.desk_seconds * PER_SECOND_OF_ONE)
    detail = f"{size.sockets} sockets of one process, {PER_SECOND_OF_ONE} changes/s"
    return [Figure("commit to socket, p95", percentile(late, 0.95), 300, 118, detail, unit=" ms", is_cost=True)]


def _late(size: Size, per_second: int, changes: int) -> list[float]:
    scene.clear()
    agent = agents.create("bench").agent
    people = scene.people_in_the_pool(-(-size.sockets // SOCKETS_OF_ONE))
    scene.backlog(agent, changes + WARM_UPS)
    return uvloop.run(_watch(people, size.sockets, per_second, changes))


async def _watch(people: list[Reviewer], viewers: int, per_second: int, changes: int) -> list[float]:
    """Milliseconds for each change and socket. Raises Broken when a socket missed a change."""
    since = await asyncio.to_thread(log.number)
    cookies = await asyncio.to_thread(scene.cookies, people)
    heard: list[Times] = [{} for _ in range(viewers)]
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(_open(cookies[n % len(cookies)], since)) for n in range(viewers)]
        listening = [asyncio.create_task(_listen(*each)) for each in zip(sockets, heard, strict=True)]
        await _warm_up(people[0], heard)
        committed = await asyncio.to_thread(_claim, people[0], changes, per_second)
        await _all_know(committed, heard)
        for each in listening:
            each.cancel()
    return [(times[change] - committed[change]) * 1000 for times in heard for change in committed]


async def _warm_up(reviewer: Reviewer, heard: list[Times]) -> None:
    """A process that has just found its place in the log lets its first sockets start afresh; then they all follow."""
    for _ in range(WARM_UPS):
        await asyncio.to_thread(_claim, reviewer, 1)
        await asyncio.sleep(0.5)
        if all(heard):
            return
    raise Broken("a socket hears nothing")


async def _all_know(committed: Times, heard: list[Times]) -> None:
    deadline = time.monotonic() + PATIENCE
    while any(committed.keys() - times.keys() for times in heard):
        if time.monotonic() > deadline:
            missed = sorted(len(committed.keys() - times.keys()) for times in heard)
            raise Broken(f"the sockets missed {missed[0]} to {missed[-1]} of {len(committed)} changes")
        await asyncio.sleep(0.02)


def _open(cookie: str, since: int) -> connect:
    address = f"ws://127.0.0.1:{settings.PORT}/ws/queue/?since={since}"
    return connect(address, origin=settings.PUBLIC_URL, additional_headers={"Cookie": cookie}, compression=None)  # type: ignore[arg-type]


async def _listen(socket: ClientConnection, arrived: Times) -> None:
    """Note when the first frame of each change comes."""
    while True:
        if found := FRAME.match(str(await socket.recv())):
            arrived.setdefault(UUID(found[1]), time.perf_counter())


def _claim(reviewer: Reviewer, tasks: int, per_second: int = PER_SECOND) -> Times:
    """When each claim was committed; so many a second."""
    committed: Times = {}
    started = time.perf_counter()
    for number in range(tasks):
        time.sleep(max(0.0, started + number / per_second - time.perf_counter()))
        task = lifecycle.take_next(by=reviewer)
        if task is None:
            raise Broken("there was nothing to claim")
        committed[task.pk] = time.perf_counter()
    connection.close()
    return committed
