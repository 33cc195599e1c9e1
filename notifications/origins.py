"""What a delivery is about and follows from: its escalation, the requests behind it, the trace they belong to."""

import logging
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

logger = logging.getLogger(__name__)

# What the agent began is the trace it knows; who answered may have another.
_OF = """
    SELECT d.id, d.type, e.id, e.number, ev.request_id, asked.request_id,
        coalesce(asked.traceparent, ev.traceparent, '')
    FROM notifications_delivery d JOIN events ev ON ev.id = d.event_id JOIN escalations e ON e.id = ev.escalation_id
    LEFT JOIN events asked ON asked.escalation_id = e.id AND asked.type = 'escalation.created'
    WHERE d.id = ANY(%s)"""


class Origin(NamedTuple):
    """`request` is the one that caused the event, `asked` the one that created the escalation (ids, if known)."""

    type: str
    escalation: UUID
    number: int
    request: str | None
    asked: str | None
    traceparent: str

    @property
    def request_id(self) -> str:
        """What time or a rule did follows from the request that asked."""
        return self.request or self.asked or ""

    def fields(self) -> dict[str, Any]:
        """For a line of the log."""
        return {
            "request_id": self.request_id,
            "asked_by_request": self.asked or "",
            "escalation": str(self.escalation),
            "number": self.number,
            "type": self.type,
        }


def of(deliveries: Iterable[UUID]) -> dict[UUID, Origin]:
    """Of those that are about an escalation; a test and a digest are not."""
    ids = list(deliveries)
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OF, [ids])
        return {row[0]: Origin(*row[1:]) for row in cursor.fetchall()}


def tell_made(deliveries: Iterable[UUID]) -> None:
    """A line for each new delivery."""
    if logger.isEnabledFor(logging.INFO):
        for delivery, origin in of(deliveries).items():
            logger.info("delivery made", extra={"fields": origin.fields() | {"delivery": str(delivery)}})
