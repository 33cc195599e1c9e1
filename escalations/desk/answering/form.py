"""The form of an answer: what a browser sends becomes an `Answer`, and each flaw goes to the input it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from escalations import canned
from escalations.answers import Answer, allowed, check_answer
from escalations.answers.actions import is_same
from escalations.answers.fields import Field, arguments
from escalations.answers.schemas import Unreadable, read
from escalations.desk.answering.typed import Reading, inside, same, write
from escalations.models import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from escalations.answers.flaws import JSON, Flaw
    from escalations.desk.answering.typed import Typed
    from escalations.models import Escalation

NOTES, DECISION, ANSWER, EDIT = "notes", "decision", "answer", "edit"
INPUTS = (NOTES, DECISION, "template")  # and everything below `answer/` and `edit/`


class AnswerForm(forms.Form):
    """`typed` holds what stands in the inputs: what was sent, else what is given, else what there is to begin with."""

    def __init__(
        self,
        escalation: Escalation,
        data: QueryDict | None = None,
        *,
        typed: Typed | None = None,
        is_correction: bool = False,
    ) -> None:
        super().__init__(data)
        self.escalation = escalation
        self.is_correction = is_correction
        self.schema = _schema_of(escalation)
        self.decisions = [Decision(word) for word in allowed(escalation.action, escalation.allowed_decisions)]
        self.proposed = _arguments_of(escalation.action)
        edited = escalation.edited_action if is_correction else None
        self.base = _arguments_of(edited) if edited else self.proposed
        self.arguments = arguments(self.base)
        self.typed: Typed = self.begun() if typed is None else typed
        if data is not None:
            self.typed = inputs_of(data)

    def begun(self) -> dict[str, list[str]]:
        """What the form begins with: the answer that is to be corrected, else defaults and what the agent proposes."""
        return self._given() if self.is_correction else self._defaults() | self.original

    @cached_property
    def original(self) -> dict[str, list[str]]:
        """The arguments that nobody has touched yet, as inputs."""
        return write(self.arguments, self.base, EDIT)

    @cached_property
    def edited(self) -> dict[str, JSON]:
        """The arguments as they would be now; what nobody touched is exactly what it was."""
        found = self._edits.whole(self.arguments, "/edited_action/arguments")
        return {
            name: found.get(name) if self._is_touched(inside(EDIT, name)) else value
            for name, value in self.base.items()
        }

    @property
    def is_edited(self) -> bool:
        return not is_same(self.edited, self.proposed)

    @property
    def notes(self) -> str:
        return self._last(NOTES)

    @property
    def decision(self) -> Decision | None:
        word = self._last(DECISION)
        return Decision(word) if word in Decision.values else None

    @cached_property
    def answer(self) -> Answer:
        """What would be sent. Without a flaw, it is what was asked for."""
        is_needed = self.schema is not None and self.decision != Decision.REJECT
        return Answer(
            notes=self.notes,
            decision=self.decision,
            answer=self._values.whole(self.schema, "/answer") if self.schema is not None and is_needed else None,
            edited_action={"arguments": self.edited} if self.decision == Decision.EDIT else None,
        )

    @property
    def version(self) -> int | None:
        """Of the escalation as the page showed it."""
        text = self.data.get("version", "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    def full_clean(self) -> None:
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}
        for name, sentences in self.mistakes.items():
            self._errors[name] = self.error_class(sentences)

    @cached_property
    def mistakes(self) -> Mapping[str, list[str]]:
        """What is wrong with what was sent, by the name of the input."""
        return self._flaws() if self.is_bound else {}

    def _given(self) -> dict[str, list[str]]:
        escalation = self.escalation
        found: dict[str, list[str]] = {NOTES: [escalation.resolution_notes or ""]}
        if escalation.decision:
            found[DECISION] = [escalation.decision]
        if self.schema and escalation.answer is not None:
            found |= write(self.schema, escalation.answer, ANSWER)
        return found | self.original

    def _defaults(self) -> dict[str, list[str]]:
        return _defaults_of(self.schema, ANSWER) if self.schema else {}

    def _flaws(self) -> Mapping[str, list[str]]:
        """Nothing is checked further as long as something cannot even be read."""
        answer = self.answer
        unread = {**self._values.flaws, **(self._edits.flaws if self.decision == Decision.EDIT else {})}
        found: dict[str, list[str]] = dict(unread)
        for flaw in [] if unread else check_answer(self.escalation, answer):
            found.setdefault(self._place(flaw), []).append(flaw.detail)
        if marks := canned.unfilled(self.notes):
            said = _("The template had no value for %(marks)s. Write it yourself.") % {"marks": ", ".join(marks)}
            found.setdefault(NOTES, []).append(said)
        if self.decision == Decision.APPROVE and not self._edits.flaws and self.is_edited:
            said = _("You changed what the agent proposed. Choose to approve it with your changes, or reset them.")
            found.setdefault(DECISION, []).append(said)
        return found

    def _place(self, flaw: Flaw) -> str:
        if flaw.pointer.startswith("/answer"):
            return self._values.place(flaw.pointer)
        if flaw.pointer.startswith("/edited_action"):
            return self._edits.place(flaw.pointer)
        return DECISION if flaw.pointer == "/decision" else NOTES

    @cached_property
    def _values(self) -> Reading:
        return Reading(self.typed, ANSWER)

    @cached_property
    def _edits(self) -> Reading:
        return Reading(self.typed, EDIT)

    def _is_touched(self, name: str) -> bool:
        return name in self.typed and not same(self._last(name), self.original[name][0])

    def _last(self, name: str) -> str:
        return next(reversed(self.typed.get(name, ())), "")


def inputs_of(data: QueryDict) -> dict[str, list[str]]:
    """What belongs to the answer of all that a browser sends."""
    return {
        name: list(texts)
        for name, texts in data.lists()
        if name in INPUTS or name.startswith((f"{ANSWER}/", f"{EDIT}/"))
    }


def _schema_of(escalation: Escalation) -> Field | None:
    """None also where a schema is kept that can no longer be read; the check of the answer says so."""
    if escalation.response_schema is None:
        return None
    try:
        return read(escalation.response_schema)
    except Unreadable:
        return None


def _arguments_of(action: JSON) -> dict[str, JSON]:
    found = action.get("arguments") if isinstance(action, dict) else None
    return found if isinstance(found, dict) else {}


def _defaults_of(field: Field, name: str) -> dict[str, list[str]]:
    if field.has_default:
        return write(field, field.default, name)
    return {key: texts for each in field.fields for key, texts in _defaults_of(each, inside(name, each.name)).items()}
