"""The dialog in which somebody answers in Slack: what it asks for, and what is made of what was sent."""

from typing import Any

import pytest

from escalations.answers import Answer
from escalations.models import Decision, Escalation
from notifications.slack import dialogs
from notifications.slack.texts import Block
from tests.notifications.slack.test_messages import make

SCHEMA = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "title": "Why", "description": "In a sentence.", "maxLength": 60},
        "amount": {"type": "number", "default": 12.5},
        "count": {"type": "integer"},
        "is_final": {"type": "boolean"},
        "currency": {"enum": ["EUR", "USD"]},
        "channels": {"type": "array", "items": {"enum": ["mail", "phone"]}},
        "pay_on": {"type": "string", "format": "date"},
        "call_at": {"type": "string", "format": "date-time"},
        "order": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
    },
    "required": ["reason", "currency"],
}


def inputs(escalation: Escalation) -> dict[str, Block]:
    view = dialogs.of(escalation, metadata="{}")
    assert view is not None
    return {each["block_id"]: each for each in view["blocks"] if each["type"] == "input"}


def state(**values: Any) -> dict[str, Any]:
    """What Slack sends for these elements; two underscores stand for the slash of a name."""
    return {name.replace("__", "/"): {"value": element} for name, element in values.items()}


def chosen(*values: str) -> dict[str, Any]:
    return {"selected_options": [{"value": value} for value in values]}


def picked(value: str) -> dict[str, Any]:
    return {"selected_option": {"value": value}}


FILLED = state(
    answer__reason={"value": "It was late."},
    answer__amount={"value": "20.5"},
    answer__count={"value": "3"},
    answer__is_final=picked("0"),
    answer__currency=picked("1"),
    answer__channels=chosen("0", "1"),
    answer__pay_on={"selected_date": "2026-03-02"},
    answer__call_at={"selected_date_time": 1772443800},
    answer__order__id={"value": "6144"},
    notes={"value": "Done."},
)


def test_what_asks_for_words_has_one_input() -> None:
    view = dialogs.of(make(), metadata='{"version": 1}')
    assert view is not None
    assert (view["callback_id"], view["private_metadata"]) == ("resolve", '{"version": 1}')
    assert view["title"]["text"] == "ESC-12"
    assert view["blocks"][0]["text"]["text"] == "May I refund order 6144?"
    assert view["blocks"][1:] == [
        {
            "type": "input",
            "block_id": "notes",
            "label": {"type": "plain_text", "text": "Your answer", "emoji": False},
            "element": {"type": "plain_text_input", "multiline": True, "max_length": 3000, "action_id": "value"},
            "optional": False,
        }
    ]


def test_each_kind_of_field_has_its_element() -> None:
    drawn = inputs(make(response_schema=SCHEMA))
    assert {name: each["element"]["type"] for name, each in drawn.items()} == {
        "answer/reason": "plain_text_input",
        "answer/amount": "number_input",
        "answer/count": "number_input",
        "answer/is_final": "static_select",
        "answer/currency": "static_select",
        "answer/channels": "multi_static_select",
        "answer/pay_on": "datepicker",
        "answer/call_at": "datetimepicker",
        "answer/order/id": "plain_text_input",
        "notes": "plain_text_input",
    }


def test_labels_hints_needs_and_defaults_are_those_of_the_schema() -> None:
    drawn = inputs(make(response_schema=SCHEMA))
    reason, order = drawn["answer/reason"], drawn["answer/order/id"]
    assert (reason["label"]["text"], reason["hint"]["text"], reason["optional"]) == ("Why", "In a sentence.", False)
    assert reason["element"]["max_length"] == 60
    assert (order["label"]["text"], order["optional"]) == ("Order: Id", True)
    assert drawn["answer/amount"]["element"]["initial_value"] == "12.5"


def test_what_was_sent_becomes_the_answer_that_was_asked_for() -> None:
    form = dialogs.form_of(make(response_schema=SCHEMA), FILLED, version=4)
    assert form.is_valid()
    assert form.version == 4
    assert form.answer == Answer(
        notes="Done.",
        answer={
            "reason": "It was late.",
            "amount": 20.5,
            "count": 3,
            "is_final": True,
            "currency": "USD",
            "channels": ["mail", "phone"],
            "pay_on": "2026-03-02",
            "call_at": "2026-03-02T09:30:00Z",
            "order": {"id": "6144"},
        },
    )


def test_what_is_wrong_is_told_at_its_block() -> None:
    sent = FILLED | state(answer__count={"value": "1.5"}, answer__currency=picked("9"))
    errors = dialogs.errors_of(dialogs.form_of(make(response_schema=SCHEMA), sent, version=None))
    assert sorted(errors) == ["answer/count", "answer/currency"]


def test_decisions_are_offered_and_changes_are_made_on_the_desk() -> None:
    asked = make(action={"name": "refund", "arguments": {"order": 6144}})
    view = dialogs.of(asked, metadata="{}")
    assert view is not None
    assert [each["value"] for each in inputs(asked)["decision"]["element"]["options"]] == [
        "approve",
        "reject",
        "respond",
    ]
    assert asked.html_url in str(view["blocks"][3])
    sent = state(decision=picked("approve"), notes={"value": None})
    form = dialogs.form_of(asked, sent, version=None)
    assert form.is_valid()
    assert form.answer == Answer(decision=Decision.APPROVE)


def test_a_missing_decision_is_told_at_the_decision() -> None:
    asked = make(allowed_decisions=["approve", "reject"])
    errors = dialogs.errors_of(dialogs.form_of(asked, {}, version=None))
    assert errors == {"decision": "Decide first. Take one of: approve, reject."}


@pytest.mark.parametrize(
    "facts",
    [
        {"response_schema": {"type": "object", "properties": {"rows": {"type": "array", "items": {"type": "string"}}}}},
        {"response_schema": {"type": "object", "properties": {"c": {"enum": ["x" * 76]}}}},
        {"action": {"name": "refund", "arguments": {}}, "allowed_decisions": ["edit"]},
    ],
)
def test_what_does_not_fit_is_left_to_the_desk(facts: dict[str, Any]) -> None:
    assert dialogs.of(make(**facts), metadata="{}") is None


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {"notes": []},
        {"notes": {"value": 3}},
        state(answer__currency={"selected_option": {"value": "²"}}, answer__call_at={"selected_date_time": 10**30}),
        state(answer__channels={"selected_options": [3, {"value": "99999"}]}, answer__reason={"value": {}}),
    ],
)
def test_a_state_of_any_shape_is_only_wrong(sent: object) -> None:
    assert dialogs.errors_of(dialogs.form_of(make(response_schema=SCHEMA), sent, version=None))
