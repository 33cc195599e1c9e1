"""What the live queue is told: one frame per event, rendered once per process for everybody who looks.

A frame carries the row as it was right after the event, so that whoever missed some and gets them later sees the same.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Sequence

from channels.db import database_sync_to_async

from escalations import log
from escalations.desk import queue, rows
from escalations.desk.viewers import Viewer
from escalations.models import Escalation, Event

KEPT = 2000  # rendered frames
REPLAYED_AT_MOST = 500
# What changes no fact of the escalation changes no row.
SILENT = (Event.Type.DELIVERED, Event.Type.DELIVERY_FAILED)


class Frames:
    """Frames by the number of their event. Empty: a sandbox escalation, which no person sees."""

    def __init__(self) -> None:
        self._made: OrderedDict[int, str] = OrderedDict()
        self._turn = asyncio.Lock()
        self._make = database_sync_to_async(_make)

    async def of(self, events: Sequence[Event]) -> list[str]:
        """The frames without their `prev`, which is each socket's own, in the order of the events."""
        async with self._turn:  # a hundred sockets ask for the same event at the same moment
            missing = [event for event in events if event.seq not in self._made]
            if missing:
                self._made.update(await self._make(missing))
            found = [self._made[event.seq or 0] for event in events]
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
        return found


def missed(viewer: Viewer, since: int) -> tuple[int, list[Event] | None]:
    """The head of the log, and what the viewer has missed up to there; None if too much, or `since` is ahead."""
    head = log.head()
    if since > head:
        return head, None
    events = Event.objects.filter(seq__gt=since, seq__lte=head).exclude(type__in=SILENT)
    if viewer.pools is not None:
        events = events.filter(escalation__pool__in=viewer.pools)
    found = list(events.order_by("seq").select_related("reviewer")[: REPLAYED_AT_MOST + 1])
    return head, found if len(found) <= REPLAYED_AT_MOST else None


def _make(events: list[Event]) -> dict[int, str]:
    ids = {event.escalation_id for event in events}
    known = {each.pk: each for each in queue.only_rows(Escalation.objects.for_people().filter(pk__in=ids))}
    for each in known.values():
        each.messages = []  # a row shows how many there are, and those as of an event would cost a statement each
    return {
        event.seq or 0: _frame(event, known[event.escalation_id]) if event.escalation_id in known else ""
        for event in events
    }


def _frame(event: Event, escalation: Escalation) -> str:
    """The end of a JSON object whose beginning the socket writes."""
    then = escalation.as_of(event)
    told = {
        "seq": event.seq,
        "id": str(escalation.pk),
        "rev": then.version,
        "kind": event.type.removeprefix("escalation."),
        "actor": event.reviewer.display_name if event.reviewer else "",
        "html": rows.render(then),
    }
    return json.dumps(told, ensure_ascii=False)[1:]
