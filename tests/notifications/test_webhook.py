"""One POST against real servers: what counts as an answer, and what cannot be done to us."""

import gzip
import socket
import threading
import time

import pytest

from notifications.transports import webhook
from notifications.transports.webhook import Answer, NoAnswer
from tests.notifications.receivers import Scene, read_request, receiver, stage

pytestmark = pytest.mark.usefixtures("allow_loopback")


def post(url: str, body: bytes = b"{}") -> Answer:
    return webhook.post(url, body=body, headers={"webhook-id": "msg_1"})


def failure(url: str) -> str:
    with pytest.raises(NoAnswer) as failed:
        post(url)
    return failed.value.code


@pytest.mark.parametrize("status", [200, 201, 204, 301, 304, 400, 410, 429, 500, 503])
def test_the_answer_carries_the_status(status: int) -> None:
    with receiver(status=status) as server:
        assert post(server.url).status == status


def test_the_receiver_gets_the_bytes_and_headers_as_given() -> None:
    with receiver() as server:
        post(server.url + "/%0d%0a?a=%20b", b'{"text": "\xc3\xa9"}')
        (received,) = server.received
    assert received.path == "/hook/%0d%0a?a=%20b"
    assert received.body == b'{"text": "\xc3\xa9"}'
    assert received.headers["webhook-id"] == "msg_1"
    assert received.headers["Host"] == f"127.0.0.1:{server.port}"


def test_the_first_bytes_and_retry_after_are_kept() -> None:
    with receiver(status=503, headers={"Retry-After": "120"}, body=b"later") as server:
        assert post(server.url) == Answer(503, "120", b"later", "")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with receiver() as inside, receiver(status=status, headers={"Location": inside.url}) as server:
        assert post(server.url).status == status
        assert inside.received == []


def test_proxies_of_the_environment_have_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as proxy, receiver() as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        post(server.url)
        assert (len(proxy.received), len(server.received)) == (0, 1)


def test_a_port_where_nobody_listens_is_no_connection() -> None:
    with receiver() as server:
        pass
    assert failure(server.url) == "no_connection"


def test_one_connection_serves_many_messages() -> None:
    with receiver() as server:
        for _ in range(5):
            post(server.url)
        assert (len(server.received), server.connections) == (5, 1)


def test_two_messages_at_once_use_two_connections() -> None:
    with receiver() as server:
        server.gate.clear()
        senders = [threading.Thread(target=post, args=(server.url,)) for _ in range(2)]
        for sender in senders:
            sender.start()
        while len(server.received) < 2:
            time.sleep(0.01)
        server.gate.set()
        for sender in senders:
            sender.join()
        assert server.connections == 2


def test_a_connection_the_receiver_closed_meanwhile_is_replaced() -> None:
    def one_answer_each(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        read_request(connection)

    with stage(one_answer_each) as url:
        assert [post(url).status for _ in range(3)] == [200, 200, 200]


def test_bytes_left_over_never_become_the_next_answer() -> None:
    def answer_too_much(connection: socket.socket, over: threading.Event) -> None:
        while not over.is_set():
            read_request(connection)
            answers = (b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % line for line in (b"500 No", b"200 OK"))
            connection.sendall(b"".join(answers))

    with stage(answer_too_much) as url:
        assert [post(url).status for _ in range(3)] == [500, 500, 500]


def say_nothing(connection: socket.socket, over: threading.Event) -> None:
    over.wait(5)


def drip(data: bytes, then: bytes) -> Scene:
    def scene(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        connection.sendall(data)
        while not over.wait(0.05):
            connection.sendall(then)

    return scene


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 O",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_a_receiver_that_drips_its_headers_is_cut_at_the_deadline(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "WITHIN", 0.6)
    then = b"HTTP/1.1 100 Continue\r\n\r\n" if data.endswith(b"\r\n\r\n") else b"x"
    started = time.monotonic()
    with stage(drip(data, then)) as url:
        assert failure(url) == "timeout"
    assert 0.5 < time.monotonic() - started < 1.5


def test_a_receiver_that_never_answers_is_cut_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "WITHIN", 0.5)
    with stage(say_nothing) as url:
        assert failure(url) == "timeout"


def test_a_receiver_that_never_reads_is_cut_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "WITHIN", 0.5)
    with stage(say_nothing) as url, pytest.raises(NoAnswer) as failed:
        post(url, b"x" * 64_000_000)
    assert failed.value.code == "timeout"


def test_a_dripping_body_does_not_change_a_status_that_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "WITHIN", 0.5)
    with stage(drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x")) as url:
        assert post(url) == Answer(200, None, b"", "The body of the answer was cut off.")


def test_a_reset_in_the_body_does_not_change_a_status_that_has_come() -> None:
    def reset(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with stage(reset) as url:
        assert post(url).status == 200


def test_a_receiver_that_hangs_up_is_no_answer() -> None:
    def hang_up(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)

    with stage(hang_up) as url:
        assert failure(url) == "no_answer"


@pytest.mark.parametrize(
    "answer",
    [
        b"hello\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"\0" * 1000,
    ],
)
def test_what_is_not_http_is_no_answer(answer: bytes) -> None:
    def speak(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        connection.sendall(answer)

    with stage(speak) as url:
        assert failure(url) == "no_answer"


def test_a_refusal_sent_before_all_was_read_is_the_answer() -> None:
    def refuse(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        over.wait(5)

    with stage(refuse) as url:
        assert post(url, b"x" * 200_000).status == 413


@pytest.mark.parametrize("head", [b"Content-Length: 1000000000", b"Transfer-Encoding: chunked", b"X-None: 1"])
def test_of_a_gigabyte_16_kilobytes_are_read(head: bytes) -> None:
    sent: list[int] = []

    def pour(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n" if b"chunked" in head else b"x" * 65536
        for _ in range(1_000_000_000 // len(chunk)):
            connection.sendall(chunk)
            sent.append(len(chunk))

    with stage(pour) as url:
        answer = post(url)
    assert (answer.status, len(answer.excerpt)) == (200, 16384)
    assert sum(sent) < 20_000_000


def test_a_compressed_body_is_kept_as_it_came() -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    with receiver(headers={"Content-Encoding": "gzip"}, body=bomb) as server:
        assert post(server.url).excerpt == bomb[:16384]


def test_a_url_that_breaks_the_rules_is_not_dialled() -> None:
    with receiver() as server:
        assert failure(f"http://user:pw@127.0.0.1:{server.port}/") == "blocked_address"
        assert failure(f"http://127.1:{server.port}/") == "blocked_address"
        assert server.connections == 0
