"""Whatever a browser sends, or an escalation holds, the form of an answer can be read and drawn."""

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from escalations.answers import check_answer
from escalations.desk.answering import steps
from escalations.desk.answering.form import ANSWER, EDIT, AnswerForm, inputs_of
from escalations.desk.answering.inputs import Sheet, draw
from escalations.models import Escalation
from tests.escalations.desk.test_answering_typed import SCHEMA

ACTION: dict[str, Any] = {
    "name": "x",
    "arguments": {"id": 1, "why": "a\r\nb", "sure": True, "list": [1], "none": None, "a/b ~c": 1.5},
}
TEXTS = st.text(max_size=12)
NAMES = st.one_of(
    st.sampled_from(
        ["notes", "decision", "template", "version", "answer/", "edit/", "answer/tags/0", "answer/items/3/n"]
    ),
    st.sampled_from([f"answer/{name}" for name in SCHEMA["properties"]]),
    st.sampled_from([f"edit/{name}" for name in ACTION["arguments"]]),
    TEXTS.map("answer/".__add__),
    TEXTS,
)
VALUES = st.one_of(
    TEXTS,
    st.sampled_from(
        ["", "edit", "approve", "reject", "respond", "true", "1", "1e999", "NaN", '"late"', "{}", "[[", "\0"]
    ),
)
SENT = st.lists(st.tuples(NAMES, VALUES), max_size=15)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.sampled_from(list(SCHEMA["properties"])), inner)
    ),
    max_leaves=8,
)


def asked(**facts: Any) -> Escalation:
    held = {"action": ACTION, "edited_action": None, "answer": None, "decision": None, "resolution_notes": None}
    return Escalation(**{"response_schema": SCHEMA, "allowed_decisions": [], **held, **facts})


def drawn(form: AnswerForm) -> None:
    sheet = Sheet(form.typed, form.mistakes, is_firm=True)
    draw(form.arguments, EDIT, sheet)
    if form.schema is not None:
        draw(form.schema, ANSWER, sheet)


@given(SENT, st.booleans())
def test_any_form_is_read_and_drawn(sent: list[tuple[str, str]], is_correction: bool) -> None:
    escalation = asked()
    form = AnswerForm(escalation, QueryDict(urlencode(sent)), is_correction=is_correction)

    assert form.is_valid() == (form.mistakes == {})
    drawn(form)
    if form.is_valid():
        assert check_answer(escalation, form.answer) == []


@given(SENT, st.sampled_from(["add:", "remove:", "reset", "insert", ""]), NAMES)
def test_any_step_can_be_taken(sent: list[tuple[str, str]], word: str, name: str) -> None:
    form = AnswerForm(asked())
    typed = inputs_of(QueryDict(urlencode(sent)))
    after = steps.take(f"{word}{name}", typed, form.begun(), steps.Inserted("Hello.", "reject"))

    drawn(AnswerForm(form.escalation, typed=after))


@given(ANY, ANY, ANY)
def test_any_answer_that_is_kept_can_be_corrected(answer: Any, action: Any, edited: Any) -> None:
    """What is no such answer begins anew."""
    actions = {"action": {"name": "x", "arguments": action}, "edited_action": {"name": "x", "arguments": edited}}
    escalation = asked(answer=answer, decision="edit", **actions)

    drawn(AnswerForm(escalation, is_correction=True))
