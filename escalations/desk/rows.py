"""How an escalation reads as a row of the queue. The row is the same for everybody who looks at it.

Who holds it stands in its data; whether that is "you", and which buttons are yours, the page decides.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.template.loader import get_template
from django.utils import timezone

from escalations.desk import spoken
from escalations.models import Escalation, Status

TITLE = 200  # characters


def facts(escalation: Escalation, now: datetime | None = None) -> dict[str, Any]:
    """What the row template shows. The escalation comes from `queue.only_rows`, perhaps laid over by an event."""
    now = now or timezone.now()
    left = (escalation.due_at - now).total_seconds()
    return {
        "escalation": escalation,
        "title": title(escalation),
        "stage": stage(escalation),
        "owner": escalation.assignee_name,
        "is_claimable": not escalation.is_finished and escalation.claimed_at is None,
        "is_on_hold": escalation.waiting_on == "agent",
        "is_overdue": not escalation.is_finished and left < 0,
        "is_due_soon": spoken.is_due_soon(escalation.created_at, escalation.due_at, now),
        "time": spoken.span(abs(left)),
        "age": spoken.age((now - escalation.created_at).total_seconds()),
    }


def title(escalation: Escalation) -> str:
    """The first words of the issue, on one line."""
    text = escalation.__dict__.get("excerpt") or escalation.issue_description
    return " ".join(text.split())[:TITLE]


def stage(escalation: Escalation) -> str:
    """Where it stands, in the word a row uses: an assigned one that is claimed is in work."""
    if escalation.status == Status.ASSIGNED and escalation.claimed_at:
        return "claimed"
    return escalation.status


def render(escalation: Escalation, now: datetime | None = None) -> str:
    return get_template("desk/row.html").render({"row": facts(escalation, now)})


def listed(escalations: Iterable[Escalation], now: datetime) -> list[dict[str, Any]]:
    return [facts(escalation, now) for escalation in escalations]
