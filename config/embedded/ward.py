"""A program that is kept running: started, seen to have ended, started again, stopped."""

import contextlib
import os
import signal
import subprocess
import time
from typing import Protocol

STEADY = 5.0  # seconds; what lived that long is started again at once
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0  # seconds between starts of what dies at once, doubled each time


class Startable(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def stops_with(self) -> signal.Signals: ...

    @property
    def url(self) -> str: ...

    def start(self, *, output: int, separate: int | None = None) -> subprocess.Popen[bytes]:
        """`separate` is where the standard output goes, if not where the errors go."""


class Ward:
    """At most one child at a time, which leads a process group of its own."""

    def __init__(self, program: Startable) -> None:
        self.program = program
        self.child: subprocess.Popen[bytes] | None = None
        self.start_at = 0.0  # when it is due, on the monotonic clock
        self._started_at = 0.0
        self._early_ends = 0

    @property
    def name(self) -> str:
        return self.program.name

    def start(self, output: int, separate: int | None = None) -> subprocess.Popen[bytes]:
        self._started_at = time.monotonic()
        self.child = self.program.start(output=output, separate=separate)
        return self.child

    def reap(self) -> int | None:
        """The exit code, if the child has ended since the last call; then nothing of its group is left either."""
        if self.child is None or not _has_ended(self.child.pid):
            return None
        self.kill()  # the group's number cannot be anybody else's until its leader is waited for
        code = self.child.wait()
        self.child = None
        self.put_off()
        return code

    def put_off(self) -> None:
        """It has ended, or could not be started: say when it is due again."""
        self.start_at = time.monotonic() + self._pause()

    def tell_to_stop(self) -> None:
        if self.child is not None:
            self.child.send_signal(self.program.stops_with)

    def kill(self) -> None:
        if self.child is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, signal.SIGKILL)

    def _pause(self) -> float:
        if time.monotonic() - self._started_at >= STEADY:
            self._early_ends = 0
            return 0.0
        self._early_ends += 1
        return float(min(FIRST_PAUSE * 2 ** (self._early_ends - 1), LONGEST_PAUSE))


def _has_ended(pid: int) -> bool:
    """Without waiting for it, so that its number stays taken."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
