"""A unified diff on the page: files, line numbers, and a sign on each line that was added or removed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from escalations.contexts.kinds import Kind
from escalations.desk.context.room import More, Room

LINES_AT_ONCE = 400
LINE_AT_MOST = 1_000  # characters
HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
FILE = ("diff ", "--- ", "+++ ", "index ", "rename ", "new file", "deleted file", "similarity ", "Binary ")
KINDS = {"+": "added", "-": "removed", " ": "same", "": "same", "\\": "note"}


@dataclass(frozen=True)
class Line:
    """`kind` is file, hunk, added, removed, same or note."""

    kind: str
    text: str
    old: int | None = None
    new: int | None = None
    left_out: int = 0  # characters

    @property
    def sign(self) -> str:
        return {"added": "+", "removed": "-"}.get(self.kind, "")


@dataclass(frozen=True)
class Diff:
    lines: list[Line]
    added: int
    removed: int
    more: More | None = None

    template = "desk/context/diff.html"


def shown(text: str, path: str, room: Room, start: int = 0) -> Diff:
    """Lines from `start` on; `added` and `removed` count those of the whole diff."""
    everything = text.split("\n")
    total = len(everything) - (everything[-1] == "")
    stop = start + room.rows_of(min(LINES_AT_ONCE, max(0, total - start)))
    kinds = [line.kind for line in _lines(everything[:total])]
    lines = [_cut(each, room) for each in islice(_lines(everything[:total]), start, stop)]
    more = More(path, Kind.DIFF, stop, total) if stop < total else None
    room.is_everything = room.is_everything and more is None
    return Diff(lines, kinds.count("added"), kinds.count("removed"), more)


def _lines(texts: list[str]) -> Iterator[Line]:
    """Inside of a hunk the counts in its head say which lines belong to it; so a removed `-- x` is no file head."""
    old = new = old_left = new_left = 0
    for text in texts:
        sign = text[:1].rstrip("\r")
        if (old_left > 0 or new_left > 0) and sign in KINDS:
            kind = KINDS[sign]
            has_old, has_new = kind in {"removed", "same"}, kind in {"added", "same"}
            yield Line(kind, text[1:], old if has_old else None, new if has_new else None)
            old, new = old + has_old, new + has_new
            old_left, new_left = old_left - has_old, new_left - has_new
        elif head := HUNK.match(text):
            old, new = int(head[1]), int(head[3])
            old_left, new_left = (1 if size is None else int(size) for size in (head[2], head[4]))
            yield Line("hunk", text)
        else:
            old_left = new_left = 0
            yield Line("file" if text.startswith(FILE) else "note", text)


def _cut(line: Line, room: Room) -> Line:
    left_out = max(0, len(line.text) - LINE_AT_MOST)
    if left_out:
        room.is_everything = False
    room.takes(min(len(line.text), LINE_AT_MOST))
    return Line(line.kind, line.text[:LINE_AT_MOST], line.old, line.new, left_out)
