"""Keeps servers and processes running until it is told to stop; then processes end first, servers last."""

import os
import selectors
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

from config.embedded import state
from config.embedded.output import Kept, Spoken, read, say
from config.embedded.programs import Program
from config.embedded.servers import STOPS_WITHIN, Server
from config.embedded.trouble import CannotStart
from config.embedded.ward import Startable, Ward

PROCESSES_STOP_WITHIN = 25.0  # seconds; the web process gives its requests 20
TURN = 0.5  # seconds to sleep at most; a signal or a line of output ends the sleep
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """One thread: the kernel ties the children's lives to the thread that starts them (prctl(2))."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._running = {"owner": state.Running.of(os.getpid())}
        self._servers: list[Ward] = []
        self._processes: list[Ward] = []
        self._stops_asked = 0
        self._selector = selectors.DefaultSelector()
        self._listen_to_signals()

    @property
    def is_stopping(self) -> bool:
        return self._stops_asked > 0

    def serve(self, server: Server) -> None:
        """Start a server and return when it answers. Raises CannotStart."""
        ward = Ward(server)
        self._servers.append(ward)
        self._start(ward)
        while not server.answers() and not self.is_stopping:
            self._turn(0.02)
            if (code := ward.reap()) is not None:
                self._hear_the_rest()
                raise CannotStart(f"{server.name} ended while it was starting (code {code}); its lines above say why.")

    def run_once(self, program: Program) -> str:
        """Run a program to its end; what it says on standard output is returned. Raises CannotStart if it fails."""
        said = Kept()
        separate = self._hear(said)
        ward = Ward(program)
        self._start(ward, separate=separate)
        os.close(separate)
        asked = False
        while (code := ward.reap()) is None:
            self._turn(0.1)
            if self.is_stopping and not asked:
                asked = True
                ward.tell_to_stop()
        self._hear_the_rest()
        if code != 0 and not self.is_stopping:
            raise CannotStart(f"`{program.line}` failed (code {code}); its lines above say why.")
        return said.text()

    def keep(self, programs: Iterable[Startable]) -> None:
        for program in programs:
            self._processes.append(Ward(program))
            self._start(self._processes[-1])

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Start again what ends, until the condition holds or a signal asks us to stop."""
        while not self.is_stopping and not until():
            for ward in (*self._servers, *self._processes):
                self._revive(ward)
            self._turn(TURN)

    def stop(self) -> None:
        """End the processes, then the servers in reverse order. A second signal does not wait for requests to end."""
        asked = self._stops_asked
        self._end(self._processes, PROCESSES_STOP_WITHIN, hurry=lambda: self._stops_asked > max(asked, 1))
        for ward in reversed(self._servers):
            self._end([ward], STOPS_WITHIN)
            if isinstance(ward.program, Server):
                ward.program.clean_up()
        state.clear(self._data_dir)

    def _start(self, ward: Ward, separate: int | None = None) -> None:
        output = self._hear(Spoken(ward.name))
        try:
            child = ward.start(output, separate)
        finally:
            os.close(output)
        self._running[ward.name] = state.Running.of(child.pid, ward.program.url)
        state.write(self._data_dir, state.State(self._running))

    def _revive(self, ward: Ward) -> None:
        if (code := ward.reap()) is not None:
            wait = max(0.0, ward.start_at - time.monotonic())
            say(ward.name, f"ended ({_how(code)}); it is started again" + (f" in {wait:.1f} s" if wait else ""))
        if ward.child is None and time.monotonic() >= ward.start_at:
            try:
                self._start(ward)
            except OSError as error:  # no memory, no folder: what else runs must go on
                ward.put_off()
                say(ward.name, f"cannot be started: {error.strerror}")

    def _end(self, wards: list[Ward], within: float, hurry: Callable[[], bool] = lambda: False) -> None:
        for ward in wards:
            ward.tell_to_stop()
        deadline = time.monotonic() + within
        while any(ward.child for ward in wards):
            if hurry() or time.monotonic() > deadline:
                for ward in wards:
                    ward.kill()
            self._turn(0.1)
            for ward in wards:
                ward.reap()
        self._hear_the_rest()

    def _turn(self, longest: float) -> bool:
        """Sleep until something happens; pass on what was said. Whether there was anything."""
        due = [ward.start_at - time.monotonic() for ward in (*self._servers, *self._processes) if ward.child is None]
        happened = self._selector.select(max(0.0, min([longest, *due])))
        for key, _ in happened:
            if (heard := read(key.fd)) is None:
                continue
            key.data(heard)
            if not heard:
                self._selector.unregister(key.fd)
                os.close(key.fd)
        return bool(happened)

    def _hear_the_rest(self) -> None:
        """What was said just before an end is still in the pipes."""
        while self._turn(0.0):
            pass

    def _hear(self, listener: Callable[[bytes], None]) -> int:
        """A pipe whose other end is listened to."""
        ours, theirs = os.pipe()
        os.set_blocking(ours, False)
        self._selector.register(ours, selectors.EVENT_READ, listener)
        return theirs

    def _listen_to_signals(self) -> None:
        """A signal only sets a flag and ends the sleep; nothing is torn."""
        theirs = self._hear(lambda _numbers: None)
        os.set_blocking(theirs, False)
        signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in STOPPING:
            signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - signal.signal's shape
        self._stops_asked += 1


def _how(code: int) -> str:
    return f"code {code}" if code >= 0 else signal.Signals(-code).name
