"""Copies of the product, and its servers, that a test may start and kill."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psutil
import psycopg
import pytest

from config import environment
from config.embedded import state
from config.embedded.servers import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
PLAIN = {name: os.environ[name] for name in ("HOME", "PATH", "LANG", "TMPDIR") if name in os.environ}


@dataclass
class Copy:
    """The supervisor in a process of its own, as a rule with stand-ins for the processes of the Procfile."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=lambda: [sys.executable, "-m", "tests.config.supervised"])
    process: subprocess.Popen[str] | None = None

    @property
    def log(self) -> Path:
        return self.data_dir.parent / f"{id(self)}.log"

    def start(self) -> "Copy":
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environ(), stdout=log, stderr=log, text=True
            )
        return self

    def environ(self) -> dict[str, str]:
        return {**PLAIN, **self.settings, "DATA_DIR": str(self.data_dir), "PORT": str(self.port)}

    def said(self) -> str:
        return self.log.read_text()

    def up(self) -> "Copy":
        until(lambda: "The desk is at" in self.said() or self.has_ended(), 60)
        assert "The desk is at" in self.said(), self.said()
        return self

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def ended(self) -> int:
        """Wait for the end. Returns the exit code."""
        assert self.process is not None
        return self.process.wait(30)

    def stop(self) -> int:
        if self.process is not None and not self.has_ended():
            self.process.send_signal(signal.SIGINT)
        return self.ended()

    def kill(self, name: str) -> int:
        """kill -9 one of the processes. Returns the pid it had."""
        pid = self.pids()[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in state.read(self.data_dir).alive().items()}

    def url(self, name: str = "postgres") -> str:
        return state.read(self.data_dir).url(name)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Copy]]:
    """Starts copies, each in a folder of its own, and stops them after the test."""
    copies: list[Copy] = []

    def start(**facts: Any) -> Copy:
        copies.append(Copy(**{"data_dir": tmp_path / "data", **facts}).start())
        return copies[-1]

    yield start
    for copy in copies:
        if not copy.has_ended():
            copy.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy for the tests that leave it as it is."""
    copy = Copy(tmp_path_factory.mktemp("running") / "data").start().up()
    yield copy
    copy.stop()


@pytest.fixture
def no_problems(monkeypatch: pytest.MonkeyPatch) -> list[environment.Problem]:
    """What reading settings finds wrong from here on."""
    found: list[environment.Problem] = []
    monkeypatch.setattr(environment, "problems", found)
    return found


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def answer(url: str, query: LiteralString = "SELECT 1") -> object:
    """The value that the query returns, if any, on a connection of its own; None while the server is away."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            cursor = connection.execute(query)
            return cursor.fetchone()[0] if cursor.description else None  # type: ignore[index]  # there is a row
    except psycopg.OperationalError:
        return None


def manage(*arguments: str, data_dir: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` as a person runs it."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**PLAIN, "DATA_DIR": str(data_dir), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def write_state(data_dir: Path, **running: dict[str, object]) -> None:
    (data_dir / state.FILE).write_text(json.dumps(running))
