"""The live socket, over the real server."""

import pytest
from django.contrib.sessions.models import Session
from pytest_django import DjangoAssertNumQueries

from escalations import lifecycle, log
from escalations.answers import Answer
from escalations.desk import frames, sockets
from escalations.models import Cursor, Event
from reviewers import people
from reviewers.models import Pool, Reviewer, Role
from tests.escalations.desk.opened import code_of, heard, socket
from tests.factories import make_escalation, make_pool, make_reviewer
from tests.live import until

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_frames_of_threads_cost_no_statement_each(
    ada: Reviewer, pool: Pool, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        lifecycle.ask(make_escalation(pool=pool), by=ada, message="Which?")
    log.number()
    events = list(Event.objects.select_related("reviewer"))

    with django_assert_num_queries(1):
        made = frames._make(events)
    assert "asked back" in made[max(made)]


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


def test_it_tells_the_time(web: str, ada: Reviewer) -> None:
    with socket(web, ada) as opened:
        heard(opened)
        opened.send('{"t": "ping", "at": 12.5}')
        pong = heard(opened)

    assert (pong["t"], pong["at"]) == ("pong", 12.5)


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


def test_a_row_stands_as_it_was_right_after_the_event(web: str, ada: Reviewer, pool: Pool) -> None:
    since = log.number()
    escalation = make_escalation(pool=pool)
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    log.number()

    with socket(web, ada, since) as opened:
        heard(opened)
        created = heard(opened)

    assert created["kind"] == "created"
    assert 'data-stage="resolved"' not in created["html"]
