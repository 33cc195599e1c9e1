"""What a person changed of an action: "was … now …", with what is equal cut away from long texts."""

from __future__ import annotations

import json
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from escalations.answers.actions import is_same

if TYPE_CHECKING:
    from escalations.answers.flaws import JSON

AROUND = 24  # characters shown on each side of a change
SHORT = 80


class Change(NamedTuple):
    """`lead` and `tail` are the same before and after."""

    lead: str
    was: str
    now: str
    tail: str


def between(was: JSON, now: JSON) -> Change | None:
    """None when they are the same."""
    return None if is_same(was, now) else of_texts(said(was), said(now))


def of_texts(was: str, now: str) -> Change:
    if max(len(was), len(now)) <= SHORT:
        return Change("", was, now, "")
    lead = _common(was, now)
    tail = min(_common(was[::-1], now[::-1]), min(len(was), len(now)) - lead)
    return Change(
        _last(was[:lead]),
        was[lead : len(was) - tail],
        now[lead : len(now) - tail],
        _first(was[len(was) - tail :]),
    )


def said(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _common(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _last(text: str) -> str:
    return text if len(text) <= AROUND else f"…{text[-AROUND:]}"


def _first(text: str) -> str:
    return text if len(text) <= AROUND else f"{text[:AROUND]}…"
