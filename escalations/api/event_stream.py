"""The event log as a stream of server-sent events (HTML standard, section 9.2).

A client that was away sends the last number it has seen in Last-Event-ID, and misses nothing.
"""

import asyncio
import contextlib
import json
from typing import Any
from uuid import UUID

from asgiref.typing import ASGISendCallable

from escalations import stream
from escalations.api.asking import Answer, Asker
from escalations.api.problems import Flaw, Problem, flawed
from escalations.models import Event

PAGE = 200  # events Django is asked for at a time
HEARTBEAT = 15.0  # seconds without an event
# Heartbeats after which Django is asked although there is no news, so that a revoked key does not listen for ever.
ASK_AGAIN = 4
PATIENCE = 30.0  # seconds a client may take for what it was sent
PAUSE = 1.0  # seconds between two questions while Django cannot answer
RETRY = 2000  # milliseconds after which a client that was cut off should come back

NOT_NOW = frozenset({429, 503})
# Headers of the page that Django answered; the stream has its own.
OF_THE_PAGE = frozenset({b"content-type", b"content-length", b"cache-control", b"etag", b"link", b"vary"})


class TooSlow(Exception):
    """The client does not take what it was sent."""


class EventStream:
    """One caller's stream: everything the caller may see, or the events of one escalation."""

    def __init__(self, asker: Asker, escalation_id: UUID | None, send: ASGISendCallable) -> None:
        self._ask = asker
        self._id = escalation_id
        self._send = send
        self._after = 0

    async def run(self, after: int) -> None:
        """Ends when the key is revoked, when the process has to leave, and unfinished when the client is too slow."""
        self._after = after
        with contextlib.suppress(TooSlow):
            await self._run()

    async def _run(self) -> None:
        async with stream.subscribe(self._concerns, of=self._id) as news:
            answer = await self._ask(after=self._after, limit=PAGE)
            if answer.status != 200:
                await answer.send(self._send)
                return
            await self._start(answer)
            while answer.status == 200:
                has_more = await self._pass_on(answer)
                if not has_more and not await self._is_told(news):
                    break
                answer = await self._next_page(news)
        await self._write(b"", is_last=True)

    def _concerns(self, event: Event) -> bool:
        """Whether the caller may see it. Django decides; this only spares asking for what it would leave out."""
        caller = self._ask.caller
        return (
            caller is None or caller.agent is None or caller.reviewer is not None or event.agent_id == caller.agent.pk
        )

    async def _pass_on(self, answer: Answer) -> bool:
        """Send the events of the page, each with the number before it. Whether there are more already."""
        page = answer.json()
        lines = [self._lines(event) for event in page["results"]]
        if lines:
            await self._write("".join(lines).encode())
        return page["next"] is not None

    def _lines(self, event: dict[str, Any]) -> str:
        data = json.dumps(event | {"prev": self._after}, ensure_ascii=False, separators=(",", ":"))
        self._after = event["seq"]
        return f"id: {event['seq']}\nevent: {event['type']}\ndata: {data}\n\n"

    async def _is_told(self, news: stream.Subscription) -> bool:
        """Wait until there may be news. False when the process has to leave."""
        for _ in range(ASK_AGAIN):
            try:
                async with asyncio.timeout(HEARTBEAT):
                    while frames := await news.batch():
                        if frames[-1].seq > self._after:
                            return True
                    return False
            except stream.Behind:
                return True
            except TimeoutError:
                await self._write(b": still here\n\n")
        return True

    async def _next_page(self, news: stream.Subscription) -> Answer:
        """The page after the last event; while there is none to be had, the client hears that we are still here."""
        while True:
            try:
                answer = await self._ask(after=self._after, limit=PAGE)
            except Problem as problem:
                answer = Answer(problem.status, [], b"")
            if answer.status not in NOT_NOW or news.is_over:
                return answer
            await self._write(b": waiting for the database\n\n")
            await asyncio.sleep(PAUSE)

    async def _start(self, answer: Answer) -> None:
        headers = [header for header in answer.headers if header[0] not in OF_THE_PAGE]
        headers += [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
        ]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers, "trailers": False})
        await self._write(f"retry: {RETRY}\n\n".encode())

    async def _write(self, part: bytes, *, is_last: bool = False) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._send({"type": "http.response.body", "body": part, "more_body": not is_last})
        except TimeoutError:
            raise TooSlow from None


def last_seen(headers: dict[bytes, bytes]) -> int:
    """The number in Last-Event-ID, 0 without one. Raises Problem (400) for anything else."""
    given = headers.get(b"last-event-id", b"").strip()
    if not given:
        return 0
    if not given.isdigit() or len(given) > 18:
        raise flawed(
            [Flaw("Last-Event-ID", "invalid_header", "Send the id of the last event seen, a number.", "header")]
        )
    return int(given)
