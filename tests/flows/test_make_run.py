"""The product as `make run` starts it: from nothing to the first call."""

import json
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from tests.config.conftest import Copy, is_gone, until

pytestmark = pytest.mark.xdist_group("make run")  # they share one copy


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    copy = Copy(tmp_path_factory.mktemp("run") / "data", command=[sys.executable, "-m", "config.embedded"]).start().up()
    yield copy
    copy.stop()


def get(copy: Copy, path: str) -> object:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{copy.port}{path}", timeout=2) as response:
            return json.load(response)
    except OSError:
        return None


def test_the_printed_call_creates_an_escalation(copy: Copy) -> None:
    call = next(line for line in copy.said().splitlines() if line.startswith("curl "))
    shown = subprocess.run(shlex.split(call), capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout)["status"] == "open"


def test_a_killed_web_process_is_back(copy: Copy) -> None:
    until(lambda: get(copy, "/livez"))
    before = copy.kill("web")
    until(lambda: copy.pids().get("web", before) != before, 2)
    until(lambda: get(copy, "/livez"), 20)


def test_no_worker_of_a_killed_web_process_keeps_the_port(copy: Copy) -> None:
    workers = [child.pid for child in psutil.Process(copy.pids()["web"]).children(recursive=True)]
    assert len(workers) >= 2
    copy.kill("web")
    until(lambda: all(is_gone(pid) for pid in workers), 2)


def test_every_process_runs(copy: Copy) -> None:
    until(lambda: {"owner", "postgres", "web", "drain"} <= set(copy.pids()))
    assert re.search(r"^run {6}\| no Redis", copy.said(), re.MULTILINE) or {"redis", "worker", "beat"} <= set(
        copy.pids()
    )


def test_the_second_start_shows_no_secrets_and_has_the_data(copy: Copy) -> None:
    copy.stop()
    copy.start().up()
    assert "esc_live_" not in copy.said()
    assert "Sign in" not in copy.said()
