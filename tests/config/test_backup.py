"""`manage.py backup` and `restore`: there and back."""

import io
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections
from pytest_django import Settings

from config import dumps
from escalations.models import Agent
from tests.factories import make_agent

pytestmark = pytest.mark.django_db(transaction=True)


def backup(file: Path) -> str:
    said = io.StringIO()
    call_command("backup", str(file), stdout=said)
    return said.getvalue()


def restore(file: Path, *options: str) -> str:
    said = io.StringIO()
    call_command("restore", str(file), *options, stdout=said, stderr=said)
    return said.getvalue()


def test_everything_comes_back_and_nothing_else_stays(tmp_path: Path) -> None:
    kept = make_agent().pk
    backup(tmp_path / "dump")
    Agent.objects.all().delete()
    make_agent()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_a_newer_version (id int)")
    restore(tmp_path / "dump", "--yes")
    assert [agent.pk for agent in Agent.objects.all()] == [kept]
    assert "of_a_newer_version" not in connection.introspection.table_names()


def test_rows_can_be_added_after_a_restore(tmp_path: Path) -> None:
    first = make_agent()
    backup(tmp_path / "dump")
    restore(tmp_path / "dump", "--yes")
    assert make_agent().pk != first.pk


def test_a_backup_is_for_its_owner_only_and_says_what_it_lacks(tmp_path: Path) -> None:
    said = backup(tmp_path / "dump")
    assert stat.S_IMODE((tmp_path / "dump").stat().st_mode) == 0o600
    assert "The secret key is not in it" in said
    assert [path.name for path in tmp_path.iterdir()] == ["dump"]


def test_a_backup_that_fails_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dump").write_text("the old one")
    monkeypatch.setitem(connection.settings_dict, "NAME", "no_such_database")
    with pytest.raises(CommandError, match=r"The backup failed: .*no_such_database"):
        backup(tmp_path / "dump")
    assert (tmp_path / "dump").read_text() == "the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["dump"]


def test_a_backup_to_nowhere_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        backup(tmp_path / "no" / "dump")


@pytest.mark.parametrize("content", [b"", b"SELECT 1;", b"PGDMP but not really", bytes(1000)])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "dump").write_bytes(content)
    with pytest.raises(CommandError, match=r"is not a backup made by `manage\.py backup`\. Nothing was changed\."):
        restore(tmp_path / "dump", "--yes")


def test_a_backup_that_is_cut_short_changes_nothing(tmp_path: Path) -> None:
    backup(tmp_path / "dump")
    agent = make_agent()
    whole = (tmp_path / "dump").read_bytes()
    (tmp_path / "dump").write_bytes(whole[:-20])
    with pytest.raises(CommandError, match="nothing was changed"):
        restore(tmp_path / "dump", "--yes")
    assert Agent.objects.get() == agent


def test_it_asks_before_it_replaces(tmp_path: Path) -> None:
    backup(tmp_path / "dump")
    with pytest.raises(CommandError, match=r"This replaces everything in the database .* Say --yes"):
        restore(tmp_path / "dump")


def test_other_connections_are_ended(tmp_path: Path) -> None:
    backup(tmp_path / "dump")
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE escalations")
        restore(tmp_path / "dump", "--yes")
        with pytest.raises(OperationalError):
            cursor.execute("SELECT 1")
    other.close()


def test_another_secret_key_is_noticed(tmp_path: Path, settings: Settings) -> None:
    make_agent()
    backup(tmp_path / "dump")
    settings.SECRET_KEY = "another key " * 4
    assert "sealed under another secret key" in restore(tmp_path / "dump", "--yes")


def test_the_password_is_not_in_the_list_of_processes() -> None:
    assert connection.settings_dict["PASSWORD"] not in " ".join(dumps._tool("psql"))
