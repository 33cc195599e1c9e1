"""Whatever JSON comes, a check answers with flaws; and what it takes, the jsonschema package takes too."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from escalations.answers import Answer, Ask, check_action, check_answer, check_schema, check_value
from escalations.models import Decision

TEXTS = st.text(st.characters(codec=None, categories=None, exclude_categories=()), max_size=8)
WORDS = st.sampled_from(
    [
        *("type", "properties", "items", "enum", "const", "oneOf", "anyOf", "$ref", "$defs", "required", "default"),
        *("minLength", "maxLength", "pattern", "format", "minimum", "multipleOf", "minItems", "uniqueItems", "title"),
        *("object", "array", "string", "number", "null", "date", "x", "#/$defs/x", "additionalProperties"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | WORDS
ANY = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | TEXTS, inner, max_size=5),
    max_leaves=25,
)
NODES = st.recursive(
    st.sampled_from(
        [
            {"type": "string", "maxLength": 3},
            {"type": ["integer", "null"], "minimum": 0},
            {"type": "number", "exclusiveMaximum": 2},
            {"type": "boolean"},
            {"enum": ["a", 1, None]},
            {"const": "x"},
            {"type": "array", "items": {"type": "integer"}, "maxItems": 2, "uniqueItems": True},
        ]
    ),
    lambda inner: st.dictionaries(st.sampled_from("xyz"), inner, min_size=1, max_size=3).map(
        lambda properties: {
            "type": "object",
            "properties": properties,
            "required": sorted(properties)[:1],
            "additionalProperties": False,
        }
    ),
    max_leaves=6,
)
SMALL = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from(["a", "x", "abcd", 1.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


@given(ANY)
def test_any_json_can_be_checked_as_a_schema(schema: Any) -> None:
    for candidate in (schema, {"type": "object", "properties": {"x": schema}, "$defs": {"x": schema}}):
        assert all(flaw.pointer.startswith("/response_schema") for flaw in check_schema(candidate))


@given(ANY, ANY)
def test_any_json_can_be_checked_as_an_action(action: Any, decisions: Any) -> None:
    check_action(action, decisions)
    check_action({"name": "x", "arguments": action}, decisions)


@given(NODES, ANY)
def test_any_json_can_be_checked_as_an_answer(node: Any, value: Any) -> None:
    asked = Ask({"type": "object", "properties": {"x": node}}, {"name": "x", "arguments": {"x": 1}})
    for decision in (None, *Decision):
        assert isinstance(check_answer(asked, Answer("", decision, value, value)), list)


@settings(max_examples=300)
@given(NODES, SMALL)
def test_a_value_is_taken_if_and_only_if_the_schema_holds(node: Any, value: Any) -> None:
    schema = {"type": "object", "properties": {"x": node}, "required": ["x"], "additionalProperties": False}
    assert check_schema(schema) == []
    assert (check_value(schema, {"x": value}) == []) == Draft202012Validator(schema).is_valid({"x": value})
