"""Calls that wait for something to happen: `?wait=25` on one escalation, and event streams.

They run on the event loop and hold no thread. What may be seen, and what it looks like, stays with Django: they ask
it, as the client would have done without waiting, whenever the log says that there may be news.
"""

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import Coroutine, Iterator
from functools import partial
from uuid import UUID

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from django.http import QueryDict

from escalations import stream
from escalations.api.asking import Answer, Application, Asker
from escalations.api.event_stream import EventStream, last_seen
from escalations.api.parameters import Parameters
from escalations.api.problems import Problem
from escalations.models import UNFINISHED

MOST_SECONDS = 60
# In one process. Each costs some kilobytes and a connection, and one key gets at most half of them.
MOST_WAITING = 4000
MOST_OF_ONE_KEY = MOST_WAITING // 2
AT_ONCE = 2  # questions to Django: a thousand waiters, woken together, leave threads to everybody else

UUID_TEXT = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
PATH = re.compile(rf"/api/(?:escalations/(?P<id>{UUID_TEXT})(?P<events>/events)?|events)")
# RFC 7240, section 4.3.
PREFERRED = re.compile(rb"(?:^|,)\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(?:[,;]|$)", re.IGNORECASE)


def is_waiting(scope: HTTPScope, headers: dict[bytes, bytes]) -> bool:
    """Whether the request is one for `Waiting`. Asked of every request, so the cheap questions come first."""
    if scope["method"] != "GET" or not scope["path"].startswith("/api/e"):
        return False
    found = PATH.fullmatch(scope["path"])
    if found is None:
        return False
    if found["events"] or not found["id"]:
        return b"text/event-stream" in headers.get(b"accept", b"")
    query = scope["query_string"]
    return b"wait=" in query or b"after=" in query or _preferred(headers) > 0


class Waiting:
    """The application for requests that wait. `django` answers one that does not."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._waiting = 0
        self._of_key: Counter[bytes] = Counter()
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        headers = dict(scope["headers"])
        query = QueryDict(scope["query_string"], mutable=True)
        parameters = Parameters(query.copy(), known=query.keys())
        found = PATH.fullmatch(scope["path"])
        escalation_id = UUID(found["id"]) if found and found["id"] else None
        after = parameters.seq("after") if "after" in query else None
        wait = parameters.seq("wait") if "wait" in query else _preferred(headers)
        parameters.refuse_flaws()
        query.pop("after", None)
        asker = Asker(self._django, scope, query, self._turn)
        if escalation_id is None or scope["path"].endswith("/events"):
            work = partial(EventStream(asker, escalation_id, send).run, max(after or 0, last_seen(headers)))
        else:
            query.pop("wait", None)
            work = partial(LongPoll(asker, escalation_id, after, send).run, min(wait, MOST_SECONDS))
        with self._place(headers.get(b"authorization") or headers.get(b"x-api-key") or b""):
            await _while_there(work(), receive)

    @contextlib.contextmanager
    def _place(self, key: bytes) -> Iterator[None]:
        """Raises Problem when there is none left."""
        if self._waiting >= MOST_WAITING or self._of_key[key] >= MOST_OF_ONE_KEY:
            detail = "Too many calls wait here already. Ask without waiting, or try again later."
            raise Problem(503, "overloaded", detail).with_headers(Retry_After="5")
        self._waiting += 1
        self._of_key[key] += 1
        try:
            yield
        finally:
            self._waiting -= 1
            self._of_key[key] -= 1
            if not self._of_key[key]:
                del self._of_key[key]


class LongPoll:
    """Answers with one escalation when its version passes `after`, and at once if nothing more is to be waited for."""

    def __init__(self, asker: Asker, escalation_id: UUID, after: int | None, send: ASGISendCallable) -> None:
        self._ask = asker
        self._id = escalation_id
        self._after = after
        self._send = send

    async def run(self, seconds: int) -> None:
        """The answer that is sent is always fresh, and none is kept while it waits: it may have 256 KiB."""
        deadline = asyncio.get_running_loop().time() + seconds
        async with stream.subscribe(of=self._id) as news:
            answer = await self._ask()
            has_time = seconds > 0
            while has_time and self._is_worth_waiting(answer):
                del answer
                has_time = await self._is_told(news, deadline)
                answer = await self._ask()
        await answer.send(self._send)

    def _is_worth_waiting(self, answer: Answer) -> bool:
        if answer.status != 200:
            return False
        escalation = answer.json()
        version: int = escalation["version"]
        self._after = version if self._after is None else self._after
        is_open = escalation["status"] in UNFINISHED and escalation["waiting_on"] != "agent"
        return is_open and version <= self._after

    async def _is_told(self, news: stream.Subscription, deadline: float) -> bool:
        """Wait for a frame that tells of a newer version. False when time is up, or the process has to leave."""
        try:
            async with asyncio.timeout_at(deadline):
                async for frame in news:
                    if frame.event.facts.get("version", 0) > (self._after or 0):
                        return True
        except stream.Behind:
            return True
        except TimeoutError:
            pass
        return False


def _preferred(headers: dict[bytes, bytes]) -> int:
    """Seconds the client would like to wait; a preference that cannot be understood is ignored."""
    found = PREFERRED.search(headers.get(b"prefer", b""))
    return int(found[1]) if found else 0


async def _while_there(work: Coroutine[None, None, None], receive: ASGIReceiveCallable) -> None:
    """Run the work to its end, or until the client leaves."""
    doing = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait([doing, leaving], return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        doing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await doing


async def _left(receive: ASGIReceiveCallable) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
