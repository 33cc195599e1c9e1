"""The private PostgreSQL and Redis, started for real."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from redis import AuthenticationError, Redis

from config.embedded import binaries, postgres, redis
from config.embedded.leash import ordinary_account
from config.embedded.postgres import Runner
from config.embedded.servers import Server
from config.embedded.trouble import CannotStart
from tests.config.conftest import answer, until

FAST = {"fsync": "off"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DATA_DIR with a cluster that was never started."""
    data_dir = tmp_path_factory.mktemp("made")
    postgres.server(data_dir, FAST)
    return data_dir


@pytest.fixture
def data_dir(made: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test."""
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture
def old(data_dir: Path) -> Path:
    (data_dir / "postgres" / "PG_VERSION").write_text("16\n")
    return data_dir


def run(server: Server, query: LiteralString = "SELECT 1") -> object:
    with server.running(output=subprocess.DEVNULL):
        return answer(server.url, query)


def test_the_cluster_has_checksums_and_our_role_is_no_superuser(data_dir: Path) -> None:
    query = """SELECT concat_ws(' ', current_setting('data_checksums'), current_setting('is_superuser'),
               current_setting('listen_addresses'), current_database(), pg_encoding_to_char(encoding))
               FROM pg_database WHERE datname = current_database()"""
    assert run(postgres.server(data_dir), query) == "on off 127.0.0.1 escalations UTF8"


def test_nobody_gets_in_without_the_password(data_dir: Path) -> None:
    server = postgres.server(data_dir)
    with server.running(output=subprocess.DEVNULL):
        for role in ("escalations", "postgres"):
            stranger = server.url.replace("//escalations:", f"//{role}:not-")
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(stranger)


def test_it_stops_when_it_is_told_and_keeps_what_it_has(data_dir: Path) -> None:
    run(postgres.server(data_dir), "CREATE TABLE kept AS SELECT 7 AS seven")
    assert run(postgres.server(data_dir), "SELECT seven FROM kept") == 7


def test_data_of_another_major_version_is_refused_with_the_way_to_move_it(old: Path) -> None:
    with pytest.raises(CannotStart) as refused:
        postgres.server(old)
    assert str(refused.value) == (
        f"{old}/postgres holds data of PostgreSQL 16, and this is PostgreSQL 18. To move it: with the release that "
        f"wrote it run `python manage.py backup FILE`, move {old}/postgres away, and here run "
        "`python manage.py restore FILE`."
    )


def test_a_folder_that_is_no_cluster_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(CannotStart, match="is not a PostgreSQL data folder"):
        postgres.server(tmp_path)


def test_an_initialisation_that_was_cut_off_is_done_again(tmp_path: Path) -> None:
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")
    assert run(postgres.server(tmp_path, FAST)) == 1


@pytest.mark.parametrize("left", ["", "12", "PID\n/elsewhere\n", "words\n"])
def test_a_postmaster_file_that_means_nothing_does_not_keep_it_from_starting(data_dir: Path, left: str) -> None:
    (data_dir / "postgres" / "postmaster.pid").write_text(left.replace("PID", str(os.getpid())))
    assert run(postgres.server(data_dir)) == 1


def test_a_killed_postgres_recovers(data_dir: Path) -> None:
    server = postgres.server(data_dir, {"fsync": "on"})
    with server.running(output=subprocess.DEVNULL) as child:
        answer(server.url, "CREATE TABLE kept AS SELECT 7 AS seven")
        child.kill()
        child.wait()
    until(lambda: run_again(data_dir) == 7)


def run_again(data_dir: Path) -> object:
    """The backends of the killed one may take a moment to leave."""
    try:
        return run(postgres.server(data_dir), "SELECT seven FROM kept")
    except CannotStart:
        return None


def test_a_server_that_cannot_start_says_so_at_once(data_dir: Path) -> None:
    server = postgres.server(data_dir, {"shared_buffers": "nonsense"})
    with pytest.raises(CannotStart, match="postgres ended while it was starting"):
        run(server)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
def test_where_user_namespaces_are_refused_a_copy_runs_as_another_account(tmp_path: Path) -> None:
    runner = postgres.copied_runner()
    server = postgres.server(tmp_path, FAST, runner=runner)
    tmp_path.chmod(0o700)
    with server.running(output=subprocess.DEVNULL) as child:
        assert answer(server.url) == 1
        assert Path(f"/proc/{child.pid}").stat().st_uid == ordinary_account().pw_uid
    assert runner.copied_to is not None
    assert not runner.copied_to.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
def test_a_cluster_moves_between_the_two_ways_of_running_as_root(tmp_path: Path) -> None:
    assert run(postgres.server(tmp_path, FAST, runner=postgres.copied_runner())) == 1
    assert run(postgres.server(tmp_path, FAST)) == 1


def test_nobody_but_root_needs_another_account() -> None:
    assert Runner().account is None


@pytest.mark.skipif(binaries.redis() is None, reason="there is no Redis here")
def test_redis_asks_for_a_password_and_writes_nothing(tmp_path: Path) -> None:
    server = redis.server(tmp_path)
    assert server is not None
    with server.running(output=subprocess.DEVNULL):
        client = Redis.from_url(server.url)
        client.set("hint", "look")
        assert client.config_get("save") == {"save": ""}
        with pytest.raises(AuthenticationError):
            Redis(port=client.get_connection_kwargs()["port"]).ping()
    assert [path.name for path in tmp_path.iterdir()] == ["redis.log"]


@pytest.mark.skipif(binaries.redis() is None, reason="there is no Redis here")
def test_no_password_is_in_the_list_of_processes(tmp_path: Path) -> None:
    server = redis.server(tmp_path)
    assert server is not None
    password = server.url.split("@")[0].split(":")[-1]
    assert not any(password in part for part in server.command)


def test_a_machine_without_redis_has_no_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.meta_path", [])
    assert redis.server(tmp_path) is None


def test_a_server_ends_with_whoever_started_it(data_dir: Path) -> None:
    command = [sys.executable, "-c", STARTER, str(data_dir)]
    starter = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    url = starter.stdout.readline().strip()
    assert answer(url) == 1
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    until(lambda: answer(url) is None)


STARTER = """
import sys, time, subprocess
from pathlib import Path
from typing import LiteralString
from config.embedded import postgres
server = postgres.server(Path(sys.argv[1]))
with server.running(output=subprocess.DEVNULL):
    print(server.url, flush=True)
    time.sleep(60)
"""
