"""Before there is a request, the server waits for its head: not for ever."""

import time
from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from config.front import protocol
from tests.config.fronts import Told, connected, content, front, get, hear, is_closed, say, status
from tests.live import serve


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.5)
    with serve(front(Told())) as address:
        yield address


def test_a_client_that_says_nothing_is_let_go(address: str) -> None:
    with connected(address) as connection:
        assert is_closed(connection, 3)


def test_half_a_head_is_given_up(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(b"GET /api/x HTTP/1.1\r\nHost: h\r\n")
        answer = hear(connection)
        assert (status(answer), content(answer)["code"]) == (408, "request_timeout")
        assert is_closed(connection)


def test_a_dripping_head_is_given_up(address: str) -> None:
    with connected(address) as connection:
        for letter in b"GET ":
            connection.sendall(bytes([letter]))
            time.sleep(0.1)
        assert status(hear(connection)) == 408


def test_half_a_head_after_a_whole_request_is_given_up(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(get())
        assert status(hear(connection)) == 200
        connection.sendall(b"GET / HTTP/1.1\r\n")
        assert status(hear(connection)) == 408


def test_a_head_in_pieces_is_fine_when_it_is_in_time(address: str) -> None:
    with connected(address) as connection:
        for _ in range(3):
            for piece in (b"GET / HTTP/1.1\r\n", b"Host: h\r\n", b"\r\n"):
                connection.sendall(piece)
                time.sleep(0.1)
            assert status(hear(connection)) == 200


def test_a_pause_between_two_requests_is_no_half_head(address: str) -> None:
    with connected(address) as connection:
        for _ in range(2):
            connection.sendall(get())
            assert status(hear(connection)) == 200
            time.sleep(0.8)


def test_an_answer_that_is_not_taken_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SEND_SECONDS", 0.5)

    def large(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "20000000")])
        return [b"x" * 20_000_000]

    with serve(front(large)) as address, connected(address) as connection:
        connection.sendall(get())
        time.sleep(1.5)
        taken = sum(len(part) for part in iter(lambda: connection.recv(1_000_000), b""))
    assert taken < 20_000_000


def test_two_hundred_that_say_nothing_keep_nobody_waiting(address: str) -> None:
    silent = [connected(address) for _ in range(200)]
    for connection in silent:
        connection.__enter__().sendall(b"GET")
    started = time.perf_counter()
    assert [status(say(address, get())) for _ in range(20)] == [200] * 20
    assert time.perf_counter() - started < 2
    for connection in silent:
        connection.__exit__(None, None, None)
