"""A text on the page: whole, folded when it is long, and only its beginning when it is very long."""

import json
from dataclasses import dataclass, replace
from typing import Any

from escalations.contexts.kinds import Kind
from escalations.desk.context.room import TEXT_AT_ONCE, More, Room

FOLD_ABOVE, FOLD_LINES = 900, 14  # characters, lines
LEAD = 110  # characters of a folded text that stay visible
BEGINNING = 2_000  # characters of a text that is loaded on demand


@dataclass(frozen=True)
class Text:
    path: str
    text: str
    total: int
    start: int = 0
    is_folded: bool = False

    template = "desk/context/text.html"

    @property
    def lead(self) -> str:
        return " ".join(self.text[: LEAD * 2].split())[:LEAD]

    @property
    def more(self) -> More | None:
        end = self.start + len(self.text)
        return More(self.path, Kind.RAW, end, self.total) if end < self.total else None

    @property
    def is_short(self) -> bool:
        """There is nothing to fold and nothing to load."""
        return not self.is_folded and self.more is None

    @property
    def is_long(self) -> bool:
        return len(self.text) > FOLD_ABOVE or self.text.count("\n") > FOLD_LINES


def shown(text: str, path: str, room: Room, *, folds: bool = True) -> Text:
    if len(text) > TEXT_AT_ONCE or not room.takes(len(text)):
        room.is_everything = False
        beginning = text[: BEGINNING if room.takes(BEGINNING) else LEAD]
        return Text(path, beginning, len(text))
    whole = Text(path, text, len(text))
    return replace(whole, is_folded=folds and whole.is_long)


def window(text: str, path: str, start: int) -> Text:
    """A piece of a very long text, for a page of its own."""
    start = min(start, len(text))
    return Text(path, text[start : start + TEXT_AT_ONCE], len(text), start)


def decoded(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """What a text says that is JSON itself, as arguments and results often are; else the value."""
    if not isinstance(value, str) or len(value) > TEXT_AT_ONCE or value.lstrip()[:1] not in {"{", "["}:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
