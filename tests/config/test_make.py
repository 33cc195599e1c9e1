"""The Makefile, the Procfile and what CI runs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from config.embedded.__main__ import kept
from config.embedded.programs import Program, environment_of, procfile
from tests.config.conftest import ROOT


def make(*arguments: str, folder: Path = ROOT, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    command = [shutil.which("make") or "make", *arguments]
    environ = {"PATH": path, "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with a shell's usual tools, and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "env", "awk", "touch", "rm"):
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return folder


def test_help_lists_every_target() -> None:
    listed = make("help").stdout
    assert [line.split()[1] for line in listed.splitlines()] == [
        "help", "run", "demo", "test", "lint", "browser", "bench", "screenshots",
    ]  # fmt: skip


def test_without_a_python_that_is_new_enough_make_says_so(tmp_path: Path, tools: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = make("run", folder=tmp_path, path=str(tools))
    assert "No Python 3.11 or newer was found. Install one, then run make again." in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_nothing_is_installed_again_while_the_requirements_stay(tmp_path: Path, tools: Path) -> None:
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    said = [make("run", folder=tmp_path, path=str(tools)).stdout for _ in range(2)]
    assert [len(each.splitlines()) for each in said] == [2, 1]
    assert said[1] == "-m config.embedded\n"


def test_the_tests_see_no_setting_of_the_shell() -> None:
    shown = make("--dry-run", "--always-make", "bench").stdout
    assert "env -i PATH=" in shown


def test_every_process_of_the_procfile_is_known() -> None:
    assert list(procfile()) == ["release", "web", "worker", "beat", "drain"]


def test_ci_ends_with_the_tests() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[1] == "set -euo pipefail"
    assert lines[-2:] == ["make bench SMOKE=1", "make test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def names_kept(redis: str) -> list[str]:
    settings = {"REDIS_URL": redis}
    return [each.name for each in kept([Program(name, line, settings) for name, line in procfile().items()], settings)]


def test_with_redis_every_process_is_started() -> None:
    assert names_kept("redis://x") == ["web", "worker", "beat", "drain"]


def test_without_redis_worker_and_beat_are_left_out_and_one_line_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert names_kept("") == ["web", "drain"]
    assert capsys.readouterr().out == (
        "run      | no Redis: worker and beat are not started, drain does their work "
        "(redis-server on the PATH would help)\n"
    )


def test_processes_of_a_private_database_see_no_other_servers_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert "PGSSLMODE" not in environment_of({}, is_private=True)
    assert environment_of({}, is_private=False)["PGSSLMODE"] == "verify-full"
