"""The head of a request says one thing only, or the request is refused."""

import ipaddress
from collections.abc import Iterator

import pytest
from asgiref.typing import HTTPScope
from pytest_django import Settings

from config.environment import Network
from config.front import heads
from escalations.api.problems import Problem
from tests.config.fronts import Told, connected, content, front, get, hear, is_closed, post, say, status
from tests.live import make_scope, serve


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve(front(Told())) as address:
        yield address


@pytest.fixture
def proxies() -> list[Network]:
    return [ipaddress.ip_network("10.0.0.0/8")]


def scope(*headers: tuple[bytes, bytes], client: tuple[str, int] = ("192.0.2.1", 1234)) -> HTTPScope:
    return make_scope("/", (b"host", b"h"), *headers, client=client)


REFUSED = {
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "an empty Host": b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "two Hosts": get("/", b"Host: other"),
    "two lengths": post(b"hello", b"Content-Length: 5"),
    "a length with a sign": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nhello",
    "a negative length": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    "a hexadecimal length": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x5\r\n\r\nhello",
    "a list of lengths": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\nhello",
    "a length beyond all numbers": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n",
    "a length and chunks": post(b"0\r\n\r\n", b"Transfer-Encoding: chunked"),
    "chunks and a length": get("/", b"Transfer-Encoding: chunked", b"Content-Length: 5") + b"0\r\n\r\n",
    "an unknown coding": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a coding in disguise": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a broken chunk": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    "two Authorizations": get("/", b"Authorization: Bearer a", b"Authorization: Bearer b"),
    "two Idempotency-Keys": get("/", b"Idempotency-Key: a", b"Idempotency-Key: b"),
    "a folded line": get("/", b"X-Folded: a\r\n b"),
    "a NUL": get("/", b"X-Odd: a\0b"),
    "a vertical tab": get("/", b"X-Odd: a\x0bb"),
    "a C1 line break": get("/", b"X-Odd: a\x85b"),
    "a C1 line break in UTF-8": get("/", b"X-Odd: a\xc2\x85b"),
    "a lone line feed in a value": get("/", b"X-Odd: a\nX-Other: b\n"),
    "a space before the colon": get("/", b"X-Odd : a"),
    "a path beyond ASCII": "GET /ü HTTP/1.1\r\nHost: h\r\n\r\n".encode(),
    "a query beyond ASCII": "GET /?q=ü HTTP/1.1\r\nHost: h\r\n\r\n".encode(),
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("request_", REFUSED.values(), ids=REFUSED.keys())
def test_a_doubtful_head_is_refused(address: str, request_: bytes) -> None:
    assert status(say(address, request_)) == 400


def test_after_a_malformed_request_the_connection_is_closed(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(REFUSED["a length and chunks"])
        hear(connection)
        assert is_closed(connection)


def test_a_malformed_call_of_the_api_is_answered_with_a_problem(address: str) -> None:
    answer = say(address, b"POST /api/escalations HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n")
    assert b"content-type: application/problem+json" in answer
    assert content(answer)["code"] == "bad_request"


def test_a_hundred_headers_are_enough(address: str) -> None:
    lines = [b"X-%d: 1" % number for number in range(99)]
    assert status(say(address, get("/", *lines))) == 200
    assert status(say(address, get("/", *lines, b"X-More: 1"))) == 431


def test_five_thousand_headers_are_refused(address: str) -> None:
    assert status(say(address, get("/", *[b"X-%d: 1" % number for number in range(5000)]))) == 431


def test_sixteen_kilobytes_of_headers_are_enough(address: str) -> None:
    assert status(say(address, get("/", b"X-Large: " + b"x" * 16_000))) == 200
    answer = say(address, get("/api/x", b"X-Large: " + b"x" * 17_000))
    assert (status(answer), content(answer)["code"]) == (431, "headers_too_large")


def test_a_megabyte_of_headers_is_not_even_read(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nX-Large: " + b"x" * 200_000)
        assert status(hear(connection)) == 431


def test_names_with_an_underscore_are_dropped(address: str) -> None:
    answer = content(say(address, get("/", b"X_Reviewer: eve", b"Content_Length: 9", b"X-Reviewer: ada")))
    assert answer["HTTP_X_REVIEWER"] == "ada"
    assert answer.get("CONTENT_LENGTH") is None


def test_cookies_in_several_headers_stay_apart(address: str) -> None:
    answer = content(say(address, get("/", b"Cookie: a=1", b"Cookie: b=2")))
    assert answer["HTTP_COOKIE"] == "a=1; b=2"


def test_other_headers_become_a_list(address: str) -> None:
    answer = content(say(address, get("/", b"Accept: text/html", b"Accept: application/json")))
    assert answer["HTTP_ACCEPT"] == "text/html, application/json"


def test_a_header_may_hold_letters_beyond_ascii(address: str) -> None:
    answer = content(say(address, get("/", "X-Name: Хельга Ångström…".encode())))
    assert answer["HTTP_X_NAME"].encode("latin-1").decode() == "Хельга Ångström…"


@pytest.mark.parametrize("given", ["order-6144", "a" * 100, "2f1c8a1e-5b0a-4c55-9d5e-0c9a4b1d6e77"])
def test_a_sane_request_id_is_kept(address: str, given: str) -> None:
    answer = say(address, get("/", b"X-Request-Id: " + given.encode()))
    assert content(answer)["HTTP_X_REQUEST_ID"] == given
    assert f"x-request-id: {given}\r\n".encode() in answer


@pytest.mark.parametrize("given", [b"", b"a" * 101, b'a"b', b"\xc3\xbc", b"a b"])
def test_any_other_request_id_is_replaced(address: str, given: bytes) -> None:
    answer = content(say(address, get("/", b"X-Request-Id: " + given)))
    assert len(answer["HTTP_X_REQUEST_ID"]) == 16


def test_nobody_speaks_for_another_address(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = []
    asked = scope((b"x-forwarded-for", b"10.0.0.1"), (b"x-forwarded-proto", b"https"), (b"forwarded", b"for=10.0.0.1"))
    assert set(heads.tidy(asked)) == {b"host", b"x-request-id"}
    assert asked["client"] == ("192.0.2.1", 1234)


def test_a_trusted_proxy_speaks_for_its_clients(settings: Settings, proxies: list[Network]) -> None:
    settings.TRUSTED_PROXIES = proxies
    asked = scope(
        (b"x-forwarded-for", b"203.0.113.9, 10.0.0.7"), (b"x-forwarded-proto", b"https"), client=("10.0.0.8", 1)
    )
    assert heads.tidy(asked)[b"x-forwarded-proto"] == b"https"
    assert asked["client"] == ("203.0.113.9", 0)


def test_what_a_client_says_of_itself_to_a_proxy_is_not_believed(settings: Settings, proxies: list[Network]) -> None:
    settings.TRUSTED_PROXIES = proxies
    asked = scope((b"x-forwarded-for", b"10.0.0.9, 203.0.113.9"), client=("10.0.0.8", 1))
    heads.tidy(asked)
    assert asked["client"] == ("203.0.113.9", 0)


@pytest.mark.parametrize("chain", [b"nonsense", b"10.0.0.5, <script>", b""])
def test_a_chain_that_names_no_address_leads_to_the_proxy(
    settings: Settings, proxies: list[Network], chain: bytes
) -> None:
    settings.TRUSTED_PROXIES = proxies
    asked = scope((b"x-forwarded-for", chain), client=("10.0.0.8", 1))
    heads.tidy(asked)
    assert asked["client"] == ("10.0.0.8", 1)


def test_an_unknown_coding_is_refused_whatever_the_server_thinks() -> None:
    with pytest.raises(Problem, match="chunked"):
        heads.length_of({b"transfer-encoding": b"gzip"})
