"""A delivery as the API shows it to its agent."""

from typing import Any

from escalations.api.representation import moment
from notifications.models import Attempt, Delivery

# What an agent gives us as a URL must not tell it what our network looks like from inside: these look the same to it.
UNREACHED = frozenset({"blocked_address", "dns", "no_connection"})
UNREACHED_TEXT = "No connection was made. The people who run the desk see why."


def represent(delivery: Delivery) -> dict[str, Any]:
    """Its endpoint, the endpoint's agent, its event and its tries are read along."""
    return {
        "id": str(delivery.pk),
        "type": delivery.type,
        "webhook_id": delivery.message_id,
        "escalation_id": str(delivery.event.escalation_id) if delivery.event else None,
        "url": delivery.endpoint.url,
        "status": delivery.status,
        "waits_for": _waits_for(delivery),
        "created_at": moment(delivery.created_at),
        "delivered_at": moment(delivery.delivered_at),
        "next_attempt_at": moment(delivery.next_attempt_at),
        "replays": delivery.replays,
        "replayed_at": moment(delivery.replayed_at),
        "attempts": [_attempt(each) for each in delivery.tries.all()],
    }


def _waits_for(delivery: Delivery) -> str | None:
    """What keeps it from being sent, other than time."""
    if delivery.status != Delivery.Status.PENDING:
        return None
    if delivery.agent and delivery.agent.paused_at:
        return "agent_paused"
    return "endpoint_disabled" if delivery.endpoint.disabled_at else None


def _attempt(attempt: Attempt) -> dict[str, Any]:
    is_unreached = attempt.error in UNREACHED
    return {
        "n": attempt.n,
        "at": moment(attempt.started_at),
        "ms": None if is_unreached else attempt.ms,
        "status_code": attempt.status_code,
        "error": "no_connection" if is_unreached else attempt.error or None,
        "detail": UNREACHED_TEXT if is_unreached else attempt.detail or None,
        "answer": attempt.answer or None,
    }
