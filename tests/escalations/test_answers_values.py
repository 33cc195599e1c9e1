"""Whether an answer is what the schema asks for, said in plain sentences and with the place."""

import time
from typing import Any

import pytest

from escalations.answers import Flaw, check_value


def flaws_of(schema: dict[str, Any], value: Any) -> list[tuple[str, str]]:
    """Of a value of the one field `x`."""
    whole = {"type": "object", "properties": {"x": schema}}
    return [(flaw.pointer.removeprefix("/answer/x"), flaw.code) for flaw in check_value(whole, {"x": value})]


HELD = [
    ({"type": "string", "minLength": 2, "maxLength": 2}, "😀é"),
    ({"type": "string", "pattern": "b"}, "abc"),
    ({"type": "string", "format": "date"}, "2028-02-29"),
    ({"type": "string", "format": "date-time"}, "2026-03-01T12:00:00.5+02:00"),
    ({"type": "string", "format": "email"}, "ada@example.com"),
    ({"type": "string", "format": "uri"}, "https://example.com/a?b=c#d"),
    ({"type": "string", "format": "uri"}, "urn:isbn:0451450523"),
    ({"type": "number", "multipleOf": 0.01}, 19.99),
    ({"type": "number", "multipleOf": 0.1}, 0.3),
    ({"type": "integer"}, 3.0),
    ({"type": "integer", "exclusiveMinimum": 2, "maximum": 3}, 3),
    ({"type": ["boolean", "null"]}, None),
    ({"enum": ["a", 1, True, None]}, True),
    ({"enum": ["a", None]}, None),
    ({"const": 1}, 1),
    ({"oneOf": [{"const": "r", "title": "Refund"}]}, "r"),
    ({"type": "array", "items": {"type": "string"}, "minItems": 0}, []),
]
BROKEN = [
    ({"type": "string"}, 3, "", "wrong_type"),
    ({"type": "string"}, None, "", "wrong_type"),
    ({"type": "integer"}, 3.5, "", "wrong_type"),
    ({"type": "integer"}, True, "", "wrong_type"),
    ({"type": "boolean"}, 1, "", "wrong_type"),
    ({"type": "number"}, "3", "", "wrong_type"),
    ({"type": "string", "minLength": 2}, "😀", "", "too_short"),
    ({"type": "string", "maxLength": 2}, "abc", "", "too_long"),
    ({"type": "string"}, "x" * 20_001, "", "too_long"),
    ({"type": "string", "pattern": "^b$"}, "b\n", "", "wrong_pattern"),
    ({"type": "string", "format": "date"}, "2026-02-29", "", "wrong_format"),
    ({"type": "string", "format": "date"}, "20260301", "", "wrong_format"),
    ({"type": "string", "format": "date-time"}, "2026-03-01T12:00:00", "", "wrong_format"),
    ({"type": "string", "format": "date-time"}, "2026-03-01T25:00:00Z", "", "wrong_format"),
    ({"type": "string", "format": "email"}, "ada@", "", "wrong_format"),
    ({"type": "string", "format": "uri"}, "example.com", "", "wrong_format"),
    ({"type": "string", "format": "uri"}, "https://", "", "wrong_format"),
    ({"type": "string", "format": "uri"}, "https://[", "", "wrong_format"),
    ({"type": "number", "multipleOf": 0.01}, 19.999, "", "not_a_multiple"),
    ({"type": "number", "minimum": 1}, 0.5, "", "too_small"),
    ({"type": "number", "exclusiveMaximum": 1}, 1, "", "too_large"),
    ({"enum": ["a", 1]}, True, "", "not_a_choice"),
    ({"const": "a"}, "b", "", "not_a_choice"),
    ({"type": "array", "items": {"type": "integer"}}, [1, "2"], "/1", "wrong_type"),
    ({"type": "array", "items": {"type": "integer"}, "uniqueItems": True}, [1, 1], "", "repeated"),
    ({"type": "array", "items": {"type": "integer"}, "minItems": 1}, [], "", "too_few"),
    ({"type": "array", "items": {"type": "integer"}}, [0] * 51, "", "too_many"),
    ({"type": "object", "properties": {"a/b": {"const": 1}}, "required": ["a/b"]}, {}, "/a~1b", "required"),
    ({"type": "object", "properties": {"a": {"const": 1}}}, {"b": 1}, "/b", "unknown_field"),
]


@pytest.mark.parametrize(("schema", "value"), HELD)
def test_a_value_that_holds_the_schema_has_no_flaw(schema: dict[str, Any], value: Any) -> None:
    assert flaws_of(schema, value) == []


@pytest.mark.parametrize(("schema", "value", "pointer", "code"), BROKEN)
def test_a_value_that_breaks_the_schema_is_told_where(
    schema: dict[str, Any], value: Any, pointer: str, code: str
) -> None:
    assert flaws_of(schema, value) == [(pointer, code)]


def test_the_sentences_are_plain() -> None:
    schema = {
        "type": "object",
        "properties": {
            "amount": {"type": "number", "maximum": 500},
            "why": {"type": "string", "minLength": 1},
            "kind": {"enum": ["refund", "voucher", None, True]},
        },
        "required": ["amount", "why", "kind"],
    }
    assert check_value(schema, {"amount": 501, "why": "", "kind": "x"}) == [
        Flaw("/answer/amount", "too_large", "Give 500 or less."),
        Flaw("/answer/kind", "not_a_choice", "Choose one of: refund, voucher, true, null."),
        Flaw("/answer/why", "too_short", "Give at least 1 character."),
    ]
    assert check_value(schema, {"amount": 3, "why": "x"}) == [Flaw("/answer/kind", "required", "Fill this in.")]


def test_a_missing_field_that_is_not_required_is_fine() -> None:
    assert check_value({"type": "object", "properties": {"a": {"type": "string"}}}, {}) == []


@pytest.mark.parametrize("value", ["a\0b", "\ud800", float("nan"), float("inf"), 2**53 + 1, "x" * 70_000])
def test_what_would_not_arrive_unchanged_is_refused(value: Any) -> None:
    schema = {"type": "object", "properties": {"x": {"type": ["string", "null"]}}}
    assert len(check_value(schema, {"x": value})) == 1


def test_a_nest_without_end_is_refused() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    assert [flaw.code for flaw in check_value({"type": "object", "properties": {"x": {"const": 1}}}, value)] == [
        "too_deep"
    ]


def test_no_pattern_keeps_a_process_busy() -> None:
    schema = {"type": "object", "properties": {"x": {"type": "string", "pattern": r"^(([a-z])+.)+[A-Z]([a-z])+$"}}}
    began = time.perf_counter()
    assert [flaw.code for flaw in check_value(schema, {"x": "a" * 20_000})] == ["wrong_pattern"]
    assert time.perf_counter() - began < 2


def test_a_schema_that_cannot_be_read_is_no_error() -> None:
    assert [flaw.code for flaw in check_value({"type": "wat"}, {})] == ["unusable_schema"]
