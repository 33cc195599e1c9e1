"""The schemas that a person can fill in: what is taken, and what is refused with a place and a way out."""

from typing import Any

import pytest

from escalations.answers import Flaw, check_schema
from escalations.answers.fields import Kind
from escalations.answers.schemas import read


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def at(pointer: str) -> str:
    return f"/response_schema/properties/{pointer}"


def nested(levels: int) -> dict[str, Any]:
    return of(inner=nested(levels - 1)) if levels else of(last={"type": "string"})


TAKEN = [
    {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[A-Z]{2}$", "title": "Code", "examples": ["DE"]},
    *({"type": "string", "format": word} for word in ("date", "date-time", "email", "uri")),
    {"type": "number", "minimum": 0, "maximum": 500.5, "multipleOf": 0.01, "default": 19.99},
    {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10},
    {"type": ["boolean", "null"], "description": "Leave it open if you do not know."},
    {"enum": ["refund", "voucher", 3, True, None]},
    {"const": "v1"},
    {"type": "string", "oneOf": [{"const": "r", "title": "Refund"}, {"const": "v", "description": "For a year"}]},
    {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True, "minItems": 1, "maxItems": 2},
    {"type": "array", "items": {"type": "integer"}},
    {"type": "array", "items": of(sku={"type": "string"}, count={"type": "integer"})},
    of(street={"type": "string"}, city=of(name={"type": "string"})),
    of(**{"a/b~c": {"type": "string"}}) | {"required": ["a/b~c"], "additionalProperties": False},
]


@pytest.mark.parametrize("schema", TAKEN)
def test_a_schema_of_the_subset_is_taken(schema: dict[str, Any]) -> None:
    assert check_schema(of(field=schema)) == []


def test_what_usual_libraries_write_is_taken() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {"Kind": {"enum": ["a", "b"], "title": "Kind", "type": "string"}},
        "properties": {
            "kind": {"$ref": "#/$defs/Kind", "description": "Of the refund"},
            "maybe": {"anyOf": [{"$ref": "#/$defs/Kind"}, {"type": "null"}], "default": None},
            "until": {"anyOf": [{"format": "date", "type": "string"}, {"type": "null"}], "default": None},
        },
        "required": ["kind"],
        "title": "Answer",
        "type": "object",
    }
    fields = read(schema).fields
    assert [(each.name, each.kind, each.is_required, each.is_nullable) for each in fields] == [
        ("kind", Kind.CHOICE, True, False),
        ("maybe", Kind.CHOICE, False, True),
        ("until", Kind.TEXT, False, True),
    ]
    assert (fields[0].label, fields[0].description, fields[2].default) == ("Kind", "Of the refund", None)


REFUSED = [
    ({"type": "string", "maxLenght": 3}, "/maxLenght", "unsupported_keyword"),
    ({"allOf": [{"type": "string"}]}, "/allOf", "unsupported_keyword"),
    ({"type": "string", "not": {"const": "x"}}, "/not", "unsupported_keyword"),
    ({"anyOf": [{"type": "string"}, {"type": "number"}]}, "/anyOf", "unsupported_keyword"),
    ({"type": ["string", "number"]}, "/type", "unsupported_type"),
    ({"type": "null"}, "/type", "unsupported_type"),
    ({"type": "decimal"}, "/type", "unsupported_type"),
    ({"type": ["string", "null", "null"]}, "/type", "unsupported_type"),
    ({}, "", "unsupported_type"),
    (True, "", "wrong_type"),
    ({"$ref": "https://example.com/schema"}, "/$ref", "unknown_reference"),
    ({"$ref": "#/$defs/Gone"}, "/$ref", "unknown_reference"),
    ({"type": "string", "minLength": "3"}, "/minLength", "wrong_type"),
    ({"type": "string", "minLength": -1}, "/minLength", "wrong_type"),
    ({"type": "string", "minLength": True}, "/minLength", "wrong_type"),
    ({"type": "string", "minLength": 20_001}, "/minLength", "impossible"),
    ({"type": "string", "minLength": 4, "maxLength": 3}, "", "impossible"),
    ({"type": "number", "minimum": 4, "exclusiveMaximum": 3}, "", "impossible"),
    ({"type": "number", "multipleOf": 0}, "/multipleOf", "wrong_type"),
    ({"type": "string", "format": "hostname"}, "/format", "unsupported_format"),
    ({"type": "string", "format": ["date"]}, "/format", "unsupported_format"),
    ({"type": "string", "pattern": "(a"}, "/pattern", "invalid_pattern"),
    ({"type": "string", "pattern": "(?=a)"}, "/pattern", "invalid_pattern"),
    ({"type": "string", "pattern": "a" * 201}, "/pattern", "too_long"),
    ({"type": "string", "default": 3}, "/default", "invalid_default"),
    ({"type": "string", "title": 3}, "/title", "wrong_type"),
    ({"enum": []}, "/enum", "required"),
    ({"enum": list(range(51))}, "/enum", "too_many"),
    ({"enum": ["a", "a"]}, "/enum/1", "repeated"),
    ({"enum": [["a"]]}, "/enum/0", "unsupported_choice"),
    ({"enum": ["a" * 501]}, "/enum/0", "unsupported_choice"),
    ({"type": "string", "enum": ["a", 3]}, "", "impossible"),
    ({"type": "decimal", "enum": ["a"]}, "/type", "unsupported_type"),
    ({"type": {}, "enum": ["a"]}, "/type", "unsupported_type"),
    ({"type": "array"}, "/items", "required"),
    ({"type": "array", "items": {"const": 1}}, "/items", "unsupported_type"),
    ({"type": "array", "items": {"type": "array", "items": {"type": "string"}}}, "/items", "unsupported_type"),
    ({"type": "array", "items": of(deep=of(x={"type": "string"}))}, "/items/properties/deep", "too_deep"),
    ({"type": "array", "items": {"type": ["string", "null"]}}, "/items", "unsupported_type"),
    ({"type": "array", "items": {"type": "string"}, "minItems": 51}, "/minItems", "impossible"),
    ({"type": "object"}, "/properties", "required"),
    ({"type": "object", "properties": []}, "/properties", "required"),
    (of(x={"type": "string"}) | {"required": ["x", "y"]}, "/required/1", "unknown_field"),
    (of(x={"type": "string"}) | {"required": "x"}, "/required", "wrong_type"),
    (of(x={"type": "string"}) | {"additionalProperties": True}, "/additionalProperties", "unsupported_keyword"),
    (of(**{" ": {"type": "string"}}), "/properties/ ", "invalid_name"),
    (nested(4), "/properties/inner/properties/inner/properties/inner", "too_deep"),
]


@pytest.mark.parametrize(("schema", "pointer", "code"), REFUSED)
def test_what_lies_outside_is_refused_where_it_stands(schema: Any, pointer: str, code: str) -> None:
    flaws = check_schema(of(field=schema))
    assert [(flaw.pointer, flaw.code) for flaw in flaws] == [(at("field") + pointer, code)]
    assert flaws[0].detail.endswith(".")


def test_a_refusal_says_what_to_write_instead() -> None:
    assert check_schema(of(x={"type": "object", "patternProperties": {}, "properties": {"y": {"const": 1}}})) == [
        Flaw(
            at("x/patternProperties"),
            "unsupported_keyword",
            "Name each property, or ask for a list of objects with a name and a value.",
        )
    ]


@pytest.mark.parametrize("schema", [None, [], "object", 3, True, {}, {"type": "string"}, {"type": ["object", "null"]}])
def test_only_an_object_can_be_asked_for(schema: Any) -> None:
    assert [(flaw.pointer, flaw.code) for flaw in check_schema(schema)] == [("/response_schema", "not_an_object")]


def test_all_mistakes_are_named_at_once() -> None:
    flaws = check_schema(of(a={"type": "text"}, b={"type": "string", "format": "time"}, c={}))
    assert [flaw.pointer for flaw in flaws] == [at("a/type"), at("b/format"), at("c")]


@pytest.mark.parametrize(("count", "code"), [(50, []), (51, ["too_many_fields"])])
def test_a_form_has_at_most_50_fields(count: int, code: list[str]) -> None:
    schema = of(**{f"f{number}": {"type": "boolean"} for number in range(count)})
    assert [flaw.code for flaw in check_schema(schema)] == code


def test_a_schema_has_at_most_16_kib() -> None:
    schema = of(field={"type": "string", "description": "x" * 16 * 1024})
    assert [(flaw.pointer, flaw.code) for flaw in check_schema(schema)] == [("/response_schema", "too_long")]


def test_references_that_go_round_in_a_circle_are_refused() -> None:
    schema = of(a={"$ref": "#/$defs/A"}) | {"$defs": {"A": {"$ref": "#/$defs/A"}}}
    assert [(flaw.pointer, flaw.code) for flaw in check_schema(schema)] == [("/response_schema/$defs/A", "too_deep")]


def test_a_type_that_holds_itself_is_refused() -> None:
    schema = of(a={"$ref": "#/$defs/A"}) | {"$defs": {"A": of(more={"$ref": "#/$defs/A"})}}
    assert [flaw.code for flaw in check_schema(schema)] == ["too_deep"]


def test_references_cannot_blow_a_small_schema_up() -> None:
    definitions = {
        f"L{level}": of(**{f"p{each}": {"$ref": f"#/$defs/L{level + 1}"} for each in range(20)}) for level in range(3)
    }
    schema = of(a={"$ref": "#/$defs/L0"}) | {"$defs": definitions | {"L3": {"type": "string"}}}
    assert [flaw.code for flaw in check_schema(schema)] == ["too_many_fields"]


def test_a_mistake_behind_a_reference_is_named_where_it_stands() -> None:
    schema = of(a={"$ref": "#/$defs/A"}) | {"$defs": {"A": {"type": "string", "format": "ipv4"}}}
    assert [flaw.pointer for flaw in check_schema(schema)] == ["/response_schema/$defs/A/format"]


def test_fields_stand_in_the_order_that_is_wanted() -> None:
    schema = of(**{name: {"type": "string"} for name in ("d", "c", "bb", "a")}) | {"required": ["c", "a"]}
    assert [field.name for field in read(schema).fields] == ["c", "a", "bb", "d"]
    ordered = schema | {"propertyOrdering": ["bb", "gone", 3]}
    assert [field.name for field in read(ordered).fields] == ["bb", "c", "a", "d"]


@pytest.mark.parametrize(
    ("name", "title", "label"),
    [("refund_amount", "", "Refund amount"), ("refundAmount", "", "RefundAmount"), ("x", "your VAT id", "Your VAT id")],
)
def test_a_field_is_labelled_by_its_title_or_its_name(name: str, title: str, label: str) -> None:
    field = read(of(**{name: {"type": "string", "title": title}})).fields[0]
    assert field.label == label
