"""Leaves alone for a while what fails again and again. Each process finds out by itself."""

import time

AFTER = 3  # failures in a row
PAUSE = 60.0  # seconds
PAUSE_AT_MOST = 600.0  # seconds, also where more was asked for


class Breaker:
    def __init__(self) -> None:
        self._failures = 0
        self._open_until = 0.0

    @property
    def is_closed(self) -> bool:
        return time.monotonic() >= self._open_until

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, pause: float | None = None) -> None:
        """`pause`: seconds that it asked to be left alone, which counts at once."""
        self._failures += 1
        if pause is not None or self._failures >= AFTER:
            self._open_until = time.monotonic() + min(pause if pause is not None else PAUSE, PAUSE_AT_MOST)

    def close(self) -> None:
        self._failures, self._open_until = 0, 0.0
