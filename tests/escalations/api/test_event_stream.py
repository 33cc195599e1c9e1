"""The event log as server-sent events: all that the caller may see, each once, also after an absence."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, ASGISendEvent, HTTPScope
from django.http import QueryDict

from escalations import keys, lifecycle, log, stream
from escalations.answers import Answer
from escalations.api import authentication, event_stream
from escalations.api.asking import Asker
from escalations.api.event_stream import EventStream
from escalations.models import Agent, Escalation
from reviewers.models import Reviewer
from tests.factories import agent_headers, make_agent, make_escalation, make_pool, make_reviewer, reviewer_headers
from tests.live import make_scope


class Listener:
    """A client of an event stream, reading line by line."""

    def __init__(self, url: str, headers: dict[str, str], **parameters: object) -> None:
        asked: dict[str, Any] = dict(parameters)
        accepting = headers | {"Accept": "text/event-stream"}
        self.answer = requests.get(url, params=asked, headers=accepting, stream=True, timeout=20)
        self._lines = self.answer.iter_lines(chunk_size=1, decode_unicode=True)

    def events(self, count: int) -> list[dict[str, Any]]:
        return [self.event() for _ in range(count)]

    def event(self) -> dict[str, Any]:
        """The next event; its fields as they stand on the wire, and its data parsed."""
        fields: dict[str, Any] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if name in {"id", "event", "data"}:
                fields[name] = value
            elif not line and fields:
                return fields | {"data": json.loads(fields["data"])}
        raise AssertionError("the stream has ended")

    def rest(self) -> list[str]:
        """Whatever else comes until the stream ends."""
        return list(self._lines)


@pytest.fixture
def agent(web: str) -> Agent:
    return make_agent()


@pytest.fixture
def ada(web: str) -> Reviewer:
    return make_reviewer("Ada")


@pytest.fixture
def listeners() -> Iterator[list[Listener]]:
    opened: list[Listener] = []
    yield opened
    for each in opened:
        each.answer.close()


@pytest.fixture
def listen(web: str, listeners: list[Listener]) -> Any:
    def listen(headers: dict[str, str], path: str = "/api/events", **parameters: object) -> Listener:
        listeners.append(Listener(web + path, headers, **parameters))
        return listeners[-1]

    return listen


def test_what_happened_and_what_happens_comes_in_order(listen: Any, agent: Agent, ada: Reviewer) -> None:
    escalation = make_escalation(agent=agent)
    listener = listen(agent_headers(agent))
    assert listener.event()["event"] == "escalation.created"
    lifecycle.claim(escalation, by=ada)
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    happened = ["escalation.assigned", "escalation.claimed", "escalation.resolved"]
    assert [each["event"] for each in listener.events(3)] == happened


def test_the_stream_says_what_it_is(listen: Any, agent: Agent) -> None:
    answer = listen(agent_headers(agent)).answer
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-Id"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Content-Length" not in answer.headers


def test_an_event_is_the_same_as_in_json(web: str, listen: Any, agent: Agent) -> None:
    make_escalation(agent=agent)
    event = listen(agent_headers(agent)).event()
    [told] = requests.get(f"{web}/api/events", headers=agent_headers(agent), timeout=5).json()["results"]
    assert event["data"] == told | {"prev": 0}
    assert (event["id"], event["event"]) == (str(told["seq"]), told["type"])


def test_each_event_names_the_number_before_it(listen: Any, agent: Agent) -> None:
    other = make_agent()
    for each in (agent, other, agent, agent):
        make_escalation(agent=each)
    first, second, third = listen(agent_headers(agent)).events(3)
    assert [each["data"]["prev"] for each in (first, second, third)] == [0, int(first["id"]), int(second["id"])]


def test_after_an_absence_nothing_is_missed(listen: Any, agent: Agent) -> None:
    make_escalation(agent=agent)
    seen = listen(agent_headers(agent)).event()["id"]
    missed = make_escalation(agent=agent)
    event = listen(agent_headers(agent) | {"Last-Event-ID": seen}).event()
    assert event["data"]["data"]["id"] == str(missed.pk)
    assert event["data"]["prev"] == int(seen)


def test_after_does_the_same(listen: Any, agent: Agent) -> None:
    make_escalation(agent=agent)
    head = log.number()
    missed = make_escalation(agent=agent)
    assert listen(agent_headers(agent), after=head).event()["data"]["data"]["id"] == str(missed.pk)


def test_a_long_past_comes_page_by_page(listen: Any, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "PAGE", 3)
    made = [make_escalation(agent=agent) for _ in range(10)]
    events = listen(agent_headers(agent)).events(10)
    assert [each["data"]["data"]["id"] for each in events] == [str(each.pk) for each in made]


def test_one_agent_hears_nothing_of_another(listen: Any, agent: Agent) -> None:
    listener = listen(agent_headers(agent))
    make_escalation(agent=make_agent())
    mine = make_escalation(agent=agent)
    assert listener.event()["data"]["data"]["id"] == str(mine.pk)


def test_a_reviewer_hears_of_the_pools_of_theirs(listen: Any, agent: Agent) -> None:
    eng, legal = make_pool("Eng"), make_pool("Legal")
    grace = make_reviewer("Grace", pool=legal)
    listener = listen(reviewer_headers(grace))
    make_escalation(agent=agent, pool=eng)
    theirs = make_escalation(agent=agent, pool=legal)
    assert listener.event()["data"]["data"]["id"] == str(theirs.pk)


def test_one_escalation_has_a_stream_of_its_own(listen: Any, agent: Agent, ada: Reviewer) -> None:
    escalation, other = make_escalation(agent=agent), make_escalation(agent=agent)
    listener = listen(agent_headers(agent), f"/api/escalations/{escalation.pk}/events")
    lifecycle.claim(other, by=ada)
    lifecycle.claim(escalation, by=ada)
    happened = ["escalation.created", "escalation.assigned", "escalation.claimed"]
    assert [each["event"] for each in listener.events(3)] == happened


def test_the_stream_of_a_foreign_escalation_is_not_found(listen: Any, agent: Agent) -> None:
    foreign: Escalation = make_escalation(agent=make_agent())
    answer = listen(agent_headers(agent), f"/api/escalations/{foreign.pk}/events").answer
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_without_a_key_there_is_no_stream(listen: Any) -> None:
    answer = listen({}).answer
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 30])
def test_a_bad_last_event_id_is_refused(listen: Any, agent: Agent, last: str) -> None:
    answer = listen(agent_headers(agent) | {"Last-Event-ID": last}).answer
    assert (answer.status_code, answer.json()["errors"][0]["header"]) == (400, "Last-Event-ID")


def test_without_the_wish_the_answer_is_json(web: str, agent: Agent) -> None:
    answer = requests.get(f"{web}/api/events", headers=agent_headers(agent), timeout=5)
    assert answer.headers["Content-Type"].startswith("application/json")


def test_a_quiet_stream_shows_that_it_is_there(listen: Any, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT", 0.1)
    lines = listen(agent_headers(agent))._lines
    assert [next(lines) for _ in range(5)] == ["retry: 2000", "", ": still here", "", ": still here"]


def test_a_revoked_key_ends_the_stream(listen: Any, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "BELIEVED_FOR", 0.0)
    listener = listen(agent_headers(agent))
    for key in agent.keys.all():
        keys.revoke(key)
    make_escalation(agent=agent)
    assert not any(line.startswith("data") for line in listener.rest())


def test_a_revoked_key_does_not_listen_for_ever(listen: Any, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "BELIEVED_FOR", 0.0)
    monkeypatch.setattr(event_stream, "HEARTBEAT", 0.05)
    listener = listen(agent_headers(agent))
    for key in agent.keys.all():
        keys.revoke(key)
    assert listener.rest()[-1] == ""


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "PATIENCE", 0.1)

    async def django(_scope: HTTPScope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": False})
        await send({"type": "http.response.body", "body": b'{"results": [], "next": null}', "more_body": False})

    async def take_the_head_only(message: ASGISendEvent) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def listen() -> float:
        started = time.perf_counter()
        asker = Asker(django, make_scope("/api/events"), QueryDict(""), asyncio.Semaphore(1))
        await EventStream(asker, None, take_the_head_only).run(0)
        await stream.close()
        return time.perf_counter() - started

    assert asyncio.run(listen()) < 5
