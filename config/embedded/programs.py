"""The processes of the Procfile, as the supervisor runs them."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.embedded.leash import leashed
from config.embedded.trouble import CannotStart

ROOT = Path(__file__).resolve().parent.parent.parent
NEED_REDIS = {"worker", "beat"}


@dataclass(frozen=True)
class Program:
    """One line of the Procfile, run by the shell in the project's folder."""

    name: str
    line: str
    environ: Mapping[str, str]
    stops_with: signal.Signals = signal.SIGTERM
    url: str = ""

    def start(self, *, output: int, separate: int | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            leashed(["/bin/sh", "-c", f"exec {self.line}"], end_with=self.stops_with),
            cwd=ROOT,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=output if separate is None else separate,
            stderr=output,
        )


def procfile(path: Path = ROOT / "Procfile") -> dict[str, str]:
    """Name and command of each process. Raises CannotStart."""
    try:
        lines = [line.partition(":") for line in path.read_text().splitlines() if line.strip()]
    except OSError as error:
        raise CannotStart(f"{path} cannot be read: {error.strerror}.") from error
    return {name.strip(): command.strip() for name, _, command in lines}


def environment_of(settings: Mapping[str, str], *, is_private: bool) -> dict[str, str]:
    """Ours with the settings laid over it, and the programs of this virtual environment first.

    With a private database PGHOST, PGSSLMODE and the like are left out: they are meant for another server.
    """
    kept = {name: value for name, value in os.environ.items() if not (is_private and name.startswith("PG"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    return {**kept, **settings, "PATH": path, "PYTHONUNBUFFERED": "1"}
