"""The one JSON shape of an escalation and of an event: what GET returns, and what a webhook carries as `data`.

Works for an escalation as it is and for one as it was (`escalation.as_of(event)`).
"""

from datetime import UTC, datetime
from typing import Any

from escalations import availability
from escalations.availability import Availability
from escalations.models import Decider, Escalation, Event

# What lists leave out unless they are asked for it.
LARGE = ("context_data", "response_schema", "action")


def represent(escalation: Escalation, *, context: bool = True) -> dict[str, Any]:
    """Every fact of the escalation under its column's name, and what follows from them.

    With `context` false it is the row of a list: without what may be large, and may have been left unread.
    """
    shape = _asked(escalation) | _stands(escalation)
    if context:
        shape |= {name: getattr(escalation, name) for name in LARGE}
    return shape


def represent_one(escalation: Escalation) -> dict[str, Any]:
    """All of it, with its thread."""
    messages = [
        {"author": message.author, "name": message.name, "text": message.text, "at": moment(message.at)}
        for message in escalation.messages
    ]
    return represent(escalation) | {"messages": messages, "availability": _availability(escalation)}


def represent_availability(found: Availability) -> dict[str, Any]:
    moments = {name: moment(getattr(found, name)) for name in ("estimated_pickup_at", "next_coverage_at")}
    return found._asdict() | moments


def represent_event(event: Event) -> dict[str, Any]:
    """One line of the log. `data` says what the change says of itself (such as a reason) and what stands after it."""
    facts = event.facts
    return {
        "seq": event.seq,
        "type": event.type,
        "at": moment(event.at),
        "actor": {
            "type": event.actor_type,
            "id": str(event.reviewer_id) if event.reviewer_id else None,
            "name": _actor_name(event),
        },
        "data": event.data
        | {
            "id": str(event.escalation_id),
            "status": facts["status"],
            "priority": facts["priority"],
            "assigned_to": facts["assigned_to"],
            "assignee_name": facts["assignee_name"],
            "resolution_notes": facts["resolution_notes"],
            "outcome": facts["outcome"],
            "decision": facts.get("decision"),
            "version": facts["version"],
        },
    }


def moment(value: datetime | None) -> str | None:
    """RFC 3339, in UTC."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _asked(escalation: Escalation) -> dict[str, Any]:
    """What the agent said, and what has been so since."""
    return {
        "id": str(escalation.pk),
        "number": escalation.number,
        "reference": escalation.reference,
        "url": escalation.url,
        "html_url": escalation.html_url,
        "source_agent": escalation.source_agent,
        "issue_description": escalation.issue_description,
        "priority": escalation.priority,
        "pool": escalation.pool_name,
        "tags": escalation.tags,
        "webhook_url": escalation.webhook_url,
        "dedupe_key": escalation.dedupe_key,
        "run_id": escalation.run_id,
        "metadata": escalation.metadata,
        "allowed_decisions": escalation.allowed_decisions,
        "is_sandbox": escalation.is_sandbox,
        "created_at": moment(escalation.created_at),
    }


def _stands(escalation: Escalation) -> dict[str, Any]:
    """What people and time have made of it."""
    return {
        "status": escalation.status,
        "assigned_to": str(escalation.assigned_to_id) if escalation.assigned_to_id else None,
        "assignee_name": escalation.assignee_name,
        "assigned_at": moment(escalation.assigned_at),
        "claimed_at": moment(escalation.claimed_at),
        "resolved_at": moment(escalation.resolved_at),
        "finished_at": moment(escalation.finished_at),
        "due_at": moment(escalation.due_at),
        "overdue": escalation.is_overdue,
        "expires_at": moment(escalation.expires_at),
        "on_timeout": escalation.on_timeout,
        "bumped": escalation.bumped_at is not None,
        "bumped_at": moment(escalation.bumped_at),
        "waiting_on": escalation.waiting_on,
        "paused_at": moment(escalation.paused_at),
        "message_count": escalation.message_count,
        "resolution_notes": escalation.resolution_notes,
        "resolution": _resolution(escalation),
        "receipt": escalation.receipt,
        "reason": escalation.reason,
        "reason_source": escalation.reason_source,
        "reason_confidence": escalation.reason_confidence,
        "avoidable": escalation.avoidable,
        "version": escalation.version,
    }


def _availability(escalation: Escalation) -> dict[str, Any] | None:
    found = availability.of(escalation)
    return found and represent_availability(found)


def _actor_name(event: Event) -> str | None:
    if event.reviewer:
        return event.reviewer.display_name
    return event.agent.name if event.actor_type == Event.Actor.AGENT else None


def _resolution(escalation: Escalation) -> dict[str, Any] | None:
    """How it ended, once it has."""
    if not escalation.is_finished:
        return None
    decider = escalation.decided_by_type
    return {
        "outcome": escalation.outcome,
        "decision": escalation.decision,
        "answer": escalation.answer,
        "edited_action": escalation.edited_action,
        "notes": escalation.resolution_notes,
        "decided_by": {"type": Decider(decider), "name": escalation.decided_by_name} if decider else None,
        "decided_at": moment(escalation.resolved_at or escalation.finished_at),
    }
