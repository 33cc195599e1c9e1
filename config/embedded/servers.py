"""What the supervisor, `manage.py` and the tests need to know of a server to run it."""

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from config.embedded.leash import leashed
from config.embedded.trouble import CannotStart

STOPS_WITHIN = 60.0  # seconds; PostgreSQL writes a checkpoint before it ends


@dataclass(frozen=True)
class Server:
    """A private server: how to run it, where it answers, and the signal that stops it cleanly."""

    name: str
    url: str
    program: tuple[str, ...]
    stops_with: signal.Signals
    answers: Callable[[], bool]
    user: str = ""  # see leash.leashed
    folder: Path | None = None
    configuration: str = ""  # read from the standard input, so that no password is in the list of processes
    prepare: Callable[[], None] = lambda: None  # before each start
    clean_up: Callable[[], None] = lambda: None  # after the last stop

    @property
    def command(self) -> list[str]:
        return leashed(self.program, end_with=self.stops_with, user=self.user)

    def start(self, *, output: int | None = None, separate: int | None = None) -> subprocess.Popen[bytes]:
        """Run it as a child of this process, its output going to the file descriptor `output`."""
        self.prepare()
        stdin = subprocess.PIPE if self.configuration else subprocess.DEVNULL
        child = subprocess.Popen(
            self.command, cwd=self.folder, stdin=stdin, stdout=output if separate is None else separate, stderr=output
        )
        if child.stdin is not None:
            with contextlib.suppress(BrokenPipeError), child.stdin as stream:
                stream.write(self.configuration.encode())
        return child

    def wait_until_it_answers(self, child: subprocess.Popen[bytes], patience: float = 600.0) -> None:
        """Give up early only if it ended: recovery after a crash may take minutes. Raises CannotStart."""
        deadline = time.monotonic() + patience
        while not self.answers():
            if child.poll() is not None:
                raise CannotStart(
                    f"{self.name} ended while it was starting (code {child.returncode}); its log says why."
                )
            if time.monotonic() > deadline:
                raise CannotStart(f"{self.name} did not answer within {patience:.0f} s; its log says why.")
            time.sleep(0.02)

    def stop(self, child: subprocess.Popen[bytes]) -> None:
        """Ask it to end, wait, and kill it only if it does not."""
        child.send_signal(self.stops_with)
        try:
            child.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self.clean_up()

    @contextlib.contextmanager
    def running(self, *, output: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """Started and answering inside the block, stopped after it."""
        child = self.start(output=output)
        try:
            self.wait_until_it_answers(child)
            yield child
        finally:
            self.stop(child)


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
