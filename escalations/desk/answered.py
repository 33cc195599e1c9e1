"""The answer of an escalation as people read it, what the agent did with it, and the action that was asked about."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from escalations.models import Decision, Escalation, Outcome, Receipt, Status


class Field(NamedTuple):
    """`before` is what the agent had proposed, where a person changed it."""

    name: str
    text: str
    before: str | None = None


class Action(NamedTuple):
    name: str
    arguments: list[Field]


class Report(NamedTuple):
    """What the agent did with the answer. `tone` is good, caution or bad."""

    tone: str
    text: str
    note: str
    at: datetime | None


@dataclass(frozen=True)
class Answered:
    decision: str
    notes: str
    fields: list[Field]
    action: Action | None
    report: Report | None


def action(escalation: Escalation) -> Action | None:
    """What the agent wants to do."""
    asked = escalation.action
    return Action(asked["name"], _fields(asked.get("arguments"))) if asked else None


def of(escalation: Escalation) -> Answered | None:
    if escalation.status != Status.RESOLVED and escalation.outcome != Outcome.DEFAULT:
        return None
    return Answered(
        decision=str(Decision(escalation.decision).label) if escalation.decision else "",
        notes=escalation.resolution_notes or "",
        fields=_fields(escalation.answer),
        action=_edited(escalation),
        report=report(escalation),
    )


def _edited(escalation: Escalation) -> Action | None:
    edited = escalation.edited_action
    if not edited:
        return None
    asked = escalation.action or {}
    before = {field.name: field.text for field in _fields(asked.get("arguments"))}
    after = [
        field if before.get(field.name) == field.text else field._replace(before=before.get(field.name, ""))
        for field in _fields(edited.get("arguments"))
    ]
    gone = [Field(name, "", text) for name, text in before.items() if name not in {field.name for field in after}]
    return Action(edited.get("name", ""), [*after, *gone])


def report(escalation: Escalation) -> Report | None:
    """What the agent said it did with the answer; None while it has said nothing."""
    receipt = escalation.receipt
    if not receipt:
        return None
    tone, words = {
        Receipt.APPLIED: ("good", _("%(agent)s has done as answered.")),
        Receipt.FAILED: ("bad", _("%(agent)s could not do it.")),
        Receipt.IGNORED: ("caution", _("%(agent)s did not follow the answer.")),
    }[Receipt(receipt["outcome"])]
    said = words % {"agent": escalation.source_agent}
    return Report(tone, said, receipt.get("note") or "", parse_datetime(receipt.get("at") or ""))


def _fields(value: Any) -> list[Field]:  # noqa: ANN401 - any JSON
    if value is None:
        return []
    if isinstance(value, dict):
        return [Field(name, _text(part)) for name, part in value.items()]
    return [Field("", _text(value))]


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
