"""Which decisions an agent can ask for, and which answers fit what it asked."""

from typing import Any

import pytest

from escalations.answers import Answer, Ask, allowed, check_action, check_answer, settled
from escalations.models import Decision

DELETE: dict[str, Any] = {"name": "db.delete_user", "arguments": {"id": 9412, "reason": "gdpr request", "hard": True}}
FORM: dict[str, Any] = {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}


def told(asked: Ask, answer: Answer) -> list[tuple[str, str]]:
    return [(flaw.pointer, flaw.code) for flaw in check_answer(asked, answer)]


@pytest.mark.parametrize(
    ("action", "decisions"),
    [
        (DELETE, None),
        (DELETE, ["approve", "edit", "reject", "respond"]),
        ({"name": "ping", "arguments": {}}, []),
        (None, ["approve", "reject", "respond"]),
        (None, None),
    ],
)
def test_an_action_and_its_decisions_are_taken(action: Any, decisions: Any) -> None:
    assert check_action(action, decisions) == []


@pytest.mark.parametrize(
    ("action", "decisions", "pointer", "code"),
    [
        ("delete", None, "/action", "wrong_type"),
        ({"arguments": {}}, None, "/action/name", "invalid_name"),
        ({"name": " \u2800", "arguments": {}}, None, "/action/name", "invalid_name"),
        ({"name": "x" * 201, "arguments": {}}, None, "/action/name", "invalid_name"),
        ({"name": 3, "arguments": {}}, None, "/action/name", "invalid_name"),
        ({"name": "x"}, None, "/action/arguments", "wrong_type"),
        ({"name": "x", "arguments": [1]}, None, "/action/arguments", "wrong_type"),
        ({"name": "x", "arguments": {}, "id": 1}, None, "/action/id", "unknown_field"),
        ({"name": "x", "arguments": {"a": "b" * 65_536}}, None, "/action", "too_long"),
        ({"name": "x", "arguments": {"a": "\0"}}, None, "/action/arguments/a", "invalid_character"),
        (DELETE, "approve", "/allowed_decisions", "wrong_type"),
        (DELETE, ["approve", "maybe"], "/allowed_decisions/1", "invalid_choice"),
        (DELETE, ["approve", ["edit"]], "/allowed_decisions/1", "invalid_choice"),
        (DELETE, ["approve", "approve"], "/allowed_decisions/1", "repeated"),
        (None, ["approve", "edit"], "/allowed_decisions/1", "needs_action"),
    ],
)
def test_what_cannot_be_decided_is_refused(action: Any, decisions: Any, pointer: str, code: str) -> None:
    assert [(flaw.pointer, flaw.code) for flaw in check_action(action, decisions)] == [(pointer, code)]


def test_an_action_alone_allows_every_decision() -> None:
    assert allowed(DELETE, []) == ["approve", "edit", "reject", "respond"]
    assert allowed(DELETE, ["reject"]) == ["reject"]
    assert allowed(None, []) == []


FITTING = [
    (Ask(), Answer("Refund once.")),
    (Ask(FORM), Answer(answer={"amount": 3})),
    (Ask(FORM), Answer("As agreed.", answer={"amount": 3})),
    (Ask(action=DELETE), Answer(decision=Decision.APPROVE)),
    (Ask(action=DELETE), Answer(decision=Decision.REJECT)),
    (Ask(action=DELETE), Answer("Ask them first.", decision=Decision.RESPOND)),
    (Ask(action=DELETE), Answer(decision=Decision.EDIT, edited_action={"arguments": {"id": 9421}})),
    (Ask(action=DELETE), Answer(decision=Decision.EDIT, edited_action={**DELETE, "arguments": {}})),
    (Ask(allowed_decisions=["approve", "reject"]), Answer(decision=Decision.APPROVE)),
    (Ask(FORM, DELETE), Answer(decision=Decision.REJECT)),
    (Ask(FORM, DELETE), Answer(decision=Decision.APPROVE, answer={"amount": 3})),
]
UNFITTING = [
    (Ask(), Answer(" \n"), "/resolution_notes", "required"),
    (Ask(), Answer("a\0"), "/resolution_notes", "invalid_character"),
    (Ask(), Answer("x" * 20_001), "/resolution_notes", "too_long"),
    (Ask(), Answer("Yes.", decision=Decision.APPROVE), "/decision", "not_asked"),
    (Ask(), Answer("Yes.", answer={"amount": 3}), "/answer", "not_asked"),
    (Ask(), Answer("Yes.", edited_action=DELETE), "/edited_action", "not_asked"),
    (Ask(FORM), Answer("Yes."), "/answer", "required"),
    (Ask(FORM), Answer(answer={"amount": "3"}), "/answer/amount", "wrong_type"),
    (Ask(FORM), Answer(answer=[]), "/answer", "wrong_type"),
    (Ask(action=DELETE), Answer("Yes."), "/decision", "required"),
    (Ask(action=DELETE, allowed_decisions=["reject"]), Answer(decision=Decision.APPROVE), "/decision", "not_allowed"),
    (Ask(action=DELETE), Answer(decision=Decision.RESPOND), "/resolution_notes", "required"),
    (Ask(action=DELETE), Answer(decision=Decision.APPROVE, edited_action=DELETE), "/edited_action", "not_asked"),
    (Ask(action=DELETE), Answer(decision=Decision.EDIT), "/edited_action", "required"),
    (
        Ask(action=DELETE),
        Answer(decision=Decision.EDIT, edited_action={"arguments": DELETE["arguments"]}),
        "/edited_action/arguments",
        "not_edited",
    ),
    (
        Ask(action=DELETE),
        Answer(decision=Decision.EDIT, edited_action={"name": "db.drop", "arguments": {}}),
        "/edited_action/name",
        "not_editable",
    ),
    (
        Ask(action=DELETE),
        Answer(decision=Decision.EDIT, edited_action={"name": "x"}),
        "/edited_action/arguments",
        "wrong_type",
    ),
    (Ask(FORM, DELETE), Answer(decision=Decision.APPROVE), "/answer", "required"),
    (Ask(FORM, DELETE), Answer(decision=Decision.REJECT, answer={}), "/answer/amount", "required"),
]


@pytest.mark.parametrize(("asked", "answer"), FITTING)
def test_an_answer_that_fits_has_no_flaw(asked: Ask, answer: Answer) -> None:
    assert told(asked, answer) == []


@pytest.mark.parametrize(("asked", "answer", "pointer", "code"), UNFITTING)
def test_an_answer_that_does_not_fit_is_told_where(asked: Ask, answer: Answer, pointer: str, code: str) -> None:
    assert told(asked, answer) == [(pointer, code)]


def test_true_in_place_of_1_is_a_change() -> None:
    asked = Ask(action={"name": "x", "arguments": {"n": 1}})
    assert told(asked, Answer(decision=Decision.EDIT, edited_action={"arguments": {"n": True}})) == []


def test_what_is_kept_of_an_edited_action_has_its_name() -> None:
    answer = Answer(decision=Decision.EDIT, edited_action={"arguments": {"id": 1}})
    assert settled(Ask(action=DELETE), answer).edited_action == {"name": "db.delete_user", "arguments": {"id": 1}}
    assert settled(Ask(), Answer("Yes.")) == Answer("Yes.")
