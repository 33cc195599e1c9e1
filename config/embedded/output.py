"""What the processes say, line by line, each with the name of who says it."""

import contextlib
import os
import sys

LONGEST_LINE = 64 * 1024  # bytes; a longer one is shown in parts


def say(name: str, line: str) -> None:
    """One line on our standard output. That nobody listens any more must not stop the product."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{name:<8} | {line}\n")
        sys.stdout.flush()


def show(text: str) -> None:
    """Text for a person to read and to paste, without anybody's name in front."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


class Spoken:
    """Joins what comes through a pipe to whole lines and shows them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rest = b""

    def __call__(self, heard: bytes) -> None:
        *lines, self._rest = (self._rest + heard).split(b"\n")
        if len(self._rest) > LONGEST_LINE or (not heard and self._rest):
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            say(self._name, line.decode(errors="replace").rstrip("\r"))


class Kept:
    """Keeps what comes through a pipe, to be shown later."""

    def __init__(self) -> None:
        self._heard = b""

    def __call__(self, heard: bytes) -> None:
        self._heard += heard

    def text(self) -> str:
        return self._heard.decode(errors="replace")


def read(pipe: int) -> bytes | None:
    """What is there; nothing at its end; None if it is not ready after all."""
    try:
        return os.read(pipe, 65536)
    except BlockingIOError:
        return None
    except OSError:
        return b""
