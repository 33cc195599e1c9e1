"""What the live socket refuses, and what it puts up with."""

import contextlib

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed, InvalidStatus

from escalations.desk import rows, sockets
from reviewers.models import Pool, Reviewer
from tests.escalations.desk.opened import code_of, heard, socket
from tests.factories import make_escalation
from tests.live import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("since", ["-1", "1e3", "x", "9" * 30, "%00"])
def test_a_number_that_is_none_is_refused(web: str, ada: Reviewer, since: str) -> None:
    with socket(web, ada, since) as opened:
        assert code_of(opened) == sockets.BAD


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1", "http://127.0.0.1.evil.example"],
)
def test_a_page_of_another_site_opens_none(web: str, ada: Reviewer, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, socket(web, ada, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_a_page_of_localhost_opens_one(web: str, ada: Reviewer) -> None:
    with socket(web, ada, origin=f"http://localhost:{settings.PORT}") as opened:
        assert heard(opened)["t"] == "hello"


@pytest.mark.parametrize(
    "bad", ["no json", "[]", '{"t": "claim"}', "[" * 5000, b"\x00\x01", '{"t": "ping"}', "9" * 999]
)
def test_bad_input_is_forgiven_four_times(web: str, ada: Reviewer, bad: str | bytes) -> None:
    with socket(web, ada) as opened:
        heard(opened)
        for _ in range(4):
            opened.send(bad)
            assert heard(opened)["t"] == "error"
        opened.send(bad)
        assert code_of(opened) == sockets.BAD


def test_a_flood_ends_the_socket(web: str, ada: Reviewer) -> None:
    with socket(web, ada) as opened:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(1000):
                opened.send('{"t": "ping", "at": 1}')
        assert code_of(opened) == sockets.TOO_MUCH


def test_one_person_opens_only_so_many(web: str, ada: Reviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SOCKETS_AT_MOST", 1)
    with socket(web, ada) as one:
        heard(one)
        with socket(web, ada) as other:
            assert code_of(other) == sockets.TOO_MUCH


def test_a_socket_that_left_makes_room(web: str, ada: Reviewer) -> None:
    with socket(web, ada) as opened:
        heard(opened)
    until(lambda: not sockets._open)


def test_an_old_socket_is_asked_to_come_again(
    web: str, ada: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MAX_AGE", 0.0)
    with socket(web, ada) as opened:
        heard(opened)
        make_escalation(pool=pool)
        assert code_of(opened) == sockets.RESTART


def test_who_never_reads_is_let_go(web: str, ada: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SEND_WITHIN", 0.3)
    monkeypatch.setattr(rows, "render", lambda _: "x" * 4_000_000)
    with socket(web, ada) as opened:
        heard(opened)
        for _ in range(12):  # far more than the buffers between us hold
            make_escalation(pool=pool)
        until(lambda: not sockets._open, 20)
