"""Values as inputs of a page hold them: a name for each place, texts for each value. Writing and reading are inverse.

The name of an input is a path: `answer/order/id` is the property `id` of the property `order`. A choice is sent as its
JSON, because 1 and "1" are two choices.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from escalations.answers.fields import Field, Kind
from escalations.answers.flaws import JSON, below

if TYPE_CHECKING:
    from collections.abc import Iterator

Typed = Mapping[str, Sequence[str]]

INTEGER = re.compile(r"[+-]?\d{1,17}", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class Missing:
    """Nothing was given, which is not the same as null."""


MISSING = Missing()


class Unreadable(Exception):
    """The text of an input is no value of its kind; the message is a sentence for who typed it."""


def inside(name: str, step: str | int) -> str:
    return below(name, step)


def write(field: Field, value: JSON, name: str) -> dict[str, list[str]]:
    """The inputs that hold the value; none where it is of another kind than the field."""
    if field.kind == Kind.OBJECT:
        known = [each for each in field.fields if isinstance(value, dict) and each.name in value]
        return _merged(write(each, value[each.name], inside(name, each.name)) for each in known)
    if field.is_many_of:
        return {name: [json.dumps(each) for each in value]} if isinstance(value, list) else {}
    if field.item:
        item, values = field.item, value if isinstance(value, list) else []
        return _merged(write(item, each, inside(name, index)) for index, each in enumerate(values))
    if field.kind == Kind.CONSTANT or (value is None and field.kind != Kind.JSON):
        return {}
    return {name: [_written(field, value)]}


def same(one: str, other: str) -> bool:
    """Browsers send every line break as CR LF."""
    return lines(one) == lines(other)


def lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def rows(typed: Typed, name: str) -> list[int]:
    """The places of a list that have inputs."""
    start = f"{name}/"
    heads = {key[len(start) :].partition("/")[0] for key in typed if key.startswith(start)}
    return sorted(int(head) for head in heads if head.isascii() and head.isdecimal() and len(head) < 7)


class Reading:
    """Reads values back; `flaws` are by the name of the input, and `places` leads from JSON pointers to names."""

    def __init__(self, typed: Typed, root: str) -> None:
        self.typed = typed
        self.root = root
        self.flaws: dict[str, list[str]] = {}
        self.places: dict[str, str] = {}

    def whole(self, field: Field, pointer: str) -> dict[str, JSON]:
        return self._given(field, self.root, pointer)

    def place(self, pointer: str) -> str:
        """The name of the input that a pointer is about, or of the nearest one around it."""
        while pointer not in self.places and "/" in pointer:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer, self.root)

    def _value(self, field: Field, name: str, pointer: str) -> Any:  # noqa: ANN401 - any JSON, or MISSING
        self.places[pointer] = name
        found: Any = self._found(field, name, pointer)
        return None if found is MISSING and field.is_required and field.is_nullable else found

    def _found(self, field: Field, name: str, pointer: str) -> Any:  # noqa: ANN401 - any JSON, or MISSING
        if field.kind == Kind.OBJECT:
            return self._object(field, name, pointer)
        if field.is_many_of or field.item:
            return self._list(field, name, pointer)
        if field.kind == Kind.CONSTANT:
            return field.choices[0].value if field.choices else None
        return self._scalar(field, name)

    def _object(self, field: Field, name: str, pointer: str) -> Any:  # noqa: ANN401 - an object, or MISSING
        given = self._given(field, name, pointer)
        fixed = {each.name for each in field.fields if each.kind == Kind.CONSTANT}
        is_open = all(value is None for key, value in given.items() if key not in fixed)
        needs_it = field.is_required and not field.is_nullable
        return MISSING if is_open and not needs_it else given

    def _given(self, field: Field, name: str, pointer: str) -> dict[str, JSON]:
        self.places[pointer] = name
        found = {
            each.name: self._value(each, inside(name, each.name), below(pointer, each.name)) for each in field.fields
        }
        return {key: value for key, value in found.items() if value is not MISSING}

    def _list(self, field: Field, name: str, pointer: str) -> Any:  # noqa: ANN401 - a list, or MISSING
        found: list[JSON] = []
        if field.is_many_of:
            found = [self._parsed(text, name) for text in self.typed.get(name, ()) if text]
        elif field.item:
            for row in rows(self.typed, name):
                value = self._value(field.item, inside(name, row), below(pointer, len(found)))
                if value is not MISSING:
                    found.append(value)
        return found if found or (field.is_required and not field.is_nullable) else MISSING

    def _scalar(self, field: Field, name: str) -> Any:  # noqa: ANN401 - any JSON, or MISSING
        text = lines(next(reversed(self.typed.get(name, ())), ""))
        if not text and not (field.takes_empty and name in self.typed):
            return MISSING
        try:
            return _read(field, text)
        except Unreadable as error:
            self.flaws.setdefault(name, []).append(str(error))
            return MISSING

    def _parsed(self, text: str, name: str) -> JSON:
        try:
            return parse(text)
        except Unreadable as error:
            self.flaws.setdefault(name, []).append(str(error))
            return None


def parse(text: str) -> JSON:
    """Any JSON, each key once. Raises Unreadable."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise Unreadable(_("This is not JSON: look at line %(line)s, column %(column)s.") % where) from None
    except (ValueError, RecursionError):
        raise Unreadable(_("This is not JSON that can be kept.")) from None


def _once(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable(_("A key stands here twice."))
    return found


def _merged(parts: Iterator[dict[str, list[str]]]) -> dict[str, list[str]]:
    return {name: texts for part in parts for name, texts in part.items()}


def _written(field: Field, value: JSON) -> str:
    if field.kind == Kind.JSON:
        return json.dumps(value, ensure_ascii=False, indent=2)
    if field.rules.get("format") == "date-time":
        return _in_utc(value)
    return value if isinstance(value, str) and field.kind == Kind.TEXT else json.dumps(value)


def _read(field: Field, text: str) -> JSON:
    if field.kind in {Kind.NUMBER, Kind.INTEGER}:
        return _number(text.strip())
    if field.kind in {Kind.JSON, Kind.CHOICE}:
        return parse(text)
    if field.kind == Kind.BOOLEAN:
        return {"true": True, "false": False}.get(text)
    return _moment(text) if field.rules.get("format") == "date-time" else text


def _number(text: str) -> int | float:
    if not NUMBER.fullmatch(text):
        raise Unreadable(_("Give a number."))
    return int(text) if INTEGER.fullmatch(text) else float(text)


def _in_utc(text: str) -> str:
    """As a browser's input for a moment takes it: without a zone."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None).isoformat()
    except (ValueError, TypeError, OverflowError):
        return str(text)


def _moment(text: str) -> str:
    """What a browser's input for a moment holds has no zone; the page says that it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is not None:
        return text
    return f"{moment.isoformat()}Z"
