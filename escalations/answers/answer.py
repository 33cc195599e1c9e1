"""What a person answers, and whether it is what was asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.utils.translation import gettext as _

from escalations.answers.actions import allowed, check_arguments
from escalations.answers.flaws import JSON, Flaw
from escalations.answers.storable import UNSTORABLE
from escalations.answers.values import check_value
from escalations.models import ANSWER_AT_MOST, Decision
from escalations.texts import is_blank

if TYPE_CHECKING:
    from escalations.models import Escalation


@dataclass(frozen=True)
class Answer:
    """`answer` holds the response schema; `edited_action` is {name, arguments}, of a decision to edit."""

    notes: str = ""
    decision: Decision | None = None
    answer: JSON = None
    edited_action: dict[str, JSON] | None = None

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Answer:
        """As the body of `PATCH …/resolve` gives it, once that has been checked."""
        decision = given.get("decision")
        return cls(
            notes=given.get("resolution_notes", ""),
            decision=Decision(decision) if decision else None,
            answer=given.get("answer"),
            edited_action=given.get("edited_action"),
        )

    @classmethod
    def of(cls, escalation: Escalation) -> Answer:
        """The answer that an escalation has."""
        decision = Decision(escalation.decision) if escalation.decision else None
        return cls(escalation.resolution_notes or "", decision, escalation.answer, escalation.edited_action)

    @property
    def is_plain(self) -> bool:
        """Words alone, as one answers who was asked for nothing else."""
        is_in_form = self.decision is not None or self.answer is not None or self.edited_action is not None
        return not is_in_form and not is_blank(self.notes)

    def columns(self) -> dict[str, Any]:
        """As a statement takes it: JSON as text."""
        return {
            "notes": self.notes,
            "decision": self.decision,
            "answer": None if self.answer is None else json.dumps(self.answer),
            "edited_action": None if self.edited_action is None else json.dumps(self.edited_action),
        }


class Asked(Protocol):
    """What an agent asks for: an escalation, or the three facts of one to be (`Ask`)."""

    @property
    def response_schema(self) -> Any: ...  # noqa: ANN401 - any JSON

    @property
    def action(self) -> Any: ...  # noqa: ANN401 - any JSON

    @property
    def allowed_decisions(self) -> Any: ...  # noqa: ANN401 - words


class Ask(NamedTuple):
    response_schema: JSON = None
    action: JSON = None
    allowed_decisions: tuple[str, ...] | list[str] = ()


def check_answer(asked: Asked, answer: Answer) -> list[Flaw]:
    """Pointers are those of the body of `PATCH …/resolve`."""
    return [
        *_of_decision(asked, answer),
        *_of_edit(asked, answer),
        *_of_value(asked, answer),
        *_of_notes(asked, answer),
    ]


def settled(asked: Asked, answer: Answer) -> Answer:
    """A checked answer as it is kept: the edited action has its name, also where only the arguments were given."""
    if answer.edited_action is None:
        return answer
    return replace(answer, edited_action={"name": asked.action["name"], **answer.edited_action})


def _of_decision(asked: Asked, answer: Answer) -> list[Flaw]:
    words = allowed(asked.action, asked.allowed_decisions)
    if answer.decision is None:
        detail = _("Decide first. Take one of: %(words)s.") % {"words": ", ".join(words)}
        return [Flaw("/decision", "required", detail)] if words else []
    if not words:
        return [Flaw("/decision", "not_asked", _("No decision was asked for. Leave it out."))]
    if answer.decision not in words:
        detail = _("This decision is not allowed here. Take one of: %(words)s.") % {"words": ", ".join(words)}
        return [Flaw("/decision", "not_allowed", detail)]
    return []


def _of_edit(asked: Asked, answer: Answer) -> list[Flaw]:
    if answer.decision != Decision.EDIT:
        if answer.edited_action is None:
            return []
        return [Flaw("/edited_action", "not_asked", _("Only the decision to edit takes changes. Leave them out."))]
    if asked.action is None:
        return []  # `edit` is not among what is allowed, which has been said
    if answer.edited_action is None:
        return [Flaw("/edited_action", "required", _("Say what is to be done instead: give the changed arguments."))]
    return check_arguments(answer.edited_action, asked.action)


def _of_value(asked: Asked, answer: Answer) -> list[Flaw]:
    if asked.response_schema is None:
        return (
            [] if answer.answer is None else [Flaw("/answer", "not_asked", _("No form was asked for. Leave it out."))]
        )
    if answer.answer is None:
        if answer.decision == Decision.REJECT:
            return []
        return [Flaw("/answer", "required", _("Fill in the form that the agent needs."))]
    return check_value(asked.response_schema, answer.answer)


def _of_notes(asked: Asked, answer: Answer) -> list[Flaw]:
    if UNSTORABLE.search(answer.notes):
        return [Flaw("/resolution_notes", "invalid_character", _("This holds a character that cannot be stored."))]
    if len(answer.notes) > ANSWER_AT_MOST:
        detail = _("Give at most %(n)s characters.") % {"n": f"{ANSWER_AT_MOST:,}"}
        return [Flaw("/resolution_notes", "too_long", detail)]
    if is_blank(answer.notes) and _needs_notes(asked, answer):
        return [
            Flaw("/resolution_notes", "required", _("Write an answer first. The agent gets exactly what stands here."))
        ]
    return []


def _needs_notes(asked: Asked, answer: Answer) -> bool:
    """To respond is to say something; who decides or fills in a form has said it by that."""
    if answer.decision == Decision.RESPOND:
        return True
    asks_more = allowed(asked.action, asked.allowed_decisions) or asked.response_schema is not None
    return not asks_more
