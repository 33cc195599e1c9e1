"""The digest of a context: exact where it is small, bounded whatever is sent."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalations.contexts.digest import AT_MOST, VALUES_AT_MOST, digest

CHAT = {
    "conversation": [
        {"role": "system", "content": "You help with orders. In case of an error, ask."},
        {"role": "user", "content": "Where is order 4417?"},
        {"role": "assistant", "content": None, "tool_calls": [{"name": "get_order", "arguments": '{"id": 4417}'}]},
        {"role": "tool", "name": "get_order", "content": "Error: order 4417 not found"},
        {"role": "assistant", "content": "I cannot find it."},
        {"role": "user", "content": "Then let me\ntalk to somebody."},
    ]
}
TEXT = st.text(max_size=300) | st.sampled_from(["Error: x", "a\u202eb", "\x01" * 50, "é" * 3000, "😀" * 2000, "\ud800"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=8)
        | st.dictionaries(TEXT, inner, max_size=8)
        | st.fixed_dictionaries(
            {},
            optional=dict.fromkeys(("role", "content", "messages", "tool_calls", "kind", "name", "function"), inner),
        )
    ),
    max_leaves=40,
)


def test_a_chat_says_who_said_what_last() -> None:
    assert digest(CHAT)["last"] == [
        {"place": 1, "role": "user", "text": "Where is order 4417?"},
        {"place": 4, "role": "assistant", "text": "I cannot find it."},
        {"place": 5, "role": "user", "text": "Then let me talk to somebody."},
    ]


def test_a_chat_counts_its_messages_and_calls() -> None:
    told = digest(CHAT)

    assert (told["kind"], told["messages"]) == ("chat", 6)
    assert told["calls"] == {"count": 1, "distinct": 1, "names": {"get_order": 1}}
    assert told["parts"] == [{"path": "/conversation", "kind": "chat", "size": 6}]


def test_an_error_is_a_line_that_reports_one_and_not_the_word() -> None:
    assert digest(CHAT)["errors"] == {
        "count": 1,
        "lines": [{"path": "/conversation/3/content", "text": "Error: order 4417 not found"}],
    }


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "ValueError: invalid literal",
        "[error] upstream closed",
        "2026-01-01 12:00 ERROR payment failed",
        "GET /orders HTTP/1.1 503",
        "the server answered with status code: 502",
        '{"error": "card_declined"}',
        "fatal: not a git repository",
    ],
)
def test_these_are_error_lines(line: str) -> None:
    told = digest({"log": f"all is well\n{line}\nbye"})

    assert told["errors"] == {"count": 1, "lines": [{"path": "/log", "text": line}]}


@pytest.mark.parametrize(
    "line", ["Without an error, go on.", '{"error": null}', "status: 200", "Errors are rare", "the status of 2 of 500"]
)
def test_these_are_no_error_lines(line: str) -> None:
    assert digest({"log": line})["errors"]["count"] == 0


def test_a_status_that_is_a_number_counts_as_an_error() -> None:
    assert digest({"answer": {"status_code": 503}})["errors"]["lines"] == [
        {"path": "/answer/status_code", "text": "status_code: 503"}
    ]


def test_the_largest_texts_are_named_by_their_pointer() -> None:
    told = digest({"a/b": {"~": "x" * 30}, "list": ["y" * 20], "n": 5})

    assert told["largest"] == [{"path": "/a~1b/~0", "characters": 30}, {"path": "/list/0", "characters": 20}]
    assert (told["bytes"], told["values"], told["depth"]) == (84, 6, 2)


def test_what_cannot_be_seen_is_counted_in_keys_and_in_texts() -> None:
    assert digest({"a\u200b": "b\u202ec\x01", "fine": "a\tb\n👩\u200d🚀 \\u0001"})["invisible"] == 3


def test_the_order_of_keys_changes_nothing() -> None:
    texts = {f"key {n}": f"Error: {n}" for n in range(9)}

    assert digest(texts) == digest(dict(reversed(texts.items())))


def test_nothing_is_a_digest_too() -> None:
    told = digest({})

    assert (told["parts"], told["largest"], told["last"], told["errors"]["count"]) == ([], [], [], 0)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(VALUES)
def test_whatever_is_sent_the_digest_is_small_and_always_the_same(value: Any) -> None:
    told = digest(value)

    assert len(json.dumps(told)) < AT_MOST
    assert told == digest(value)


DEEP: Any = []
for _ in range(5_000):
    DEEP = [DEEP]


WIDE = {"😀" * 120: {"😀" * 120: {"😀" * 120: ["😀" * 5_000] * 9}}}


@pytest.mark.parametrize(
    "value",
    [
        {"messages": [{"role": "user", "content": "x" * 8}] * 10_000},
        {"list": list(range(50_000))},
        {str(number * 7919): number for number in range(50_000)},
        {"log": "error " * 43_000},
        {"log": "ERROR status 500\n" * 15_000},
        {"text": "\u202e" * 80_000},
        {"messages": [{"role": "tool", "content": "Error: x"}] * 10_000},
        WIDE,
        {"n": 1e308, "messages": [1, 2], "role": {}, "content": None, "tool_calls": "x"},
        DEEP,
    ],
)
def test_the_work_is_bounded(value: Any) -> None:
    told = digest(value)

    assert told["values"] <= VALUES_AT_MOST
    assert len(json.dumps(told)) < AT_MOST


def test_what_was_not_all_looked_at_says_so() -> None:
    assert not digest({"list": list(range(50_000))})["is_complete"]
    assert digest(CHAT)["is_complete"]
