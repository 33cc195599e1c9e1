"""The words of JSON Schema that we take, what their values must be, and what to write instead of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalations.answers.fields import Kind
from escalations.answers.flaws import JSON, Flaw, below
from escalations.answers.formats import FORMATS
from escalations.answers.patterns import check_pattern
from escalations.answers.storable import INTEGER_AT_MOST

if TYPE_CHECKING:
    from collections.abc import Callable

NOTES = frozenset({"title", "description", "default", "examples", "$comment", "deprecated"})
LEAST = ("minLength", "minItems", "minimum", "exclusiveMinimum")
MOST = ("maxLength", "maxItems", "maximum", "exclusiveMaximum")
BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")
RULES: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("minLength", "maxLength", "pattern", "format"),
    Kind.NUMBER: BOUNDS,
    Kind.INTEGER: BOUNDS,
    Kind.LIST: ("minItems", "maxItems", "uniqueItems"),
}
SHAPE: dict[Kind, tuple[str, ...]] = {
    Kind.OBJECT: ("properties", "required", "additionalProperties", "propertyOrdering"),
    Kind.LIST: ("items",),
    Kind.CHOICE: ("enum", "oneOf", "anyOf"),
    Kind.CONSTANT: ("const",),
}
INSTEAD = {
    "$ref": "Only #/$defs/NAME can be referred to.",
    "$defs": "Put $defs at the top of the schema.",
    "allOf": "Write the rules of all its parts into one schema.",
    "anyOf": "Take one type, with null beside it if need be, or a oneOf of constants with titles.",
    "oneOf": "Take one type, or a oneOf of constants with titles.",
    "not": "Say what is allowed instead: enum, pattern, minimum, maximum.",
    "if": "Ask for every field that may be needed, and leave the conditional ones out of required.",
    "patternProperties": "Name each property, or ask for a list of objects with a name and a value.",
    "propertyNames": "Name each property in properties.",
    "minProperties": "Name what is needed in required.",
    "maxProperties": "Name each property in properties.",
    "dependentRequired": "Leave the dependent ones out of required, and check them yourself.",
    "prefixItems": "Ask for an object with a property for each place.",
    "contains": "Ask for a list of the wanted things alone.",
    "unevaluatedProperties": "Write additionalProperties: false.",
    "contentEncoding": "Ask for a text, or for the address of a file.",
}
OTHERWISE = "This keyword is not taken here. Leave it out; the page on answers lists those that are."


def check(node: dict[str, JSON], kind: Kind, at: str) -> list[Flaw]:
    """What is wrong with the keywords of one schema, without what stands inside of its properties and items."""
    known = {"type", *NOTES, *RULES.get(kind, ()), *SHAPE.get(kind, ())}
    strangers = [
        Flaw(below(at, word), "unsupported_keyword", INSTEAD.get(word, OTHERWISE)) for word in node if word not in known
    ]
    wrong = [flaw for word, value in node.items() if word in VALUES for flaw in VALUES[word](value, below(at, word))]
    return strangers + wrong or _impossible(node, at)


def _impossible(node: dict[str, JSON], at: str) -> list[Flaw]:
    lows, highs = (
        [value for word in words if isinstance(value := node.get(word), int | float)] for words in (LEAST, MOST)
    )
    if lows and highs and max(lows) > min(highs):
        return [Flaw(at, "impossible", "No value can hold these limits: the smallest is above the largest.")]
    return []


def _text(value: JSON, at: str) -> list[Flaw]:
    return [] if isinstance(value, str) else [Flaw(at, "wrong_type", "Give a string.")]


def _count(value: JSON, at: str) -> list[Flaw]:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= INTEGER_AT_MOST
    return [] if is_count else [Flaw(at, "wrong_type", "Give a whole number, 0 or more.")]


def _number(value: JSON, at: str) -> list[Flaw]:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return [] if is_number else [Flaw(at, "wrong_type", "Give a number.")]


def _positive(value: JSON, at: str) -> list[Flaw]:
    is_positive = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return [] if is_positive else [Flaw(at, "wrong_type", "Give a number above 0.")]


def _flag(value: JSON, at: str) -> list[Flaw]:
    return [] if isinstance(value, bool) else [Flaw(at, "wrong_type", "Give true or false.")]


def _list(value: JSON, at: str) -> list[Flaw]:
    return [] if isinstance(value, list) else [Flaw(at, "wrong_type", "Give a list.")]


def _format(value: JSON, at: str) -> list[Flaw]:
    words = ", ".join(FORMATS)
    return [] if value in FORMATS else [Flaw(at, "unsupported_format", f"Take one of {words}, or a pattern.")]


def _pattern(value: JSON, at: str) -> list[Flaw]:
    return check_pattern(value, at) if isinstance(value, str) else _text(value, at)


def _closed(value: JSON, at: str) -> list[Flaw]:
    if value is False:
        return []
    return [Flaw(at, "unsupported_keyword", "Only false is taken: a person fills in the fields that are named.")]


VALUES: dict[str, Callable[[JSON, str], list[Flaw]]] = {
    "title": _text,
    "description": _text,
    "examples": _list,
    "propertyOrdering": _list,
    "minLength": _count,
    "maxLength": _count,
    "minItems": _count,
    "maxItems": _count,
    "minimum": _number,
    "maximum": _number,
    "exclusiveMinimum": _number,
    "exclusiveMaximum": _number,
    "multipleOf": _positive,
    "uniqueItems": _flag,
    "format": _format,
    "pattern": _pattern,
    "additionalProperties": _closed,
}
