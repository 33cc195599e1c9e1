"""Values in inputs: what is written there is read back, and what cannot be read is said to who typed it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalations.answers.fields import Field, arguments
from escalations.answers.schemas import read
from escalations.desk.answering.typed import Reading, write

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "why": {"type": "string"},
        "amount": {"type": "number"},
        "count": {"type": "integer"},
        "sure": {"type": "boolean"},
        "kind": {"enum": ["refund", 1, "1", True]},
        "reasons": {"type": "array", "items": {"enum": ["late", "broken", 3]}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "until": {"type": "string", "format": "date"},
        "at": {"type": "string", "format": "date-time"},
        "version": {"const": 2},
        "a/b ~c": {"type": "object", "properties": {"x": {"type": "string"}, "y": {"type": "integer"}}},
        "items": {
            "type": "array",
            "items": {"type": "object", "properties": {"sku": {"type": "string"}, "n": {"type": "integer"}}},
        },
    },
}
FIELD = read(SCHEMA)
TEXTS = st.text(st.characters(exclude_characters="\0\r", codec="utf-8"), min_size=1, max_size=9)
NUMBERS = st.integers(-(2**53), 2**53)
ITEM_FIELDS: dict[str, Any] = {"sku": TEXTS, "n": NUMBERS}
ITEM = st.fixed_dictionaries({}, optional=ITEM_FIELDS).filter(bool)
VALUES = st.fixed_dictionaries(
    {"version": st.just(2)},
    optional={
        "why": TEXTS,
        "amount": NUMBERS | st.floats(allow_nan=False, allow_infinity=False),
        "count": NUMBERS,
        "sure": st.booleans(),
        "kind": st.sampled_from(["refund", 1, "1", True]),
        "reasons": st.lists(st.sampled_from(["late", "broken", 3]), min_size=1, max_size=3),
        "tags": st.lists(TEXTS, min_size=1, max_size=3),
        "until": st.dates().map(str),
        "at": st.datetimes().map(lambda at: f"{at.isoformat()}Z"),
        "a/b ~c": st.fixed_dictionaries({"x": TEXTS}, optional={"y": NUMBERS}),
        "items": st.lists(ITEM, min_size=1, max_size=3),
    },
)
ANY = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | TEXTS | st.just(""),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def back(field: Field, typed: dict[str, list[str]], root: str = "answer") -> Any:
    reading = Reading(typed, root)
    value = reading.whole(field, "/answer")
    assert reading.flaws == {}
    return value


@given(VALUES)
def test_an_answer_in_inputs_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    found = back(FIELD, write(FIELD, value, "answer"))
    assert found == value
    assert type(found.get("kind")) is type(value.get("kind"))


@given(st.dictionaries(TEXTS, ANY, max_size=4))
def test_arguments_in_inputs_are_read_back_as_they_were(values: dict[str, Any]) -> None:
    field = arguments(values)
    assert back(field, write(field, values, "edit"), "edit") == values


def test_what_is_left_open_is_left_out() -> None:
    typed = {
        "answer/why": [""],
        "answer/amount": [""],
        "answer/kind": [""],
        "answer/tags/0": [""],
        "answer/items/0/n": [""],
    }
    assert back(FIELD, typed) == {"version": 2}


def test_what_is_needed_and_may_be_null_is_null_when_it_is_left_open() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": ["string", "null"]},
            "b": {"type": ["object", "null"], "properties": {"x": {"type": "string"}}},
            "c": {"enum": ["x", None]},
        },
        "required": ["a", "b", "c"],
    }
    assert back(read(schema), {"answer/a": [""], "answer/c": [""]}) == {"a": None, "b": None, "c": None}


def test_rows_may_have_gaps() -> None:
    typed = {"answer/tags/1": ["b"], "answer/tags/7": ["c"], "answer/tags/3": [""], "answer/tags/x": ["d"]}
    assert back(FIELD, typed)["tags"] == ["b", "c"]


def test_a_flaw_of_an_entry_is_shown_in_the_row_that_was_typed() -> None:
    reading = Reading({"answer/tags/1": ["b"], "answer/tags/7": ["c"]}, "answer")
    reading.whole(FIELD, "/answer")
    assert reading.place("/answer/tags/1") == "answer/tags/7"
    assert reading.place("/answer/tags") == "answer/tags"
    assert reading.place("/answer/gone/x") == "answer"


@pytest.mark.parametrize(
    ("typed", "value"),
    [("12", 12), ("-3", -3), ("1.50", 1.5), (" 7 ", 7), ("1e3", 1000.0), (".5", 0.5)],
)
def test_numbers_are_read_as_browsers_send_them(typed: str, value: float) -> None:
    assert back(FIELD, {"answer/amount": [typed]})["amount"] == value


@pytest.mark.parametrize("text", ["abc", "1,5", "0x10", "1_000", "NaN", "٣", "--1"])
def test_what_is_no_number_is_said_to_be_none(text: str) -> None:
    reading = Reading({"answer/amount": [text]}, "answer")
    reading.whole(FIELD, "/answer")
    assert reading.flaws == {"answer/amount": ["Give a number."]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n"b" 2}', "This is not JSON: look at line 2, column 5."),
        ('{"a": 1, "a": 2}', "A key stands here twice."),
        ("[" * 100_000, "This is not JSON that can be kept."),
        ("1" * 5000, "This is not JSON that can be kept."),
    ],
)
def test_what_is_no_json_is_said_to_be_none(text: str, said: str) -> None:
    reading = Reading({"edit/list": [text]}, "edit")
    reading.whole(arguments({"list": [1]}), "/edited_action/arguments")
    assert reading.flaws == {"edit/list": [said]}


def test_a_moment_without_a_zone_is_utc() -> None:
    assert back(FIELD, {"answer/at": ["2026-03-01T12:00"]})["at"] == "2026-03-01T12:00:00Z"
    assert write(FIELD, {"at": "2026-03-01T12:00:00+02:00"}, "answer") == {"answer/at": ["2026-03-01T10:00:00"]}


def test_line_breaks_of_browsers_are_those_of_texts() -> None:
    assert back(FIELD, {"answer/why": ["a\r\nb"]})["why"] == "a\nb"
