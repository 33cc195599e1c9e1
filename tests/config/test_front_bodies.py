"""Bodies are taken whole, within limits of size and time, before Django hears of the request."""

import threading
import time
from collections.abc import Iterator

import pytest

from tests.config.fronts import Told, connected, content, front, get, hear, is_closed, post, say, status
from tests.live import serve, until

KIB = 1024


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def address(told: Told) -> Iterator[str]:
    with serve(front(told)) as address:
        yield address


@pytest.fixture
def impatient(told: Told) -> Iterator[str]:
    """Waits half a second for a body."""
    with serve(front(told, seconds=0.5)) as address:
        yield address


def test_a_body_arrives_whole(address: str) -> None:
    assert content(say(address, post(b"x" * 300_000)))["body"] == "x" * 300_000


def test_a_chunked_body_arrives_whole_with_its_length(address: str) -> None:
    chunked = (
        b"POST /api/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n"
    )
    answer = content(say(address, chunked))
    assert (answer["body"], answer["CONTENT_LENGTH"]) == ("helloyou", "8")
    assert "HTTP_TRANSFER_ENCODING" not in answer


def test_a_request_without_a_body_has_none(address: str) -> None:
    assert content(say(address, get("/api/x")))["body"] == ""


def test_a_truncated_body_never_reaches_django(address: str, told: Told) -> None:
    with connected(address) as connection:
        connection.sendall(post(b"half", length=1000))
    assert status(say(address, get())) == 200
    assert [call["body"] for call in told.calls] == [""]


def test_a_truncated_chunked_body_never_reaches_django(address: str, told: Told) -> None:
    with connected(address) as connection:
        connection.sendall(b"POST /api/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
    assert status(say(address, get())) == 200
    assert len(told.calls) == 1


def test_a_create_may_have_320_kib(address: str) -> None:
    assert status(say(address, post(b"x" * 320 * KIB, path="/api/escalations"))) == 200


def test_a_larger_create_is_told_size_limit_and_what_to_do(address: str, told: Told) -> None:
    answer = say(address, post(b"x" * (320 * KIB + 1), path="/api/escalations"))
    problem = content(answer)
    assert status(answer) == 413
    assert b"content-type: application/problem+json" in answer
    assert (problem["code"], problem["limit"]) == ("body_too_large", 327680)
    assert "327,681 bytes" in problem["detail"]
    assert "Send less" in problem["detail"]
    assert told.calls == []


def test_other_routes_take_512_kib_at_most(address: str) -> None:
    assert status(say(address, post(b"x" * 512 * KIB))) == 200
    assert status(say(address, post(b"x" * (512 * KIB + 1)))) == 413


def test_a_huge_length_is_refused_before_the_body_is_sent(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(post(b"", length=10**18))
        assert status(hear(connection)) == 413


def test_a_chunked_body_is_cut_off_at_the_limit(address: str) -> None:
    head = b"POST /api/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    assert status(say(address, head + chunk * 12)) == 413


def test_a_client_that_goes_on_sending_still_reads_the_answer(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(post(b"x" * 1_500_000))
        assert status(hear(connection)) == 413
        assert is_closed(connection)


def test_a_client_that_never_stops_sending_is_cut_off(address: str) -> None:
    with connected(address) as connection, pytest.raises(OSError, match=r"reset|[Bb]roken pipe"):
        connection.sendall(post(b"x" * 40_000_000))


def test_a_page_is_told_in_html(address: str) -> None:
    answer = say(address, post(b"", path="/login/", length=600_000))
    assert status(answer) == 413
    assert b"content-type: text/html" in answer
    assert b"content-security-policy: default-src 'none'" in answer


def test_a_stalled_body_is_given_up(impatient: str, told: Told) -> None:
    with connected(impatient) as connection:
        connection.sendall(post(b"half", length=1000))
        answer = hear(connection)
        assert (status(answer), content(answer)["code"]) == (408, "request_timeout")
        assert is_closed(connection)
    assert told.calls == []


def test_a_dripping_body_is_given_up(impatient: str) -> None:
    with connected(impatient) as connection:
        connection.sendall(post(b"", length=1000))
        for _ in range(9):
            connection.sendall(b"x")
            time.sleep(0.1)
        assert status(hear(connection)) == 408


def test_forty_stalled_bodies_keep_nobody_waiting(address: str) -> None:
    stalled = [connected(address) for _ in range(40)]
    for connection in stalled:
        connection.__enter__().sendall(post(b"half", length=1000))
    started = time.perf_counter()
    assert [status(say(address, get("/api/x"))) for _ in range(20)] == [200] * 20
    assert time.perf_counter() - started < 2
    for connection in stalled:
        connection.__exit__(None, None, None)


def test_a_client_that_asks_first_is_refused_before_it_sends(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(post(b"", b"Expect: 100-continue", length=600_000))
        assert status(hear(connection)) == 413


def test_a_client_that_asks_first_is_told_to_go_on(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(post(b"", b"Expect: 100-continue", length=5))
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hello")
        assert content(hear(connection))["body"] == "hello"


def test_a_body_lost_in_an_upgrade_is_no_body(address: str, told: Told) -> None:
    answer = say(address, post(b"hello", b"Connection: Upgrade", b"Upgrade: h2c"))
    assert status(answer) == 400
    assert told.calls == []


def test_two_requests_on_one_connection_do_not_mix(address: str) -> None:
    with connected(address) as connection:
        for body in (b"one", b"two"):
            connection.sendall(post(body))
            assert content(hear(connection))["body"] == body.decode()


def test_requests_sent_at_once_are_answered_in_their_order(address: str, told: Told) -> None:
    with connected(address) as connection:
        connection.sendall(post(b"one") + post(b"two") + get("/last", b"Connection: close"))
        until(lambda: len(told.calls) == 3)
    assert [call["body"] for call in told.calls] == ["one", "two", ""]


def test_many_bodies_at_once_arrive_unharmed(address: str, told: Told) -> None:
    bodies = [bytes([65 + index]) * 200_000 for index in range(20)]
    threads = [threading.Thread(target=say, args=(address, post(body))) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(call["body"] for call in told.calls) == sorted(body.decode() for body in bodies)
