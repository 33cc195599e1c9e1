"""The web process as it is run: two workers on one port that come and go without cutting anybody off."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import psutil
import pytest
import requests
from django.conf import settings
from django.db import connection, transaction
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.factories import agent_headers, make_agent, make_escalation
from tests.live import free_port, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def server(address: str) -> Iterator[subprocess.Popen[bytes]]:
    here = {"PORT": address.rpartition(":")[2], "DATABASE_URL": database_url(), "PUBLIC_URL": address}
    command = [sys.executable, "-m", "config.front.server"]
    with subprocess.Popen(command, env=os.environ | here, cwd=settings.BASE_DIR) as server:
        try:
            until(lambda: len(workers(server)) == 2 and is_alive(address), seconds=60)
            yield server
        finally:
            if server.poll() is None:
                server.terminate()


def database_url() -> str:
    at = connection.settings_dict
    user, password = (quote(at[name], safe="") for name in ("USER", "PASSWORD"))
    return f"postgresql://{user}:{password}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def workers(server: subprocess.Popen[bytes]) -> list[psutil.Process]:
    children = psutil.Process(server.pid).children()
    return [each for each in children if "spawn_main" in " ".join(each.cmdline())]


def is_alive(address: str) -> bool:
    try:
        return requests.get(f"{address}/livez", timeout=1).ok
    except requests.RequestException:
        return False


def follow(address: str, headers: dict[str, str]) -> list[str]:
    """All lines of an event stream, until it ends by itself."""
    wish = headers | {"Accept": "text/event-stream"}
    with requests.get(f"{address}/api/events", headers=wish, stream=True, timeout=40) as stream:
        return list(stream.iter_lines(decode_unicode=True))


def closed_with(address: str) -> int:
    with connect(address.replace("http", "ws") + "/ws/queue/", origin=Origin(address)) as page:
        while True:
            try:
                page.recv(40)
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 0


def test_when_it_has_to_stop_nobody_is_cut_off(server: subprocess.Popen[bytes], address: str) -> None:
    escalation = make_escalation()
    headers = agent_headers(escalation.agent)
    url = f"{address}/api/escalations/{escalation.pk}"
    with ThreadPoolExecutor() as clients:
        waiting = [clients.submit(requests.get, f"{url}?wait=30", headers=headers, timeout=40) for _ in range(4)]
        stream = clients.submit(follow, address, headers)
        socket = clients.submit(closed_with, address)
        time.sleep(2)
        server.terminate()
        assert [each.result(15).status_code for each in waiting] == [200] * 4
        assert [line for line in stream.result(15) if line.startswith("event")] == ["event: escalation.created"]
        assert socket.result(15) in {1012, 4401}
    assert server.wait(15) is not None


def test_a_request_that_runs_is_finished(server: subprocess.Popen[bytes], address: str) -> None:
    headers = agent_headers(make_agent())
    with ThreadPoolExecutor() as clients:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE escalations")
            running = clients.submit(requests.get, f"{address}/api/escalations", headers=headers, timeout=20)
            time.sleep(1)
            server.terminate()
            time.sleep(0.5)
        assert running.result(10).status_code == 200


def test_workers_leave_the_port_when_their_parent_is_killed(server: subprocess.Popen[bytes], address: str) -> None:
    left = workers(server)
    server.send_signal(signal.SIGKILL)
    until(lambda: not any(each.is_running() for each in left))
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{address}/livez", timeout=5)
