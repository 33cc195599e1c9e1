"""The live socket, over the real server."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from escalations import lifecycle, log
from escalations.desk import frames, sockets
from escalations.models import Cursor, Event
from reviewers import people
from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_escalation, make_pool, make_reviewer
from tests.live import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pool() -> Pool:
    return make_pool("Legal")


@pytest.fixture
def ada(pool: Pool) -> Reviewer:
    return make_reviewer("Ada", pool=pool)


@contextlib.contextmanager
def socket(web: str, person: Reviewer | None, since: object = None, origin: str = "") -> Iterator[ClientConnection]:
    """A socket as a page of ours opens it."""
    client = Client()
    if person:
        client.force_login(person)
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
    query = f"?since={log.number() if since is None else since}"
    address = web.replace("http", "ws") + "/ws/queue/" + query
    ours = Origin(origin or web)
    with connect(
        address, origin=ours, additional_headers={"Cookie": cookies}, max_size=None, close_timeout=1
    ) as opened:
        yield opened


def heard(opened: ClientConnection, seconds: float = 5) -> dict[str, Any]:
    return json.loads(opened.recv(timeout=seconds))  # type: ignore[no-any-return]


def code_of(opened: ClientConnection) -> int:
    """The code with which the other side closes, whatever it says before."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            opened.recv(timeout=5)
    assert opened.close_code is not None
    return opened.close_code


def test_it_says_hello_first(web: str, ada: Reviewer) -> None:
    with socket(web, ada) as opened:
        hello = heard(opened)

    assert (hello["t"], hello["head"], hello["replayed"]) == ("hello", 0, 0)


def test_an_event_comes_with_its_row(web: str, ada: Reviewer, pool: Pool) -> None:
    with socket(web, ada) as opened:
        heard(opened)
        escalation = make_escalation("May I?", pool=pool)
        created, assigned = heard(opened), heard(opened)

    assert (created["t"], created["id"], created["kind"]) == ("ev", str(escalation.pk), "created")
    assert (assigned["kind"], assigned["prev"], assigned["rev"]) == ("assigned", created["seq"], escalation.version)
    assert f'data-owner="{ada.pk}"' in assigned["html"]
    assert "May I?" in assigned["html"]


def test_what_was_missed_comes_first(web: str, ada: Reviewer, pool: Pool) -> None:
    since = log.number()
    escalation = make_escalation(pool=pool)
    lifecycle.claim(escalation, by=ada)
    missed = log.number() - since

    with socket(web, ada, since) as opened:
        hello, *events = [heard(opened) for _ in range(1 + missed)]

    assert hello["replayed"] == missed
    assert [event["kind"] for event in events][-1] == "claimed"
    assert [event["prev"] for event in events] == [since, *(event["seq"] for event in events[:-1])]


def test_too_much_missed_is_a_reset(web: str, ada: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "REPLAYED_AT_MOST", 2)
    since = log.number()
    for _ in range(3):
        make_escalation(pool=pool)

    with socket(web, ada, since) as opened:
        hello = heard(opened)

    assert (hello["reset"], hello["head"]) == (True, log.head())


def test_a_number_ahead_of_the_log_is_a_reset(web: str, ada: Reviewer) -> None:
    with socket(web, ada, 10**12) as opened:
        assert heard(opened)["reset"] is True


@pytest.mark.parametrize("since", ["-1", "1e3", "x", "9" * 30, "%00"])
def test_a_number_that_is_none_is_refused(web: str, ada: Reviewer, since: str) -> None:
    with socket(web, ada, since) as opened:
        assert code_of(opened) == sockets.BAD


def test_other_pools_are_not_heard(web: str, ada: Reviewer, pool: Pool) -> None:
    elsewhere = make_pool()
    with socket(web, ada) as opened:
        heard(opened)
        make_escalation("Not yours", pool=elsewhere)
        make_escalation("Yours", pool=pool)
        assert "Yours" in heard(opened)["html"]


def test_the_sandbox_is_not_heard(web: str, pool: Pool) -> None:
    admin = make_reviewer(role=Role.ADMIN)
    with socket(web, admin) as opened:
        heard(opened)
        make_escalation("A rehearsal", pool=pool, sandbox=True)
        make_escalation("The real thing", pool=pool)
        assert "The real thing" in heard(opened)["html"]


def test_an_event_is_rendered_once_for_all(
    web: str, ada: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    make = frames._make

    def counting(events: list[Event]) -> dict[int, str]:
        made.extend(event.seq or 0 for event in events)
        return make(events)

    monkeypatch.setattr(frames, "_make", counting)
    monkeypatch.setattr(sockets, "_frames", type(sockets._frames)())
    with socket(web, ada) as one, socket(web, ada) as other:
        heard(one), heard(other)
        make_escalation(pool=pool)
        assert heard(one)["html"] == heard(other)["html"]
        assert heard(one)["html"] == heard(other)["html"]

    assert sorted(made) == sorted(set(made))


def test_who_is_not_signed_in_is_told_so(web: str) -> None:
    with socket(web, None) as opened:
        assert code_of(opened) == sockets.SIGNED_OUT


@pytest.mark.parametrize("end", ["signs out", "is deactivated", "has a new password"])
def test_a_session_that_ends_ends_the_socket(
    web: str, ada: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(sockets, "CHECK_EVERY", 0.0)
    with socket(web, ada) as opened:
        heard(opened)
        if end == "signs out":
            Session.objects.all().delete()
        elif end == "is deactivated":
            people.deactivate(ada)
        else:
            people.new_password(ada)
        make_escalation(pool=pool)
        assert code_of(opened) == sockets.SIGNED_OUT


def test_a_seat_that_is_taken_away_is_noticed(
    web: str, ada: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "CHECK_EVERY", 0.0)
    monkeypatch.setattr(sockets, "PING_EVERY", 0.1)
    other = make_pool()
    people.join(ada, other)
    with socket(web, ada) as opened:
        heard(opened)
        people.leave(ada, pool)
        for _ in range(3):  # her rights are asked between two pings
            heard(opened)
        make_escalation("none of hers", pool=pool)
        make_escalation("still hers", pool=other)
        while (event := heard(opened))["t"] == "ping":
            pass

    assert "still hers" in event["html"]


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


def test_it_tells_the_time(web: str, ada: Reviewer) -> None:
    with socket(web, ada) as opened:
        heard(opened)
        opened.send('{"t": "ping", "at": 12.5}')
        pong = heard(opened)

    assert (pong["t"], pong["at"]) == ("pong", 12.5)


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


def test_a_quiet_socket_is_pinged_with_where_it_stands(
    web: str, ada: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "PING_EVERY", 0.3)
    with socket(web, ada) as opened:
        heard(opened)
        make_escalation(pool=make_pool())  # not hers, but her number moves on
        ping = heard(opened)
        until(lambda: log.number() == Cursor.objects.get(name="numbered").seq)
        while ping["head"] < log.head():
            ping = heard(opened)

    assert ping["t"] == "ping"


def test_an_old_socket_is_asked_to_come_again(
    web: str, ada: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MAX_AGE", 0.0)
    with socket(web, ada) as opened:
        heard(opened)
        make_escalation(pool=pool)
        assert code_of(opened) == sockets.RESTART


def test_a_row_stands_as_it_was_right_after_the_event(web: str, ada: Reviewer, pool: Pool) -> None:
    since = log.number()
    escalation = make_escalation(pool=pool)
    lifecycle.resolve(escalation, by=ada, notes="Yes.")
    log.number()

    with socket(web, ada, since) as opened:
        heard(opened)
        created = heard(opened)

    assert created["kind"] == "created"
    assert 'data-stage="resolved"' not in created["html"]


def test_who_never_reads_is_let_go(web: str, ada: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SEND_WITHIN", 0.3)
    monkeypatch.setattr(frames.rows, "render", lambda _: "x" * 4_000_000)
    with socket(web, ada) as opened:
        heard(opened)
        for _ in range(12):  # far more than the buffers between us hold
            make_escalation(pool=pool)
        until(lambda: not sockets._open, 20)
