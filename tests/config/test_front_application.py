"""What the front tells of every request, and how it comes and goes."""

import asyncio
import http.client
import logging
import socket
import threading
from collections.abc import Iterator

import pytest
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.config.fronts import Told, content, front, get, post, say, status
from tests.live import serve, until


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve(front(Told())) as address:
        yield address


def fields(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [record.fields for record in caplog.records if record.name == "access"]  # type: ignore[attr-defined]


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "access")
    return caplog


def test_the_process_is_alive_without_django(address: str) -> None:
    answer = say(address, get("/livez"))
    assert (status(answer), content(answer)) == (200, {"status": "alive"})


def test_every_answer_carries_the_id_of_its_request(address: str) -> None:
    for request in (get("/livez"), get("/api/x"), post(b"", length=10**9)):
        assert b"\r\nx-request-id: " in say(address, request)


def test_a_problem_names_the_id_of_its_request(address: str) -> None:
    problem = content(say(address, post(b"", b"X-Request-Id: order-1", length=10**9)))
    assert problem["request_id"] == "order-1"


def test_every_request_leaves_one_line(address: str, heard: pytest.LogCaptureFixture) -> None:
    say(address, get("/api/escalations?q=secret", b"X-Request-Id: order-2"))
    until(lambda: fields(heard))
    [line] = fields(heard)
    milliseconds = line.pop("ms")
    assert line == {"method": "GET", "path": "/api/escalations", "status": 200}
    assert isinstance(milliseconds, float)


def test_a_refusal_leaves_a_line_too(address: str, heard: pytest.LogCaptureFixture) -> None:
    say(address, b"GET /api/x HTTP/1.1\r\n\r\n")
    until(lambda: fields(heard))
    assert fields(heard)[0]["status"] == 400


def test_a_client_that_left_is_written_down_as_499(heard: pytest.LogCaptureFixture) -> None:
    async def wait(_scope: HTTPScope, receive: ASGIReceiveCallable, _send: ASGISendCallable) -> None:
        await receive()
        await receive()

    with serve(front(Told(), waiting=wait)) as address:
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        connection.request("GET", "/wait")
        connection.close()
        until(lambda: fields(heard))
    assert fields(heard)[0]["status"] == 499


def test_half_an_answer_is_cut_off_not_completed() -> None:
    async def break_off(_scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": False})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ValueError

    with serve(front(Told(), waiting=break_off)) as address:
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        connection.request("GET", "/wait")
        with pytest.raises(http.client.IncompleteRead):
            connection.getresponse().read()


def test_who_waits_is_answered_when_the_server_begins_to_stop() -> None:
    is_leaving = threading.Event()

    async def wait(_scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        while not is_leaving.is_set():
            await asyncio.sleep(0.01)
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")], "trailers": False}
        )
        await send({"type": "http.response.body", "body": b"ok", "more_body": False})

    answers: list[int] = []
    with serve(front(Told(), waiting=wait, leave=is_leaving.set)) as address:
        waiting = threading.Thread(target=lambda: answers.append(status(say(address, get("/wait")))))
        waiting.start()
        until(lambda: waiting.is_alive())
        asyncio.run(asyncio.sleep(0.3))
    waiting.join()
    assert answers == [200]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "https://127.0.0.1",
        "http://127.0.0.1:8001",
        "http://127.0.0.1.evil.example",
    ],
)
def test_a_socket_is_opened_only_from_our_own_pages(address: str, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(address.replace("http", "ws") + "/ws/queue/", origin=None if origin is None else Origin(origin))
    assert refused.value.response.status_code == 403


def test_a_socket_is_opened_only_on_a_host_of_ours(address: str) -> None:
    with (
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as connection,
        pytest.raises(InvalidStatus),
    ):
        connect("ws://evil.example/ws/queue/", sock=connection, origin=Origin("http://127.0.0.1"))


def test_a_socket_cannot_be_posted(address: str) -> None:
    upgrade = (b"Connection: Upgrade", b"Upgrade: websocket")
    assert status(say(address, post(b"hello", *upgrade, path="/ws/queue/"))) == 400


def test_a_socket_to_nowhere_is_refused(address: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(address.replace("http", "ws") + "/nowhere/", origin=Origin("http://127.0.0.1"))
    assert refused.value.response.status_code == 403
