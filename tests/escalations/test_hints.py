"""Hints leave through a real Redis, few for many changes, and the last change is never without one."""

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from escalations import hints
from tests.live import until

QUEUE = "celery"  # where the workers look


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    if not settings.REDIS_URL:
        pytest.skip("no Redis on this machine")
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.delete(QUEUE)
    yield client
    client.delete(QUEUE)
    client.close()


def kicks(broker: redis.Redis) -> int:
    return int(broker.llen(QUEUE))


def test_a_change_kicks_the_workers(broker: redis.Redis) -> None:
    hints.moved()
    until(lambda: kicks(broker) >= 1)


def test_many_changes_share_few_kicks_and_the_last_has_its_own(broker: redis.Redis) -> None:
    for _ in range(500):
        hints.moved()
    until(lambda: kicks(broker) >= 1)
    few = kicks(broker)
    assert few < 250  # other tests kick, too
    hints.moved()
    until(lambda: kicks(broker) > few)


def test_listeners_of_this_process_are_called_at_once() -> None:
    heard: list[str] = []

    def listen() -> None:
        heard.append("moved")

    hints.listeners.append(listen)
    try:
        hints.moved()
    finally:
        hints.listeners.remove(listen)
    assert heard == ["moved"]
