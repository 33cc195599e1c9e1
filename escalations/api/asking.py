"""Asking Django on behalf of a caller who waits: the same request, without the waiting, as often as it takes."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeAlias

from asgiref.typing import ASGIReceiveCallable, ASGIReceiveEvent, ASGISendCallable, ASGISendEvent, HTTPScope
from django.http import QueryDict

from escalations.api.authentication import Caller

Application: TypeAlias = Callable[[HTTPScope, ASGIReceiveCallable, ASGISendCallable], Awaitable[None]]

# Headers that speak of waiting, or would have another form of answer than the one that is read here.
LEFT_OUT = frozenset({b"accept", b"if-none-match", b"last-event-id", b"prefer", b"range"})


class Answer(NamedTuple):
    """What Django answered."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def json(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content

    async def send(self, send: ASGISendCallable, **added: str) -> None:
        """Pass it on. `added` are further headers, `Retry_After="1"` sets `Retry-After`."""
        more = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in added.items()]
        headers = self.headers + more
        await send({"type": "http.response.start", "status": self.status, "headers": headers, "trailers": False})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


class Asker:
    """Asks `django` what the request in `scope` asked, with `query` for its query, each time when it is its `turn`."""

    def __init__(self, django: Application, scope: HTTPScope, query: QueryDict, turn: asyncio.Semaphore) -> None:
        self._django = django
        self._query = query
        self._turn = turn
        self._scope = scope.copy()
        self._scope["headers"] = [header for header in scope["headers"] if header[0] not in LEFT_OUT]
        self._state = self._scope.setdefault("state", {})

    @property
    def caller(self) -> Caller | None:
        """Who asks, once an answer told (`authentication.py`)."""
        caller: Caller | None = self._state.get("caller")
        return caller

    async def __call__(self, **changed: int) -> Answer:
        """Ask, with some parameters changed. Raises Problem when there is no answer to be had now."""
        query = self._query.copy()
        for name, value in changed.items():
            query[name] = str(value)
        scope = self._scope.copy()
        scope["query_string"] = query.urlencode().encode()
        parts: list[Any] = []

        async def gather(message: ASGISendEvent) -> None:
            parts.append(message)

        async with self._turn:
            await self._django(scope, _Empty(), gather)
        start, *bodies = parts
        return Answer(start["status"], list(start["headers"]), b"".join(part["body"] for part in bodies))


class _Empty:
    """A request without a body, whose client stays."""

    def __init__(self) -> None:
        self._is_read = False

    async def __call__(self) -> ASGIReceiveEvent:
        if self._is_read:
            await asyncio.Event().wait()
        self._is_read = True
        return {"type": "http.request", "body": b"", "more_body": False}
