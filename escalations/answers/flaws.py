"""What is wrong with a value, and where."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

JSON: TypeAlias = Any  # a value of JSON: it is the checks that find out which


class Flaw(NamedTuple):
    """`pointer` is a JSON pointer (RFC 6901) from the body of the request; `detail` says what to do instead."""

    pointer: str
    code: str
    detail: str


def below(pointer: str, *steps: str | int) -> str:
    """The pointer to something inside of what `pointer` points to."""
    return pointer + "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
