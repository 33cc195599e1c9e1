"""Redis only says that there may be news: gone, frozen or back again, the stream goes on."""

import signal
import time
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from pytest_django import Settings

from config.embedded import redis
from config.embedded.servers import Server
from escalations import hints, stream
from tests.escalations.watching import Watcher
from tests.factories import make_escalation
from tests.live import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A Redis that is not running yet. Nobody but `tell` speaks through it, and the clock wakes nobody."""
    server = redis.server(tmp_path)
    if server is None:
        pytest.skip("there is no Redis on this machine")
    hosts = [{"address": server.url, "socket_connect_timeout": 1, "socket_timeout": 1}]
    layer = settings.CHANNEL_LAYERS["default"] | {"CONFIG": {"hosts": hosts, "prefix": "escalations"}}
    settings.CHANNEL_LAYERS = {"default": layer}
    monkeypatch.setattr(hints, "moved", lambda: None)
    monkeypatch.setattr(stream, "RETRY", 0.2)
    return server


@pytest.fixture
def _by_hints_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "POLL", 60.0)
    monkeypatch.setattr(stream, "POLL_UNTOLD", 60.0)


def tell() -> None:
    """What another process does after a change."""

    async def send() -> None:
        layer = get_channel_layer()
        assert layer is not None
        await layer.group_send(hints.GROUP, {"type": "log.moved"})
        await layer.flush()

    async_to_sync(send)()


def hears(watcher: Watcher) -> bool:
    """Whether a hint brings a new event, at last."""
    count = len(watcher.frames)
    make_escalation()

    def is_told() -> bool:
        tell()
        return len(watcher.frames) > count

    until(is_told, seconds=15)
    return True


@pytest.mark.usefixtures("_by_hints_alone")
def test_another_process_is_heard_through_redis(server: Server) -> None:
    with server.running(), Watcher() as watcher:
        assert hears(watcher)


@pytest.mark.usefixtures("_by_hints_alone")
def test_a_redis_that_comes_later_is_heard(server: Server) -> None:
    with Watcher() as watcher, server.running():
        assert hears(watcher)


@pytest.mark.usefixtures("_by_hints_alone")
def test_a_redis_that_was_killed_is_heard_again(server: Server) -> None:
    with Watcher() as watcher:
        with server.running() as child:
            assert hears(watcher)
            child.kill()
            child.wait()
        with server.running():
            assert hears(watcher)


@pytest.mark.usefixtures("_by_hints_alone")
def test_a_redis_that_was_frozen_is_heard_again(server: Server) -> None:
    with server.running() as child, Watcher() as watcher:
        assert hears(watcher)
        child.send_signal(signal.SIGSTOP)
        make_escalation()
        child.send_signal(signal.SIGCONT)
        assert hears(watcher)


@pytest.mark.usefixtures("_by_hints_alone")
def test_after_a_long_silence_it_subscribes_afresh(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "SILENCE", 0.2)
    with server.running(), Watcher() as watcher:
        time.sleep(1)
        assert hears(watcher)


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_without_redis_the_clock_does(server: Server, fault: signal.Signals) -> None:
    with server.running() as child, Watcher() as watcher:
        child.send_signal(fault)
        for count in range(1, 4):
            make_escalation()
            watcher.saw(count)
        child.send_signal(signal.SIGCONT)


def test_a_frozen_redis_does_not_hold_a_subscriber(server: Server) -> None:
    with server.running() as child:
        child.send_signal(signal.SIGSTOP)
        with Watcher() as watcher:
            make_escalation()
            watcher.saw(1)
        child.send_signal(signal.SIGCONT)
