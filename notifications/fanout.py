"""From the log to the outbox: a cursor over the events that makes one delivery per event and endpoint.

The message is frozen here, as the event left the escalation, so that every try sends the same bytes under the same id.
"""

import json
import uuid

from escalations import log
from escalations.api.representation import moment, represent_one
from escalations.models import Escalation, Event
from notifications import endpoints, origins
from notifications.models import Delivery, Endpoint

CURSOR = "deliveries"
BATCH = 200  # events; what is sent of them is in memory at once, with its context

# What agents are told. A correction is a second message; one that was opened again is told when it is answered.
SENT = frozenset(
    {
        "escalation.resolved",
        "escalation.corrected",
        "escalation.cancelled",
        "escalation.expired",
        "escalation.info_requested",
    }
)


def run() -> None:
    """Make the deliveries of everything that has happened. Safe to run anywhere, at any time, at the same moment."""
    while log.advance(CURSOR, queue, limit=BATCH) == BATCH:
        pass


def queue(events: list[Event]) -> None:
    """Make the deliveries of these events; those that exist stay as they are."""
    told = [event for event in events if event.type in SENT]
    if not told:
        return
    ids = {event.escalation_id for event in told}
    escalations = Escalation.objects.with_names().select_related("agent").exclude(webhook_url=None).in_bulk(ids)
    pairs = [(event, escalations[event.escalation_id]) for event in told if event.escalation_id in escalations]
    if pairs:
        found = endpoints.find((escalation.agent, escalation.webhook_url or "") for _, escalation in pairs)
        made = [_delivery(event, escalation, found) for event, escalation in pairs]
        Delivery.objects.bulk_create(made, ignore_conflicts=True)
        origins.tell_made(each.pk for each in made)


def message_id(event: Event) -> str:
    """The `webhook-id`: the same whenever and however often this event is told."""
    return f"msg_{uuid.uuid5(event.escalation_id, str(event.pk)).hex}"


def _delivery(event: Event, escalation: Escalation, found: dict[tuple[int, str], Endpoint]) -> Delivery:
    data = represent_one(escalation.as_of(event))
    return Delivery(
        event=event,
        endpoint=found[escalation.agent_id, escalation.webhook_url or ""],
        agent_id=escalation.agent_id,
        is_sandbox=escalation.is_sandbox,
        message_id=message_id(event),
        type=event.type,
        body=message(event.type, moment(event.at), data),
        next_attempt_at=event.at,  # due at once, in the order in which things happened
    )


def message(type_: str, timestamp: str | None, data: object) -> bytes:
    """The body as Standard Webhooks has it, in compact UTF-8 JSON."""
    shape = {"type": type_, "timestamp": timestamp, "data": data}
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":")).encode()
