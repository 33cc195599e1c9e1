"""A JSON value as rows: flat, because a template walks a list faster than it calls itself, and of any depth."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from escalations.contexts import pointers
from escalations.contexts.kinds import Kind
from escalations.desk.context import texts
from escalations.desk.context.room import More, Room
from escalations.desk.context.texts import Text

DEPTH = 8  # levels in one tree; a deeper one starts on a page of its own
ITEMS = 60  # of one object or list at once
ITEMS_OF_WINDOW = 300
OPEN_UP_TO, OPEN_LEVELS = 12, 2  # values that are shown unfolded, in so many levels
LARGE, LEAD = (
    10,
    30,
)  # rows from which on a tree is folded where it stands among other things; characters of a value in its line
PREVIEW = 6  # values named in the line of a folded object or list


@dataclass(frozen=True)
class Row:
    """`does` is open, close, text, value or more."""

    does: str
    key: str = ""
    text: Text | None = None
    word: str = ""  # a number, true, false, null; of a folded thing, what is in it
    size: str = ""
    is_open: bool = False
    more: More | None = None


@dataclass
class Tree:
    path: str
    rows: list[Row] = field(default_factory=list)

    template = "desk/context/tree.html"

    def folded(self) -> "Tree":
        """The same with what it holds folded, unless it is short."""
        if not self.is_large:
            return self
        return Tree(self.path, [replace(row, is_open=False) for row in self.rows])

    @property
    def is_large(self) -> bool:
        return len(self.rows) > LARGE

    @property
    def lead(self) -> str:
        """Its first values in one line."""
        said, level = [], 0
        for row in self.rows[: LARGE * 4]:
            if level == 0 and row.does != "close":
                value = row.text.text[:LEAD] if row.text else row.word if row.does == "value" else row.size
                said.append(f"{row.key[:LEAD]} {value}")
            level += {"open": 1, "close": -1}.get(row.does, 0)
        line = " · ".join(said)
        return " ".join(line[: texts.LEAD].split())


def shown(value: Any, path: str, room: Room) -> Tree:  # noqa: ANN401 - any JSON
    return Tree(path, list(_inside(value, path, room, 0)) if _holds(value) else [_leaf("", value, path, room)])


def window(value: Any, path: str, room: Room, start: int) -> Tree:  # noqa: ANN401 - any JSON
    """Further items of a long list or object."""
    if not _holds(value):
        return shown(value, path, room)
    start = min(start, len(value))
    return Tree(path, list(_items(value, path, room, (0, start, ITEMS_OF_WINDOW))))


def _holds(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, dict | list) and bool(value)


def _inside(value: Any, path: str, room: Room, level: int) -> Iterator[Row]:  # noqa: ANN401 - any JSON
    yield from _items(value, path, room, (level, 0, ITEMS))


def _items(value: Any, path: str, room: Room, at: tuple[int, int, int]) -> Iterator[Row]:  # noqa: ANN401 - any JSON
    """`at` is the level, the first item, and the most that are shown."""
    level, start, most = at
    stop = start + room.rows_of(min(most, len(value) - start))
    for key, inner in islice(_pairs(value), start, stop):
        place = pointers.joined(path, key)
        if _holds(inner):
            yield from _branch(str(key), inner, place, (room, level + 1))
        else:
            yield _leaf(str(key), inner, place, room)
    if stop < len(value):
        room.is_everything = False
        yield Row("more", more=More(path, Kind.JSON, stop, len(value)))


def _branch(key: str, value: Any, path: str, at: tuple[Room, int]) -> Iterator[Row]:  # noqa: ANN401 - any JSON
    room, level = at
    if level >= DEPTH:
        room.is_everything = False
        yield Row("more", key, size=_size(value), more=More(path, Kind.JSON, 0, len(value)))
        return
    is_open = level <= OPEN_LEVELS and len(value) <= OPEN_UP_TO
    yield Row("open", key, word=_preview(value), size=_size(value), is_open=is_open)
    yield from _inside(value, path, room, level)
    yield Row("close")


def _leaf(key: str, value: Any, path: str, room: Room) -> Row:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return Row("text", key, text=texts.shown(value, path, room))
    return Row("value", key, word=_word(value))


def _word(value: Any) -> str:  # noqa: ANN401 - any JSON
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)[: texts.BEGINNING]


def _pairs(value: Any) -> Iterable[tuple[object, Any]]:  # noqa: ANN401 - any JSON
    return value.items() if isinstance(value, dict) else enumerate(value)


def _size(value: Any) -> str:  # noqa: ANN401 - any JSON
    return f"{{{len(value):,}}}" if isinstance(value, dict) else f"[{len(value):,}]"


def _preview(value: Any) -> str:  # noqa: ANN401 - any JSON
    """What is in it, so that many need not be unfolded."""
    first = islice(_pairs(value), PREVIEW)
    named = isinstance(value, dict)
    said = [f"{key if named else ''} {_brief(inner)}".strip()[: LEAD * 2] for key, inner in first]
    return " · ".join([*said, *(["…"] if len(value) > PREVIEW else [])])


def _brief(value: Any) -> str:  # noqa: ANN401 - any JSON
    if _holds(value):
        return _size(value)
    return " ".join(value[: LEAD * 2].split())[:LEAD] if isinstance(value, str) else _word(value)
