"""The thread of an escalation: what the reviewer asked back and what the agent said.

Each word of it is an event, so the thread can never be told otherwise than it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from escalations.models.escalation import Escalation

SAID = ("escalation.info_requested", "escalation.replied")


class Message(NamedTuple):
    """One word of the thread. `author` is "agent" or "reviewer"."""

    event_id: int
    author: str
    name: str
    text: str
    at: datetime


def thread(escalation: Escalation) -> list[Message]:
    """Oldest first."""
    said = escalation.events.filter(type__in=SAID).select_related("reviewer").order_by("pk")
    return [
        Message(
            event_id=event.pk,
            author="reviewer" if event.reviewer else "agent",
            name=event.reviewer.display_name if event.reviewer else escalation.source_agent,
            text=event.data["message"],
            at=event.at,
        )
        for event in said
    ]
