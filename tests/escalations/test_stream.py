"""The stream hands on every event once, in order, to whoever is interested, whatever happens to PostgreSQL."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection
from pytest_django import Settings

from escalations import hints, lifecycle, log, stream
from escalations.answers import Answer
from escalations.models import Escalation, Event
from escalations.stream import Behind, Frame, Subscription
from tests.escalations.watching import Watcher
from tests.factories import make_agent, make_escalation, make_reviewer
from tests.live import cut_all_others, until

pytestmark = pytest.mark.django_db(transaction=True)


def types(frames: list[Frame]) -> list[str]:
    return [frame.event.type for frame in frames]


@pytest.fixture
def _without_redis(settings: Settings) -> None:
    settings.CHANNEL_LAYERS = {}
    settings.REDIS_URL = ""


@pytest.fixture
def _without_hints(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every change were made by another process, and no Redis told of it."""
    settings.CHANNEL_LAYERS = {}
    settings.REDIS_URL = ""
    monkeypatch.setattr(hints, "moved", lambda: None)


def test_an_event_reaches_a_watcher_at_once() -> None:
    with Watcher() as watcher:
        started = time.perf_counter()
        escalation = make_escalation()
        [frame] = watcher.saw(1)
        assert time.perf_counter() - started < 0.5
    assert (frame.event.type, frame.event.escalation_id) == ("escalation.created", escalation.pk)
    assert frame.seq == frame.event.seq == log.head()


def test_only_what_happens_after_subscribing_is_told() -> None:
    make_escalation()
    log.number()
    with Watcher() as watcher:
        assert watcher.since == log.head()
        make_escalation()
        assert [frame.seq for frame in watcher.saw(1)] == [log.head()]


def test_each_frame_names_the_one_before_it() -> None:
    with Watcher() as watcher:
        for _ in range(3):
            make_escalation()
        frames = watcher.saw(3)
    assert [frame.prev for frame in frames] == [watcher.since, *[frame.seq for frame in frames[:-1]]]


def test_a_watcher_gets_what_it_is_interested_in() -> None:
    mine, other = make_agent(), make_agent()
    with Watcher(lambda event: event.agent_id == mine.pk) as watcher:
        make_escalation(agent=mine)
        make_escalation(agent=other)
        make_escalation(agent=mine)
        frames = watcher.saw(2)
    assert [frame.event.agent_id for frame in frames] == [mine.pk, mine.pk]
    assert frames[1].prev == frames[0].seq == frames[1].seq - 2


def test_one_escalation_can_be_watched_alone() -> None:
    ada = make_reviewer("Ada")
    watched, other = make_escalation(), make_escalation()
    log.number()
    with Watcher(of=watched.pk) as watcher:
        for each in (other, watched):
            lifecycle.claim(each, by=ada)
        lifecycle.resolve(watched, by=ada, answer=Answer("Yes."))
        frames = watcher.saw(2)
    assert types(frames) == ["escalation.claimed", "escalation.resolved"]
    assert frames[1].event.facts["version"] > frames[0].event.facts["version"]


def test_every_watcher_gets_every_event() -> None:
    with Watcher() as one, Watcher() as two:
        make_escalation()
        assert types(one.saw(1)) == types(two.saw(1))


@pytest.mark.usefixtures("_without_hints")
def test_nothing_is_missed_or_told_twice_while_many_write() -> None:
    agent = make_agent()
    with Watcher() as watcher:
        together(lambda: [make_escalation(agent=agent) for _ in range(25)], count=8)
        frames = watcher.saw(200)
        time.sleep(0.5)
    assert [frame.seq for frame in frames] == sorted({frame.seq for frame in frames})
    assert {frame.event.escalation_id for frame in frames} == set(Escalation.objects.values_list("pk", flat=True))


@pytest.mark.usefixtures("_without_hints")
def test_what_another_process_numbers_between_two_looks_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    read = log.read
    position = log.number()

    def read_just_too_early(after: int, limit: int) -> list[Event]:
        found = read(after, limit)
        make_escalation()
        log.number()
        return found

    monkeypatch.setattr(log, "read", read_just_too_early)
    reached, nothing = stream._look(position)
    monkeypatch.setattr(log, "read", read)
    assert nothing == []
    assert [event.seq for event in stream._look(reached)[1]] == [position + 1]


def test_without_redis_and_hints_it_takes_a_moment_longer() -> None:
    with Watcher() as watcher:
        started = time.perf_counter()
        make_escalation()
        watcher.saw(1)
        assert time.perf_counter() - started < 1


def test_a_slow_watcher_is_told_that_frames_were_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "QUEUED", 3)
    subscription = Subscription(None, 0)
    for seq in range(1, 6):
        subscription.offer(Event(seq=seq), seq)

    async def read() -> list[int]:
        with pytest.raises(Behind):
            await anext(subscription)
        return [frame.seq for frame in await subscription.batch()]

    assert asyncio.run(read()) == [5]


def test_a_gap_shows_in_the_number_before() -> None:
    subscription = Subscription(None, 7)
    subscription.offer(Event(seq=9), 9)
    subscription.lose(12)
    subscription.offer(Event(seq=13), 13)

    async def read() -> Frame:
        with pytest.raises(Behind):
            await anext(subscription)
        return await anext(subscription)

    assert asyncio.run(read()).prev == 12


def test_watching_ends_when_the_process_has_to_leave() -> None:
    with Watcher() as watcher:
        watcher.leave()
        until(lambda: watcher.is_over)


def test_who_subscribes_while_leaving_is_let_go_at_once() -> None:
    async def subscribe() -> list[Frame]:
        async with stream.subscribe():
            stream.leave()
        async with stream.subscribe() as subscription:
            frames = await subscription.batch()
        await stream.close()
        return frames

    assert asyncio.run(subscribe()) == []


@pytest.mark.usefixtures("_without_redis")
def test_after_every_connection_was_cut_it_goes_on() -> None:
    with Watcher() as watcher:
        cut_all_others()
        make_escalation()
        assert len(watcher.saw(1)) == 1
        cut_all_others()
        make_escalation()
        assert len(watcher.saw(2)) == 2
        assert watcher.losses == 0


@pytest.mark.usefixtures("_without_redis")
def test_while_the_database_refuses_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    with Watcher() as watcher:
        with monkeypatch.context() as outage:
            outage.setitem(connection.settings_dict, "PORT", "1")
            cut_all_others()
            make_escalation()
            time.sleep(1)
            assert watcher.frames == []
        assert len(watcher.saw(1)) == 1
        assert watcher.losses == 0


@pytest.mark.usefixtures("_without_redis")
def test_a_watcher_of_the_first_hour_of_an_outage_is_told_to_look_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "START", 0.1)
    connection.ensure_connection()
    with monkeypatch.context() as outage:
        outage.setitem(connection.settings_dict, "PORT", "1")
        with Watcher() as watcher:
            make_escalation()
            outage.undo()
            until(lambda: watcher.losses == 1)
            assert watcher.frames == []


@pytest.mark.usefixtures("_without_redis")
def test_a_log_that_begins_again_is_noticed() -> None:
    make_escalation()
    log.number()
    with Watcher() as watcher:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM events")
            cursor.execute("UPDATE escalations_cursor SET seq = 0 WHERE name = 'numbered'")
        until(lambda: watcher.losses == 1)
        make_escalation()
        assert [(frame.seq, frame.prev) for frame in watcher.saw(1)] == [(1, 0)]


def together(work: Callable[[], object], *, count: int) -> None:
    def run() -> None:
        work()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
