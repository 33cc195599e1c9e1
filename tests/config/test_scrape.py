"""`/metrics` as it is served: by either of two workers for both, to whom it may, and whatever is away."""

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from config.front import scrape
from config.front.server import shared_folder
from tests.config.test_front_server import database_url, is_alive, workers
from tests.factories import agent_headers, make_agent
from tests.live import free_port, make_scope, until

Figures = dict[str, dict[tuple[str, ...], float]]


def parsed(text: str) -> Figures:
    found: Figures = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def scraped(address: str) -> Figures:
    answer = requests.get(f"{address}/metrics", timeout=10)
    assert answer.status_code == 200
    return parsed(answer.text)


@contextmanager
def web(folder: Path, **environ: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The web process as it is run, with two workers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    here = {"PORT": str(port), "PUBLIC_URL": address, "DATA_DIR": str(folder)} | environ
    command = [sys.executable, "-m", "config.front.server"]
    with subprocess.Popen(command, env=os.environ | here, stderr=subprocess.DEVNULL) as server:
        try:
            until(lambda: len(workers(server)) == 2 and is_alive(address), seconds=60)
            yield server, address
        finally:
            server.terminate()


def requests_of(found: Figures, *labels: str) -> float:
    return found["escalations_http_request_duration_seconds_count"].get(labels, 0)


def get_in_parallel(url: str, times: int) -> None:
    """Each by a connection of its own, so that both workers get some."""
    for _ in range(times):
        requests.get(url, timeout=10)


@pytest.mark.django_db(transaction=True)
def test_two_workers_are_told_of_as_one(tmp_path: Path) -> None:
    key = agent_headers(make_agent())
    with web(tmp_path, DATABASE_URL=database_url()) as (server, address):
        requests.get(f"{address}/api/availability", headers=key, timeout=10)
        get_in_parallel(f"{address}/api/escalations", 30)
        with stream(address, key):
            until(lambda: scraped(address)["escalations_event_streams"][()] == 1)
            seen = [scraped(address) for _ in range(10)]
            assert [each["escalations_event_streams"][()] for each in seen] == [1] * 10
        assert {requests_of(each, "GET", "api/escalations", "4xx") for each in seen} == {30}
        assert requests_of(seen[-1], "GET", "api/availability", "2xx") == 1
        assert {each["escalations_web_workers"][()] for each in seen} == {2}
        assert {each["escalations_database_up"][()] for each in seen} == {1}
        streams = [stream(address, key) for _ in range(4)]
        until(lambda: scraped(address)["escalations_event_streams"][()] >= 4)
        for killed in workers(server):
            os.kill(killed.pid, signal.SIGKILL)
        until(lambda: is_alive(address) and scraped(address)["escalations_event_streams"][()] == 0, seconds=60)
        assert requests_of(scraped(address), "GET", "api/escalations", "4xx") == 30
        for each in streams:
            each.close()


def stream(address: str, key: dict[str, str]) -> requests.Response:
    return requests.get(f"{address}/api/events", headers=key | {"Accept": "text/event-stream"}, stream=True, timeout=20)


@contextmanager
def frozen_database() -> Iterator[str]:
    """A server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kept: list[socket.socket] = []
        threading.Thread(target=_accept, args=(listener, kept), daemon=True).start()
        yield f"postgresql://a:b@127.0.0.1:{listener.getsockname()[1]}/c"


def _accept(listener: socket.socket, kept: list[socket.socket]) -> None:
    with suppress(OSError):
        while True:
            kept.append(listener.accept()[0])


def test_without_a_database_there_is_an_answer_at_once_that_says_so(tmp_path: Path) -> None:
    with frozen_database() as frozen:
        known = {"DATABASE_URL": frozen, "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
        with web(tmp_path, **known) as (_, address):
            started = time.monotonic()
            found = scraped(address)
            assert time.monotonic() - started < 5
            assert requests.get(f"{address}/statusz", timeout=10).status_code == 503
    assert found["escalations_database_up"][()] == 0
    assert found["escalations_redis_up"][()] == 0
    assert found["process_resident_memory_bytes"][()] > 1e6
    assert "escalations_waiting" not in found


@pytest.mark.parametrize(
    ("given", "client", "may"),
    [
        pytest.param({}, "127.0.0.1", True, id="this machine"),
        pytest.param({"host": b"127.0.0.1:8000"}, "::1", True, id="this machine by IPv6"),
        pytest.param({}, "10.1.2.3", True, id="an allowed network"),
        pytest.param({}, "10.2.0.1", False, id="another network"),
        pytest.param({"x-forwarded-for": b"10.1.2.3"}, "127.0.0.1", False, id="through a proxy"),
        pytest.param({"forwarded": b"for=10.1.2.3"}, "10.1.2.3", False, id="through another proxy"),
        pytest.param({"host": b"evil.example"}, "127.0.0.1", False, id="a page of another site"),
        pytest.param({"host": b"[::1]:8000"}, "::1", True, id="an address of IPv6"),
        pytest.param({}, "", False, id="nobody knows who"),
    ],
)
def test_without_a_token_only_allowed_networks_may_read(
    settings: Settings, given: dict[str, bytes], client: str, may: bool
) -> None:
    settings.METRICS_TOKEN = ""
    settings.METRICS_ALLOWED_NETWORKS = [ipaddress.ip_network(each) for each in ("127.0.0.0/8", "::1", "10.1.0.0/16")]
    headers = [(name.encode(), value) for name, value in ({"host": b"127.0.0.1"} | given).items()]
    assert scrape.may_read(make_scope("/metrics", client=(client, 1)), headers) is may


@pytest.mark.parametrize(
    ("given", "may"),
    [(b"Bearer right", True), (b"Bearer wrong", False), (b"right", False), (b"Bearer r\xc3\xa4", False), (b"", False)],
    ids=["right", "wrong", "bare", "not ascii", "none"],
)
def test_with_a_token_whoever_has_it_may_read_from_anywhere(settings: Settings, given: bytes, may: bool) -> None:
    settings.METRICS_TOKEN = "right"
    for client in ("127.0.0.1", "203.0.113.9"):
        scope = make_scope("/metrics", client=(client, 1))
        assert scrape.may_read(scope, [(b"host", b"x"), (b"authorization", given)]) is may


def test_the_folder_of_a_process_that_ended_goes_and_no_other(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for pid in (ended.pid, os.getppid(), os.getpid()):
        (tmp_path / f"web-{pid}").mkdir()
        (tmp_path / f"web-{pid}" / "counter_1.db").touch()
    mine = shared_folder(tmp_path)
    assert mine == tmp_path / f"web-{os.getpid()}"
    assert list(mine.iterdir()) == []
    assert {each.name for each in tmp_path.iterdir()} == {mine.name, f"web-{os.getppid()}"}


def test_where_nothing_may_be_written_it_counts_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert shared_folder(tmp_path / "file").is_dir()
