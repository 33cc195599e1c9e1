"""What a copy that was killed has left behind: it was told to end by the kernel, and is given the time to."""

import os
import signal
import time
from pathlib import Path

from config.embedded import state
from config.embedded.servers import STOPS_WITHIN

PATIENCE = {"postgres": STOPS_WITHIN}  # seconds; everything else may be killed soon, nothing in it is lost


def end(data_dir: Path) -> None:
    """Wait for the processes in the state file that still live, kill those that stay, and forget the file.

    Only call it while the folder is held: then nobody who is alive owns them.
    """
    for name, process in state.read(data_dir).alive().items():
        if name != "owner":
            _end(process, within=PATIENCE.get(name, 2.0))
    state.clear(data_dir)


def _end(process: state.Running, within: float) -> None:
    deadline = time.monotonic() + within
    _tell(process, signal.SIGINT)
    while process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    _tell(process, signal.SIGKILL)


def _tell(process: state.Running, number: signal.Signals) -> None:
    """Signal the whole group; each process we start leads one of its own."""
    if process.is_alive():
        os.killpg(process.pid, number)
