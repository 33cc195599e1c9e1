"""One line that says how far a command is, drawn anew in place; only where a person watches."""

import shutil
import time
from typing import Self

from django.core.management.base import OutputWrapper

EVERY = 0.1  # seconds between two drawings
BAR = 30  # characters


class Progress:
    """`advance` by what was done, or `say` something else."""

    def __init__(self, stream: OutputWrapper, total: int = 1, noun: str = "") -> None:
        self._stream = stream
        self._total = total
        self._noun = noun
        self._done = 0
        self._began = time.monotonic()
        self._drawn_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._draw("")

    def advance(self, by: int) -> None:
        self._done += by
        full = BAR * self._done // self._total
        rate = self._done / max(0.001, time.monotonic() - self._began)
        bar = "#" * full + "-" * (BAR - full)
        self.say(f"[{bar}] {self._done:,} of {self._total:,} {self._noun}, {rate:,.0f}/s")

    def say(self, text: str) -> None:
        if time.monotonic() - self._drawn_at >= EVERY:
            self._drawn_at = time.monotonic()
            self._draw(text)

    def _draw(self, text: str) -> None:
        if self._stream.isatty():
            width = shutil.get_terminal_size().columns
            self._stream.write(f"\r\033[K{text[: width - 1]}", style_func=str, ending="")
            self._stream.flush()
