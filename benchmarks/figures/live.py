"""From a commit in one process to an open page's socket in another."""

import asyncio
import re
import time
from contextlib import AsyncExitStack
from uuid import UUID

import uvloop
from django.conf import settings
from django.db import connection
from django.test import Client
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.figures import scene
from benchmarks.figures.report import Broken, Figure, Size, percentile
from escalations import agents, lifecycle, log
from reviewers.models import Reviewer

PER_SECOND = 50
SOCKETS_OF_ONE = 10
PATIENCE = 20.0  # seconds for the last frame
FRAME = re.compile(r'^{"t": "ev".*?"id": "([0-9a-f-]{36})"')

Times = dict[UUID, float]


def measure(size: Size) -> list[Figure]:
    scene.clear()
    agent = agents.create("bench").agent
    people = scene.people_in_the_pool(-(-size.sockets // SOCKETS_OF_ONE))
    scene.backlog(agent, size.messages)
    late = uvloop.run(_watch(people, size))
    detail = f"{size.sockets} sockets, {PER_SECOND} changes/s"
    return [
        Figure("commit to socket, p50", percentile(late, 0.50), 25, 8, detail, unit=" ms", is_cost=True),
        Figure("commit to socket, p99", percentile(late, 0.99), 100, 25, detail, unit=" ms", is_cost=True),
    ]


async def _watch(people: list[Reviewer], size: Size) -> list[float]:
    """Milliseconds for each change and socket. Raises Broken when a socket missed a change."""
    since = await asyncio.to_thread(log.number)
    cookies = await asyncio.to_thread(_sign_in, people)
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(_open(cookies[n % len(cookies)], since)) for n in range(size.sockets)
        ]
        heard = [asyncio.create_task(_listen(each, size.messages)) for each in sockets]
        committed = await asyncio.to_thread(_claim_slowly, people[0], size.messages)
        try:
            arrived = await asyncio.wait_for(asyncio.gather(*heard), PATIENCE)
        except TimeoutError as error:
            raise Broken("a socket was not told of every change") from error
    if any(times.keys() != committed.keys() for times in arrived):
        raise Broken("a socket was told of other changes than those made")
    return [(times[each] - committed[each]) * 1000 for times in arrived for each in committed]


def _sign_in(people: list[Reviewer]) -> list[str]:
    clients = [Client() for _ in people]
    for client, person in zip(clients, people, strict=True):
        client.force_login(person)
    connection.close()
    name = settings.SESSION_COOKIE_NAME
    return [f"{name}={client.cookies[name].value}" for client in clients]


def _open(cookie: str, since: int) -> connect:
    address = f"ws://127.0.0.1:{settings.PORT}/ws/queue/?since={since}"
    return connect(address, origin=settings.PUBLIC_URL, additional_headers={"Cookie": cookie}, compression=None)  # type: ignore[arg-type]


async def _listen(socket: ClientConnection, messages: int) -> Times:
    """When the first frame of each change came."""
    arrived: Times = {}
    while len(arrived) < messages:
        text = await socket.recv()
        if found := FRAME.match(str(text)):
            arrived.setdefault(UUID(found[1]), time.perf_counter())
    return arrived


def _claim_slowly(reviewer: Reviewer, messages: int) -> Times:
    """When each claim was committed."""
    committed: Times = {}
    started = time.perf_counter()
    for number in range(messages):
        time.sleep(max(0.0, started + number / PER_SECOND - time.perf_counter()))
        task = lifecycle.take_next(by=reviewer)
        if task is None:
            raise Broken("there was nothing to claim")
        committed[task.pk] = time.perf_counter()
    connection.close()
    return committed
