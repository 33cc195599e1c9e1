"""What kind of thing a context, or a part of it, is: told by its shape, or by the word `kind` that the agent put in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from escalations.contexts import pointers, transcripts


class Kind(StrEnum):
    """In the order in which they are shown."""

    CALL = "tool_call"
    CHAT = "chat"
    DIFF = "diff"
    DOCUMENT = "document"
    JSON = "json"
    RAW = "raw"


WORDS = {kind.value: kind for kind in Kind} | {
    "transcript": Kind.CHAT,
    "conversation": Kind.CHAT,
    "messages": Kind.CHAT,
    "patch": Kind.DIFF,
    "text": Kind.DOCUMENT,
    "markdown": Kind.DOCUMENT,
}
# Where the thing itself stands in an object that says of which kind it is.
HOLDS = {
    Kind.CHAT: ("messages", "conversation", "transcript", "chat", "content"),
    Kind.DIFF: ("diff", "patch", "content", "text"),
    Kind.DOCUMENT: ("document", "text", "content", "markdown", "body"),
    Kind.RAW: ("raw", "text", "content"),
    Kind.CALL: ("tool_call", "call"),
    Kind.JSON: ("json", "data", "content"),
}
DIFF = re.compile(r"^(?:--- \S.*\r?\n\+\+\+ \S.*\r?\n)?@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@", re.MULTILINE)
DIFF_WITHIN = 8_000  # characters in which the first change must begin
LONG, LINES = 400, 6  # from so many characters or lines on a text is a document
DEPTH = 3  # levels that are searched for parts
KEYS_AT_MOST = 200  # of one object
PARTS_AT_MOST = 12


@dataclass(frozen=True)
class Part:
    """`path` is a JSON pointer into the context."""

    path: str
    kind: Kind
    value: Any

    @property
    def name(self) -> str:
        return pointers.last(self.path)


def parts_of(data: Any) -> list[Part]:  # noqa: ANN401 - any JSON
    """What deserves a view of its own, in the order to show it. What is left of an object, `rest_of` gives."""
    if not isinstance(data, dict) or transcripts.is_call(data):
        return [Part("", kind_of(data), data)]
    said = _said("", data)
    found = [said] if said else []
    found += [part for part in _within("", data, depth=0) if not said or part.path != said.path]
    order = list(Kind)
    return sorted(found, key=lambda part: (order.index(part.kind), part.path))[:PARTS_AT_MOST]


def rest_of(data: Any, parts: list[Part], path: str = "") -> Any:  # noqa: ANN401 - any JSON
    """The object without the parts that are shown elsewhere, and without what thereby becomes empty."""
    taken = {part.path for part in parts}
    if not isinstance(data, dict) or "" in taken:
        return {}
    return _without(data, taken, path)


def kind_of(value: Any) -> Kind:  # noqa: ANN401 - any JSON
    """By its shape alone."""
    if isinstance(value, str):
        return _kind_of_text(value)
    if transcripts.is_transcript(value):
        return Kind.CHAT
    several = [*value[: transcripts.LOOKED_AT], value[-1]] if isinstance(value, list) and value else [value]
    return Kind.CALL if all(map(transcripts.is_call, several)) else Kind.JSON


def _typed(path: str, value: Any, *, depth: int) -> Part | None:  # noqa: ANN401 - any JSON
    if isinstance(value, dict) and (said := _said(path, value)):
        return said
    kind = kind_of(value)
    is_short = kind == Kind.DOCUMENT and (depth > 1 or not _is_long(value))
    if kind == Kind.JSON or is_short:
        return None
    return Part(path, kind, value)


def _said(path: str, value: dict[str, Any]) -> Part | None:
    """The part of an object that names its kind itself, if it holds such a thing."""
    word = value.get("kind")
    kind = WORDS.get(word) if isinstance(word, str) else None
    if kind is None:
        return None
    if kind == Kind.CALL and transcripts.is_call(value):
        return Part(path, kind, value)
    key = next((each for each in HOLDS[kind] if _fits(kind, value.get(each))), None)
    return None if key is None else Part(pointers.joined(path, key), kind, value[key])


def _fits(kind: Kind, value: Any) -> bool:  # noqa: ANN401 - any JSON
    match kind:
        case Kind.CHAT:
            return isinstance(value, list)
        case Kind.CALL:
            return transcripts.is_call(value)
        case Kind.JSON:
            return value is not None
    return isinstance(value, str)


def _within(path: str, value: dict[str, Any], *, depth: int) -> Iterator[Part]:
    for number, (key, inner) in enumerate(value.items()):
        if number == KEYS_AT_MOST:
            return
        at = pointers.joined(path, key)
        part = _typed(at, inner, depth=depth + 1)
        if part is not None:
            yield part
        elif isinstance(inner, dict) and depth + 1 < DEPTH:
            yield from _within(at, inner, depth=depth + 1)


def _without(data: dict[str, Any], taken: set[str], path: str) -> dict[str, Any]:
    left: dict[str, Any] = {}
    for key, value in data.items():
        at = pointers.joined(path, key)
        if at in taken:
            continue
        is_touched = isinstance(value, dict) and any(each.startswith(f"{at}/") for each in taken)
        kept = _without(value, taken, at) if is_touched else value
        if kept or not is_touched:
            left[key] = kept
    return left


def _kind_of_text(text: str) -> Kind:
    return Kind.DIFF if DIFF.search(text, 0, DIFF_WITHIN) else Kind.DOCUMENT


def _is_long(text: str) -> bool:
    return len(text) >= LONG or text.count("\n") >= LINES
