"""What of a context a page shows, and in which form."""

import json
from typing import Any

import pytest

from escalations.desk import context
from escalations.desk.context import Shown
from escalations.desk.context.calls import Calls
from escalations.desk.context.chats import Chat
from escalations.desk.context.diffs import Diff
from escalations.desk.context.room import PAGE_AT_ONCE, TEXT_AT_ONCE
from escalations.desk.context.texts import Text
from escalations.desk.context.trees import Tree

DIFF = """diff --git a/rates.py b/rates.py
--- a/rates.py
+++ b/rates.py
@@ -7,3 +7,3 @@ def rate():
 keep
--- a sum that looks like a file
+new
 end
"""


def views(shown: Shown) -> list[str]:
    return [f"{each.label}: {type(each.view).__name__}" for each in shown.sections]


def tree_of(data: Any) -> list[str]:
    view = context.shown(data).sections[-1].view
    assert isinstance(view, Tree)
    return [
        " ".join(filter(None, (row.does, row.key, row.word, row.text.text if row.text else ""))) for row in view.rows
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"messages": [{"role": "user", "content": "Hi."}]}, ["Chat: Chat"]),
        ([{"role": "user", "content": "Hi."}], ["Chat: Chat"]),
        ({"input": {"messages": [{"role": "user", "content": "Hi."}]}}, ["Chat: Chat"]),
        ({"name": "refund", "arguments": {"order": 7}}, ["Tool call: Calls"]),
        ({"call": {"type": "function", "function": {"name": "f", "arguments": "{}"}}}, ["Tool call: Calls"]),
        ({"patch": DIFF}, ["Diff: Diff"]),
        ({"policy": "Always. " * 100}, ["policy: Text"]),
        ({"order": {"id": 7}}, ["Details: Tree"]),
        ({"messages": [1, 2]}, ["Details: Tree"]),
        ({"staff": [{"role": "lead", "name": "Ada"}]}, ["Details: Tree"]),
        ([1, 2], ["Details: Tree"]),
    ],
)
def test_the_shape_chooses_the_view(data: Any, expected: list[str]) -> None:
    assert views(context.shown(data)) == expected


def test_several_parts_have_a_view_each_and_the_rest_is_details() -> None:
    data = {"rules": "Be kind. " * 90, "chat": [{"role": "user", "content": "Hi."}], "diff": DIFF, "order": {"id": 7}}

    assert views(context.shown(data)) == ["Chat: Chat", "Diff: Diff", "rules: Text", "Details: Tree"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"kind": "document", "text": "short"}, "Document: Text"),
        ({"kind": "diff", "content": "no diff at all"}, "Diff: Diff"),
        ({"kind": "chat", "messages": [{"a": 1}]}, "Chat: Chat"),
        ({"kind": "raw", "content": DIFF}, "Text: Text"),
        ({"kind": "json", "data": [{"role": "user", "content": "x"}]}, "Details: Tree"),
        ({"note": {"kind": "document", "text": "short"}}, "Document: Text"),
    ],
)
def test_the_word_kind_wins_over_the_shape(data: Any, expected: str) -> None:
    assert views(context.shown(data))[0] == expected


@pytest.mark.parametrize("kind", ["chat", "diff", "tool_call", "nonsense", 7, None, ["chat"]])
def test_a_kind_that_does_not_fit_is_not_believed(kind: Any) -> None:
    assert views(context.shown({"kind": kind, "content": {"a": {"b": 1}}})) == ["Details: Tree"]


def test_short_values_are_seen_at_once() -> None:
    shown = context.shown({"order": 4417, "is_member": True, "note": None, "name": "Maja"})

    assert [(each.name, each.value) for each in shown.facts] == [
        ("order", "4417"),
        ("is_member", "true"),
        ("name", "Maja"),
    ]
    assert shown.sections == []


def test_a_tree_says_what_it_folds() -> None:
    assert tree_of({"order": {"id": 7, "lines": [{"sku": "A"}], "gone": None}}) == [
        "open order id 7 · lines [1] · gone null",
        "value id 7",
        "open lines {1}",
        "open 0 sku A",
        "text sku A",
        "close",
        "close",
        "value gone null",
        "close",
    ]


def test_a_diff_counts_lines_on_both_sides() -> None:
    view = context.shown({"patch": DIFF}).sections[0].view

    assert isinstance(view, Diff)
    assert (view.added, view.removed) == (1, 1)
    assert [(each.kind, each.old, each.new, each.sign) for each in view.lines] == [
        ("file", None, None, ""),
        ("file", None, None, ""),
        ("file", None, None, ""),
        ("hunk", None, None, ""),
        ("same", 7, 7, ""),
        ("removed", 8, None, "-"),
        ("added", None, 8, "+"),
        ("same", 9, 9, ""),
    ]


def test_arguments_that_are_json_in_a_text_become_a_tree() -> None:
    view = context.shown({"name": "refund", "arguments": '{"order": 7}', "result": "done"}).sections[0].view

    assert isinstance(view, Calls)
    card = view.cards[0]
    assert isinstance(card.arguments, Tree)
    assert [(row.key, row.word) for row in card.arguments.rows] == [("order", "7")]
    assert isinstance(card.result, Text)
    assert card.result.text == "done"


def test_instructions_are_folded_and_other_documents_are_not() -> None:
    shown = context.shown({"instructions": "x" * 1_000, "contract": "y" * 1_000})
    folded = {each.label: each.view.is_folded for each in shown.sections if isinstance(each.view, Text)}

    assert folded == {"instructions": True, "contract": False}


def test_a_very_long_text_is_not_all_on_the_page() -> None:
    shown = context.shown({"log": "x" * (TEXT_AT_ONCE + 1)})
    view = shown.sections[0].view

    assert isinstance(view, Text)
    assert (len(view.text), view.total) == (2_000, TEXT_AT_ONCE + 1)
    assert not shown.is_everything


def test_a_page_has_an_end() -> None:
    shown = context.shown({f"part {n}": "x" * 60_000 for n in range(12)})
    sizes = [len(each.view.text) for each in shown.sections if isinstance(each.view, Text)]

    assert sum(sizes) < PAGE_AT_ONCE
    assert not shown.is_everything


def test_of_ten_thousand_messages_the_first_and_the_last_are_shown() -> None:
    shown = context.shown({"messages": [{"role": "user", "content": str(n)} for n in range(10_000)]})
    chat = shown.sections[0].view

    assert isinstance(chat, Chat)
    assert [turn.number for turn in chat.turns] == list(range(1, 11))
    assert [turn.number for turn in chat.tail] == list(range(9_941, 10_001))
    assert chat.gap is not None
    assert (chat.gap.start, chat.gap.stop) == (10, 9_940)
    assert not shown.is_everything


def test_the_gap_is_read_piece_by_piece_and_nothing_is_missed() -> None:
    data = {"messages": [{"role": "user", "content": str(n)} for n in range(500)]}
    first = context.shown(data).sections[0].view
    assert isinstance(first, Chat)
    places, gap = [each.place for each in first.turns], first.gap
    while gap:
        view = context.part(data, (gap.path, gap.kind), (gap.start, gap.stop)).view
        assert isinstance(view, Chat)
        places += [each.place for each in view.turns]
        gap = view.gap

    assert [*places, *(each.place for each in first.tail)] == list(range(500))


def test_a_long_list_goes_on_where_it_stopped() -> None:
    data = {"rows": list(range(100))}
    more = next(row.more for row in tree_rows(data) if row.more)
    view = context.part(data, (more.path, more.kind), (more.start, more.stop)).view

    assert isinstance(view, Tree)
    assert [row.word for row in view.rows] == [str(number) for number in range(60, 100)]


def tree_rows(data: Any) -> Any:
    view = context.shown(data).sections[0].view
    assert isinstance(view, Tree)
    return view.rows


def test_a_text_goes_on_where_it_stopped() -> None:
    text = "".join(str(number % 10) for number in range(200_000))
    pieces, at = [text[:2_000]], 2_000
    while at < len(text):
        view = context.part({"log": text}, ("/log", "raw"), (at, 10**9)).view
        assert isinstance(view, Text)
        pieces.append(view.text)
        at += len(view.text)

    assert "".join(pieces) == text


def test_a_pointer_leads_into_a_text_that_is_json() -> None:
    data = {"arguments": json.dumps({"lines": list(range(100))})}
    view = context.part(data, ("/arguments/lines", "json"), (98, 100)).view

    assert isinstance(view, Tree)
    assert [row.word for row in view.rows] == ["98", "99"]


@pytest.mark.parametrize("path", ["/b", "/a/7", "/a/x", "a", "/a/0/0", "/a/\u0663", "/" * 50])
def test_a_pointer_to_nothing_is_an_error(path: str) -> None:
    with pytest.raises(LookupError):
        context.part({"a": [1]}, (path, "json"), (0, 1))


def test_nothing_is_shown_for_nothing() -> None:
    assert context.shown({}).is_empty
