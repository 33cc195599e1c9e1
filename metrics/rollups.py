"""Keeps the roll-ups: a listener of the log that works out anew what each touched escalation contributes, and adds the
difference to what it contributed before.

So a figure is exact by construction: whatever happened, in whatever order and however often it is told, the sums hold
what the facts say, and a fact is worked out from the rows as they stand. Whoever writes holds the row of the cursor.
"""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from escalations import log
from escalations.models import Cursor, Event
from metrics import folding, replacing

CURSOR = "roll-ups"
EVERY = 10.0  # seconds between two looks of one process
BATCH = 500  # events
BUDGET = 2.0  # seconds in one sweep; what is left is for the next one
AT_ONCE = 20_000  # cases, when days are added up anew
DAY = timedelta(days=1)

# What changes no figure.
_IDLE = frozenset(
    {Event.Type.ON_CALL_NOTIFIED, Event.Type.MANAGER_NOTIFIED, Event.Type.CHANNEL_NOTIFIED, Event.Type.REPORTED}
)


def run() -> None:
    """Add up what has happened. Safe to run anywhere, at any time, at the same moment."""
    until = time.monotonic() + BUDGET
    while log.advance(CURSOR, follow, limit=BATCH) == BATCH and time.monotonic() < until:
        pass


def behind() -> int:
    """How many events wait to be added up."""
    seqs = dict(Cursor.objects.filter(name__in=("numbered", CURSOR)).values_list("name", "seq"))
    return Event.objects.filter(seq=None).count() + seqs.get("numbered", 0) - seqs.get(CURSOR, 0)


def follow(events: Collection[Event]) -> None:
    fold({event.escalation_id for event in events if event.type not in _IDLE})


def fold(ids: Collection[UUID]) -> None:
    """Work out anew what these contribute; those that are gone, or were never there, contribute nothing."""
    if not ids:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(folding.KNOW, {"ids": list(ids)})
        wanted = set(ids)
        if known := [row[0] for row in cursor.fetchall()]:
            cursor.execute(folding.TOUCHED, {"ids": known})
            wanted.update(row[0] for row in cursor.fetchall())
        cursor.execute(folding.FOLD, {"ids": list(wanted)})


def rebuild(batch: int = 5000) -> Iterator[tuple[str, int, int]]:
    """Make everything anew, beside a live system: what is done, how much of it, and of how much. Safe to do again.

    While it runs figures may be off; each step leaves them nearer, and news that come meanwhile are not lost.
    """
    head = log.number()
    yield from _in_batches("facts looked at", replacing.ALL_FACTS, replacing.FORGET, batch)
    yield from _in_batches("escalations read", replacing.ALL_ESCALATIONS, folding.KNOW, batch)
    yield from _in_batches("facts worked out", replacing.ALL_FACTS, replacing.KEEP, batch)
    stretches = _stretches()
    for number, (since, until) in enumerate(stretches, 1):
        _replace(replacing.DAY, since, until)
        yield "days added up", number, len(stretches)
    months = sorted({day.replace(day=1) for stretch in stretches for day in _days(*stretch)})
    for number, month in enumerate(months, 1):
        _replace(replacing.MONTH, month, (month + 32 * DAY).replace(day=1))
        yield "months added up", number, len(months)
    # What had happened when it began needs no second look.
    Cursor.objects.filter(name=CURSOR, seq__lt=head).update(seq=head)


def catch_up() -> None:
    """After a past was brought in."""
    for _step in rebuild():
        pass


def _in_batches(noun: str, all_ids: str, statement: str, batch: int) -> Iterator[tuple[str, int, int]]:
    """Run the statement for all, in the order of their ids."""
    after, done = UUID(int=0), 0
    with connection.cursor() as cursor:
        cursor.execute(replacing.HOW_MANY)
        about = cursor.fetchone()[0]
    while True:
        with _alone() as cursor:
            cursor.execute(all_ids, {"after": after, "limit": batch})
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return
            cursor.execute(statement, {"ids": ids})
        after, done = ids[-1], done + len(ids)
        yield noun, done, max(about, done)


def _stretches() -> list[tuple[datetime, datetime]]:
    """All days with anything, as stretches of whole days with not too much to add up at once."""
    with connection.cursor() as cursor:
        cursor.execute(replacing.DAYS)
        days = cursor.fetchall()
    found: list[tuple[datetime, datetime]] = []
    full = 0
    for day, cases in days:
        if found and full + cases <= AT_ONCE:
            found[-1] = (found[-1][0], day + DAY)
            full += cases
        else:
            found.append((day, day + DAY))
            full = cases
    return found


def _days(since: datetime, until: datetime) -> list[datetime]:
    return [since + number * DAY for number in range((until - since) // DAY)]


def _replace(statements: tuple[str, ...], since: datetime, until: datetime) -> None:
    with _alone() as cursor:
        for statement in statements:
            cursor.execute(statement, {"since": since, "until": until, "cuts": replacing.CUTS})


@contextmanager
def _alone() -> Iterator[CursorWrapper]:
    """In a transaction in which nobody else adds up; it may take as long as it takes."""
    Cursor.objects.get_or_create(name=CURSOR)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL jit = off")
        Cursor.objects.select_for_update().get(name=CURSOR)
        yield cursor
