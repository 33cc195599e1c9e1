"""Transcripts in the shapes that agents send."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from escalations.desk import context
from escalations.desk.context.calls import Card
from escalations.desk.context.chats import Chat, Turn
from escalations.desk.context.texts import Text
from escalations.desk.context.trees import Tree

DEMO = [json.loads(line) for line in (Path(settings.BASE_DIR) / "docs/demo/handoffs.jsonl").read_text().splitlines()]


def chat_of(messages: Any) -> Chat:
    view = context.shown({"messages": messages}).sections[0].view
    assert isinstance(view, Chat)
    return view


def words(body: Text | Tree | None) -> Any:
    if isinstance(body, Tree):
        return {row.key: row.text.text if row.text else row.word for row in body.rows}
    return body.text if body else None


def told(card: Card) -> tuple[str, Any, Any]:
    return card.name, words(card.arguments), words(card.result)


def lines(turn: Turn) -> list[Any]:
    return [words(each) for each in turn.said]


OPENAI = [
    {"role": "user", "content": "Two orders, please."},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "get", "arguments": '{"id": 1}'}},
            {"id": "c2", "type": "function", "function": {"name": "get", "arguments": '{"id": 2}'}},
        ],
    },
    {"role": "tool", "tool_call_id": "c2", "content": "two"},
    {"role": "tool", "tool_call_id": "c1", "content": "one"},
]
RESPONSES = [
    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Two orders, please."}]},
    {"type": "function_call", "call_id": "c1", "name": "get", "arguments": '{"id": 1}'},
    {"type": "function_call", "call_id": "c2", "name": "get", "arguments": '{"id": 2}'},
    {"type": "function_call_output", "call_id": "c2", "output": "two"},
    {"type": "function_call_output", "call_id": "c1", "output": "one"},
]
ANTHROPIC = [
    {"role": "user", "content": "Two orders, please."},
    {
        "role": "assistant",
        "content": [
            {"type": "tool_use", "id": "c1", "name": "get", "input": {"id": 1}},
            {"type": "tool_use", "id": "c2", "name": "get", "input": {"id": 2}},
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "c2", "content": [{"type": "text", "text": "two"}]},
            {"type": "tool_result", "tool_use_id": "c1", "content": "one"},
        ],
    },
]
LANGCHAIN = [
    {"type": "human", "content": "Two orders, please."},
    {
        "type": "ai",
        "content": "",
        "tool_calls": [{"id": "c1", "name": "get", "args": {"id": 1}}, {"id": "c2", "name": "get", "args": {"id": 2}}],
    },
    {"type": "tool", "tool_call_id": "c2", "name": "get", "content": "two"},
    {"type": "tool", "tool_call_id": "c1", "name": "get", "content": "one"},
]
WITHOUT_IDS = [
    {"role": "user", "content": "Two orders, please."},
    {"role": "assistant", "content": None, "tool_calls": [{"name": "get", "arguments": '{"id": 1}'}]},
    {"role": "tool", "name": "get", "content": "one"},
    {"role": "assistant", "content": None, "tool_calls": [{"name": "get", "arguments": '{"id": 2}'}]},
    {"role": "tool", "name": "get", "content": "two"},
]


@pytest.mark.parametrize("messages", [OPENAI, RESPONSES, ANTHROPIC, LANGCHAIN, WITHOUT_IDS])
def test_a_result_stands_beside_its_call(messages: Any) -> None:
    chat = chat_of(messages)

    assert lines(chat.turns[0]) == ["Two orders, please."]
    assert [told(card) for turn in chat.turns for card in turn.cards] == [
        ("get", {"id": "1"}, "one"),
        ("get", {"id": "2"}, "two"),
    ]
    assert [card for turn in chat.turns for card in turn.returned] == []


def test_a_tool_message_may_hold_call_and_result() -> None:
    message = {"role": "tool", "name": "get", "arguments": {"id": 1}, "result": {"total": 9}}

    assert told(chat_of([message]).turns[0].cards[0]) == ("get", {"id": "1"}, {"total": "9"})


def test_a_result_without_its_call_is_shown_where_it_stands() -> None:
    chat = chat_of([{"role": "user", "content": "Hi."}, {"role": "tool", "content": "lost"}])

    assert [words(card.result) for card in chat.turns[1].returned] == ["lost"]


def test_a_result_that_reports_an_error_is_marked() -> None:
    messages = [
        {"role": "assistant", "tool_calls": [{"name": "get", "arguments": "{}"}]},
        {"role": "tool", "content": "Error: no such order"},
    ]

    assert chat_of(messages).turns[0].cards[0].is_error


def test_the_digest_leads_to_the_call_whose_result_is_an_error() -> None:
    shown = context.shown(
        {
            "messages": [
                {"role": "assistant", "tool_calls": [{"name": "get", "arguments": "{}"}]},
                {"role": "tool", "content": "Error: no such order"},
            ]
        }
    )
    view = shown.sections[0].view

    assert isinstance(view, Chat)
    assert [link.anchor for link in shown.summary.errors] == [view.turns[0].anchor]


def test_the_policy_is_folded() -> None:
    chat = chat_of([{"role": "developer", "content": "Rules. " * 300}, {"role": "user", "content": "Hi."}])

    assert [turn.is_policy for turn in chat.turns] == [True, False]


def test_the_last_words_of_both_sides_are_marked() -> None:
    chat = chat_of(
        [
            {"role": "user", "content": "First."},
            {"role": "user", "content": "Second."},
            {"role": "assistant", "content": "Third."},
            {"role": "assistant", "content": None, "tool_calls": [{"name": "hand_over", "arguments": "{}"}]},
        ]
    )

    assert [turn.last_of for turn in chat.turns] == ["", "user", "assistant", ""]


def test_what_else_a_message_carries_is_kept() -> None:
    turn = chat_of([{"role": "user", "content": "Hi.", "sent_at": "12:00", "refusal": None}]).turns[0]

    assert words(turn.more) == {"sent_at": "12:00"}


def test_a_part_that_is_no_text_is_a_tree() -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://canary.example/x.png"}}
    turn = chat_of([{"role": "user", "content": ["Look:", picture]}]).turns[0]

    assert lines(turn)[0] == "Look:"
    assert lines(turn)[1]["url"] == "https://canary.example/x.png"


@pytest.mark.parametrize("context_data", [each["context_data"] for each in DEMO])
def test_the_demo_reads_as_a_chat_with_its_calls_and_results(context_data: dict[str, Any]) -> None:
    transcripts = [each.view for each in context.shown(context_data).sections if isinstance(each.view, Chat)]
    said = [json.dumps(lines(turn)) for chat in transcripts for turn in chat.turns if turn.message.voice != "tool"]

    for chat in transcripts:
        assert [card for turn in chat.turns for card in turn.returned] == []
        assert all(card.has_result for turn in chat.turns for card in turn.cards)
    for message in context_data.get("conversation", []):
        if isinstance(message.get("content"), str):
            assert any(json.dumps(message["content"])[1:-1] in each for each in said)
