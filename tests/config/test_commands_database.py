"""`manage.py` finds a database, starts one for the command, or does without."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.embedded import folder, postgres, session, state
from tests.config.conftest import Copy, answer, manage, write_state

NOWHERE = {"DATABASE_URL": "postgresql://ada:secret@127.0.0.1:1/nothing", "SECRET_KEY": "k" * 40}


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_a_command_starts_a_database_for_itself_and_stops_it(data_dir: Path) -> None:
    environ: dict[str, str] = {}
    with session.database(["migrate"], environ):
        url = environ["DATABASE_URL"]
        assert answer(url) == 1
    assert answer(url) is None
    assert "DATABASE_URL" not in environ
    assert not (data_dir / state.FILE).exists()


def test_a_second_command_uses_the_database_of_the_first(data_dir: Path) -> None:
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    with session.database(["shell"], first), session.database(["migrate"], second):
        assert second["DATABASE_URL"] == first["DATABASE_URL"]


def test_a_database_is_kept_while_another_command_uses_it(data_dir: Path) -> None:
    def use(environ: dict[str, str]) -> object:
        with session.database(["migrate"], environ):
            return answer(environ["DATABASE_URL"], "SELECT 1 FROM pg_sleep(0.3)")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, [{}, {}, {}, {}])) == [1, 1, 1, 1]


def test_a_stale_state_file_is_not_believed(data_dir: Path) -> None:
    folder.prepare(data_dir)
    gone = {"pid": os.getpid(), "started": "another boot:1", "url": NOWHERE["DATABASE_URL"]}
    write_state(data_dir, owner=gone, postgres=gone)
    environ: dict[str, str] = {}
    with session.database(["migrate"], environ):
        assert answer(environ["DATABASE_URL"]) == 1


def test_a_given_database_is_used(data_dir: Path) -> None:
    environ = dict(NOWHERE)
    with session.database(["migrate"], environ):
        assert environ == NOWHERE
    assert not data_dir.exists()


def test_settings_of_other_servers_are_left_out(data_dir: Path) -> None:
    environ = {"PGSSLMODE": "verify-full", "PGHOST": "elsewhere", "PATH": "kept"}
    session.forget_client_settings(environ)
    assert environ == {"PATH": "kept"}


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ([], False),
        (["help"], False),
        (["check", "--deploy"], False),
        (["check", "--database", "default"], True),
        (["makemigrations", "--check"], False),
        (["collectstatic"], False),
        (["drain", "--help"], False),
        (["drain"], True),
        (["migrate"], True),
    ],
)
def test_only_commands_that_need_a_database_get_one(arguments: list[str], needed: bool) -> None:
    assert session.needs_database(arguments) is needed


def test_checks_need_no_database(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", data_dir=tmp_path / "data")
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (4 silenced).\n")
    assert not (tmp_path / "data").exists()


def test_a_database_that_is_away_is_one_line(tmp_path: Path) -> None:
    done = manage("migrate", data_dir=tmp_path, **NOWHERE)
    assert done.returncode == 1
    assert done.stderr.startswith("The database cannot be used: ")
    assert done.stderr.count("\n") == 1


def test_a_wrong_setting_stops_a_release_with_id_and_hint(tmp_path: Path) -> None:
    done = manage("release", data_dir=tmp_path, **{**NOWHERE, "DATABASE_URL": "mysql://x/y"})
    assert done.returncode == 1
    assert "(config.E001) DATABASE_URL cannot be used as it is." in done.stderr
    assert "HINT: Give postgresql://USER:PASSWORD@HOST:PORT/NAME" in done.stderr


def test_data_of_another_major_version_is_one_line(tmp_path: Path) -> None:
    folder.prepare(tmp_path)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17")
    done = manage("migrate", data_dir=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path}/postgres holds data of PostgreSQL 17")
    assert done.stderr.count("\n") == 1


def test_a_command_works_beside_a_killed_copy(start: Callable[..., Copy], data_dir: Path) -> None:
    copy = start(data_dir=data_dir).up()
    copy.kill("owner")
    copy.ended()
    environ: dict[str, str] = {}
    with session.database(["migrate"], environ):
        assert answer(environ["DATABASE_URL"]) == 1


def test_the_cluster_is_the_one_of_the_folder(data_dir: Path) -> None:
    folder.prepare(data_dir)
    postgres.server(data_dir)
    (data_dir / "postgres" / "postgresql.auto.conf").write_text("cluster_name = 'ours'\n")
    environ: dict[str, str] = {}
    with session.database(["migrate"], environ):
        assert answer(environ["DATABASE_URL"], "SHOW cluster_name") == "ours"
    shutil.rmtree(data_dir)
