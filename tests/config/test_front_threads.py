"""Django runs on a few threads; nobody who stalls, leaves or floods takes them from the others."""

import threading
import time
from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from tests.config.fronts import Told, connected, content, front, get, hear, say, status
from tests.live import serve, until


class Held:
    """A WSGI application that answers when it is released."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.begun: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self.begun.append(environ["PATH_INFO"])
        self.release.wait(10)
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]


@pytest.fixture
def held() -> Iterator[Held]:
    held = Held()
    yield held
    held.release.set()


def later(address: str, request: bytes, answers: list[bytes]) -> threading.Thread:
    thread = threading.Thread(target=lambda: answers.append(say(address, request)))
    thread.start()
    return thread


def test_work_of_clients_that_have_left_is_dropped(held: Held) -> None:
    with serve(front(held, threads=2)) as address:
        answers: list[bytes] = []
        running = [later(address, get("/running"), answers) for _ in range(2)]
        until(lambda: len(held.begun) == 2)
        for _ in range(5):
            with connected(address) as connection:
                connection.sendall(get("/left"))
                time.sleep(0.05)
        staying = later(address, get("/staying"), answers)
        time.sleep(0.2)
        held.release.set()
        for thread in [*running, staying]:
            thread.join()
    assert sorted(held.begun) == ["/running", "/running", "/staying"]
    assert [status(answer) for answer in answers] == [200] * 3


def test_past_a_depth_requests_are_refused_politely(held: Held) -> None:
    with serve(front(held, threads=1, queued=3)) as address:
        answers: list[bytes] = []
        waiting = [later(address, get(), answers) for _ in range(3)]
        until(lambda: len(held.begun) == 1)
        time.sleep(0.2)
        refused = say(address, get("/api/x"))
        held.release.set()
        for thread in waiting:
            thread.join()
        assert (status(refused), content(refused)["code"]) == (503, "overloaded")
        assert b"retry-after: 1\r\n" in refused
        assert [status(answer) for answer in answers] == [200] * 3
        assert status(say(address, get("/api/x"))) == 200


def test_probes_are_answered_while_every_thread_is_busy(held: Held) -> None:
    with serve(front(held, threads=1, queued=1)) as address:
        answers: list[bytes] = []
        running = later(address, get(), answers)
        until(lambda: held.begun)
        assert status(say(address, get("/livez"))) == 200
        held.release.set()
        running.join()


def test_an_error_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    def broken(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        raise ValueError("secret")

    with serve(front(broken)) as address:
        answer = say(address, get("/api/x"))
    assert (status(answer), content(answer)["code"]) == (500, "server_error")
    assert b"secret" not in answer
    assert any(record.exc_info for record in caplog.records)


def test_an_answer_is_closed_so_that_django_lets_its_connection_go() -> None:
    class Parts(list[bytes]):
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    parts = Parts([b"a", b"b"])

    def wsgi(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "2")])
        return parts

    with serve(front(wsgi)) as address:
        assert say(address, get()).endswith(b"\r\n\r\nab")
    assert parts.is_closed


def test_an_answer_without_a_length_gets_one() -> None:
    def wsgi(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("204 No Content" if environ["PATH_INFO"] == "/none" else "200 OK", [])
        return [] if environ["PATH_INFO"] == "/none" else [b"a", b"b"]

    with serve(front(wsgi)) as address:
        assert b"content-length: 2\r\n" in say(address, get())
        assert b"content-length" not in say(address, get("/none", b"Connection: close"))


def test_slow_readers_of_large_answers_hold_no_thread() -> None:
    def large(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        size = 8_000_000 if environ["PATH_INFO"] == "/large" else 2
        start("200 OK", [("Content-Length", str(size))])
        return [b"x" * size]

    with serve(front(large)) as address:
        readers = [connected(address) for _ in range(12)]
        for reader in readers:
            reader.__enter__().sendall(get("/large"))
        assert [status(say(address, get())) for _ in range(5)] == [200] * 5
        for reader in readers:
            reader.__exit__(None, None, None)


def test_answers_to_head_have_no_body() -> None:
    with serve(front(Told())) as address, connected(address) as connection:
        connection.sendall(get().replace(b"GET", b"HEAD") + get("/after", b"Connection: close"))
        heard = b"".join(iter(lambda: connection.recv(65536), b""))
    assert heard.count(b"HTTP/1.1 200 OK") == 2
    assert b'"PATH_INFO": "/after"' in heard


def test_paths_arrive_as_wsgi_writes_them() -> None:
    told = Told()
    with serve(front(told)) as address:
        say(address, get("/caf%C3%A9/%00?q=%20a"))
    assert told.calls[0]["PATH_INFO"] == "/café/\0".encode().decode("latin-1")
    assert told.calls[0]["QUERY_STRING"] == "q=%20a"


def test_one_connection_serves_many_requests() -> None:
    with serve(front(Told())) as address, connected(address) as connection:
        for number in range(50):
            connection.sendall(get(f"/{number}"))
            assert content(hear(connection))["PATH_INFO"] == f"/{number}"
