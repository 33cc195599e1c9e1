"""What runs in a DATA_DIR: the file by which `manage.py` finds the servers and a new start finds what was left over."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "state.json"


@dataclass(frozen=True)
class Running:
    """A process, told apart from a later one that got the same pid by the moment it was started."""

    pid: int
    started: str
    url: str = ""

    @classmethod
    def of(cls, pid: int, url: str = "") -> "Running":
        return cls(pid, _started(pid), url)

    def is_alive(self) -> bool:
        return bool(self.started) and _started(self.pid) == self.started


@dataclass(frozen=True)
class State:
    """Who started the servers (`owner`), the servers (`postgres`, `redis`) and the processes, by name."""

    running: dict[str, Running] = field(default_factory=dict)

    def url(self, name: str) -> str:
        """The address of a server that is alive and has its owner (without it, it is about to end), else nothing."""
        owner, found = self.running.get("owner"), self.running.get(name)
        return found.url if owner and found and owner.is_alive() and found.is_alive() else ""

    def alive(self) -> dict[str, Running]:
        return {name: process for name, process in self.running.items() if process.is_alive()}


def read(data_dir: Path) -> State:
    """The state as it was last written; one that cannot be read (absent, cut short, edited) is an empty one."""
    try:
        stored = json.loads((data_dir / FILE).read_bytes())
        return State({str(name): Running(**process) for name, process in stored.items()})
    except (OSError, ValueError, TypeError, AttributeError):
        return State()


def write(data_dir: Path, state: State) -> None:
    """Replace the file in one step; it holds the servers' passwords, so only its owner may read it."""
    handle, name = tempfile.mkstemp(dir=data_dir, prefix=".state-")  # made with mode 0600
    with os.fdopen(handle, "w") as file:
        json.dump({key: asdict(process) for key, process in state.running.items()}, file)
    Path(name).replace(data_dir / FILE)


def clear(data_dir: Path) -> None:
    (data_dir / FILE).unlink(missing_ok=True)


def _started(pid: int) -> str:
    """When the process was started, in the words of the system; nothing if there is none or it is a zombie."""
    if sys.platform != "linux":
        return _started_by_ps(pid)
    try:
        facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    return "" if facts[0] in "ZX" else f"{boot}:{facts[19]}"  # field 22 of proc_pid_stat(5)


def _started_by_ps(pid: int) -> str:
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip()
