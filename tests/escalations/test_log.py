import threading

import pytest
from django.db import connection, transaction

from escalations import lifecycle, log
from escalations.answers import Answer
from escalations.models import Cursor, Event
from tests.factories import make_agent, make_escalation, make_reviewer


def seqs() -> list[int | None]:
    return [event.seq for event in log.read(0, limit=10_000)]


@pytest.mark.django_db
def test_events_are_numbered_when_they_are_read_without_holes() -> None:
    for _ in range(3):
        make_escalation()
    assert Event.objects.filter(seq=None).count() == 3
    assert seqs() == [1, 2, 3]
    assert log.head() == 3


@pytest.mark.django_db
def test_reading_goes_on_after_a_number() -> None:
    make_reviewer()
    make_escalation()
    assert [event.type for event in log.read(1)] == ["escalation.assigned"]


@pytest.mark.django_db
def test_a_listener_gets_each_event_once_in_order() -> None:
    got: list[int | None] = []
    make_escalation()
    make_escalation()
    assert log.advance("test", lambda events: got.extend(e.seq for e in events), limit=1) == 1
    assert log.advance("test", lambda events: got.extend(e.seq for e in events)) == 1
    assert log.advance("test", lambda events: got.extend(e.seq for e in events)) == 0
    assert got == [1, 2]


@pytest.mark.django_db
def test_a_listener_that_fails_is_asked_again() -> None:
    make_escalation()

    def fail(events: list[Event]) -> None:
        raise ValueError("broken listener")

    with pytest.raises(ValueError, match="broken listener"), transaction.atomic():
        log.advance("test", fail)
    got: list[Event] = []
    log.advance("test", got.extend)
    assert len(got) == 1


@pytest.mark.django_db
def test_a_note_carries_the_facts_and_changes_none() -> None:
    escalation = make_escalation()
    log.note(Event.Type.DELIVERED, [(escalation.pk, {"status": 200})])
    event = escalation.events.get(type=Event.Type.DELIVERED)
    assert (event.data, event.facts["status"], event.facts["version"]) == ({"status": 200}, "open", 1)


@pytest.mark.django_db(transaction=True)
def test_a_reader_beside_eight_writers_misses_nothing() -> None:
    agent, ada = make_agent(), make_reviewer()
    running = threading.Event()
    running.set()
    seen: list[int | None] = []

    def write() -> None:
        for _ in range(25):
            lifecycle.resolve(make_escalation(agent=agent), by=ada, answer=Answer("Yes"))
        connection.close()

    def read() -> None:
        while running.is_set() or log.read((seen[-1] if seen else 0) or 0, limit=1):
            seen.extend(event.seq for event in log.read((seen[-1] if seen else 0) or 0))
        connection.close()

    reader, writers = threading.Thread(target=read), [threading.Thread(target=write) for _ in range(8)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    running.clear()
    reader.join()
    assert seen == list(range(1, 8 * 25 * 3 + 1))
    assert Cursor.objects.get(name="numbered").seq == 600
