"""Answers to sandbox escalations: an agent's own tests need no person, only a rule in `metadata.sandbox`."""

from typing import Any

from escalations import timers
from escalations.answers import Answer
from escalations.models import Decision, Escalation

UNRULED = "Answered by the sandbox."

_FOUND = """
    FROM escalations e
    WHERE e.is_sandbox AND e.status = 'open'
      AND e.created_at + coalesce((e.metadata -> 'sandbox' ->> 'after_seconds')::float, 0) * interval '1 s' <= now()"""
_DUE = f"SELECT e.* {_FOUND} ORDER BY e.id LIMIT %(limit)s"
IS_DUE = f"EXISTS (SELECT {_FOUND})"


def answer_due(limit: int = 500) -> int:
    """Answer those whose time has come, each by its rule. Returns how many."""
    due = Escalation.objects.raw(_DUE, {"limit": limit})
    return sum(
        timers.answer_by_rule(escalation, answer=answer(escalation.metadata.get("sandbox", {}))) is not None
        for escalation in due
    )


def answer(rule: dict[str, Any]) -> Answer:
    """What the rule says. A rule that is neither a decision nor an answer says something in words."""
    decision = rule.get("decision")
    is_in_form = decision is not None or rule.get("answer") is not None
    return Answer(
        notes=rule.get("resolution_notes", "" if is_in_form else UNRULED),
        decision=Decision(decision) if decision else None,
        answer=rule.get("answer"),
        edited_action=rule.get("edited_action"),
    )
