"""`make run`, with stand-ins for the processes and the real servers."""

import os
import signal
import sys
import time
import urllib.request
from collections.abc import Callable

import pytest

from config.embedded import state
from config.embedded.ward import LONGEST_PAUSE, Ward
from tests.config.conftest import Copy, answer, is_gone, manage, until

Start = Callable[..., Copy]
pytestmark = pytest.mark.xdist_group("supervisor")  # many share one copy


def serves(copy: Copy) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{copy.port}/", timeout=1) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def test_what_dies_is_back_within_two_seconds(start: Start) -> None:
    copy = start().up()
    url = copy.url()
    before = {name: copy.kill(name) for name in ("postgres", "redis", "web", "worker", "drain")}
    until(lambda: all(copy.pids().get(name, pid) != pid for name, pid in before.items()), 2)
    until(lambda: answer(url) == 1 and serves(copy))


def test_data_outlives_a_killed_postgres_and_a_restart(start: Start) -> None:
    copy = start().up()
    answer(copy.url(), "CREATE TABLE kept AS SELECT 7 AS seven")
    copy.kill("postgres")
    until(lambda: answer(copy.url()) == 1, 5)
    copy.stop()
    assert answer(start().up().url(), "SELECT seven FROM kept") == 7


def test_ctrl_c_stops_the_processes_first_and_the_servers_last(start: Start) -> None:
    copy = start().up()
    pids = copy.pids()
    assert copy.stop() == 0
    assert all(is_gone(pid) for pid in pids.values())
    assert copy.said().rstrip().endswith("database system is shut down")
    assert not (copy.data_dir / state.FILE).exists()


def test_killing_the_supervisor_leaves_nothing_behind(start: Start) -> None:
    copy = start().up()
    pids = copy.pids()
    os.kill(pids["owner"], signal.SIGKILL)
    copy.ended()
    until(lambda: all(is_gone(pid) for pid in pids.values()), 5)
    assert not serves(copy)


def test_killing_make_stops_everything(start: Start) -> None:
    copy = start(command=["sh", "-c", f"MAKELEVEL=1 {sys.executable} -m tests.config.supervised; true"]).up()
    pids = copy.pids()
    assert copy.process is not None
    copy.process.kill()
    copy.ended()
    until(lambda: all(is_gone(pid) for pid in pids.values()), 20)


def test_a_killed_copy_can_be_started_again_at_once(start: Start) -> None:
    first = start().up()
    os.kill(first.pids()["owner"], signal.SIGKILL)
    first.ended()
    again = start(port=first.port).up()
    assert answer(again.url()) == 1


def test_two_copies_run_side_by_side(running: Copy, start: Start) -> None:
    other = start().up()
    assert answer(other.url()) == 1
    other.stop()
    assert answer(running.url()) == 1
    assert serves(running)


def test_a_second_copy_in_the_same_folder_is_refused_in_one_line(running: Copy, start: Start) -> None:
    second = start(data_dir=running.data_dir)
    assert second.ended() == 1
    assert second.said().startswith(f"Another copy (or a command) already runs in DATA_DIR {running.data_dir}.")
    assert answer(running.url()) == 1


def test_a_taken_port_is_refused_in_one_line(running: Copy, start: Start) -> None:
    second = start(port=running.port)
    assert second.ended() == 1
    assert second.said() == f"Port {running.port} is taken. Give another one: PORT={running.port + 1} make run\n"


def test_a_wrong_port_is_refused_with_id_and_hint(start: Start) -> None:
    copy = start(port=0)
    assert copy.ended() == 1
    assert copy.said() == "(config.E001) PORT cannot be '0'. Give a whole number from 1 to 65535.\n"


def test_given_servers_are_used_and_none_is_started(start: Start) -> None:
    given = {"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": "redis://127.0.0.1:1/0"}
    copy = start(settings=given).up()
    assert {"postgres", "redis"}.isdisjoint(copy.pids())
    assert (copy.data_dir / "static").read_text().strip() == given["DATABASE_URL"]


def test_the_first_words_are_shown_when_the_web_process_answers(running: Copy) -> None:
    said = running.said()
    assert said.index("release  | applied") < said.index("\nWelcome\n") < said.index("The desk is at")


def test_a_command_finds_the_running_database(running: Copy) -> None:
    command = "from django.conf import settings; print(settings.DATABASE_URL, settings.REDIS_URL)"
    shown = manage("shell", "--command", command, data_dir=running.data_dir)
    assert f"{running.url()} {running.url('redis')}" in shown.stdout


class Brief:
    """A program that ends at once."""

    name, url, stops_with = "brief", "", signal.SIGTERM

    def start(self, *, output: int, separate: int | None = None) -> object:
        raise NotImplementedError


@pytest.mark.parametrize(("ends", "pause"), [(1, 0.2), (2, 0.4), (4, 1.6), (20, LONGEST_PAUSE)])
def test_what_dies_again_and_again_is_started_ever_more_slowly(ends: int, pause: float) -> None:
    ward = Ward(Brief())  # type: ignore[arg-type]  # never started
    ward._started_at = time.monotonic()
    assert [ward._pause() for _ in range(ends)][-1] == pytest.approx(pause)


def test_what_cannot_be_started_does_not_end_the_rest(start: Start) -> None:
    copy = start().up()
    (copy.data_dir / "postgres").rename(copy.data_dir / "away")
    copy.kill("postgres")
    until(lambda: "postgres | cannot be started: No such file or directory" in copy.said())
    assert serves(copy)
    (copy.data_dir / "away").rename(copy.data_dir / "postgres")
    until(lambda: answer(state.read(copy.data_dir).running["postgres"].url) == 1, 20)


def test_what_lived_is_started_again_at_once() -> None:
    ward = Ward(Brief())  # type: ignore[arg-type]  # never started
    ward._started_at = time.monotonic() - 60
    assert ward._pause() == 0.0
