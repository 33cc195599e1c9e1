"""The event log: written with each change, numbered when it is read, followed by cursors.

Serial ids do not follow the order of commits, so a reader that tails them misses events. Events are therefore written
without a number; whoever is about to read numbers what is committed (`number`). Readers then use `seq > N`: nothing is
missed, nothing comes twice, there are no holes, and a writer never waits for another.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from escalations import causes, hints
from escalations.models import Cursor, Event

NUMBERING = 7_034_001  # the advisory lock of whoever is numbering
BATCH = 2000

_followers: list[Callable[[], None]] = []

# The mutable facts of an escalation, under the names of the model's fields. Every event carries them as they are
# after it, so that no listener ever needs the past.
FACTS = """jsonb_build_object(
    'status', {row}.status, 'priority', {row}.priority, 'pool', {row}.pool_id, 'assigned_to', {row}.assigned_to,
    'assignee_name', (
        SELECT coalesce(nullif(r.name, ''), r.email) FROM reviewers_reviewer r WHERE r.id = {row}.assigned_to),
    'assigned_at', {row}.assigned_at, 'claimed_at', {row}.claimed_at, 'resolved_at', {row}.resolved_at,
    'finished_at', {row}.finished_at, 'resolution_notes', {row}.resolution_notes, 'outcome', {row}.outcome,
    'decided_by_type', {row}.decided_by_type, 'decided_by_name', {row}.decided_by_name,
    'decision', {row}.decision, 'answer', {row}.answer, 'edited_action', {row}.edited_action,
    'receipt', {row}.receipt, 'assigned_by', {row}.assigned_by, 'paused_at', {row}.paused_at,
    'message_count', {row}.message_count, 'snoozed_at', {row}.snoozed_at, 'snoozed_until', {row}.snoozed_until,
    'expires_at', {row}.expires_at, 'waiting_on', {row}.waiting_on, 'bumped_at', {row}.bumped_at,
    'queue_at', {row}.queue_at, 'due_at', {row}.due_at,
    'reason', {row}.reason, 'reason_source', {row}.reason_source, 'reason_confidence', {row}.reason_confidence,
    'avoidable', {row}.avoidable,
    'version', {row}.version)"""

COLUMNS = "escalation_id, agent_id, type, actor_type, reviewer_id, key_id, data, facts, at"

# Writes the event of a change that a statement has made; `after` is the statement's updated row.
INSERT = f"""
    INSERT INTO events ({COLUMNS}, {causes.COLUMNS})
    SELECT after.id, after.agent_id, %(type)s, %(actor_type)s, %(reviewer)s::uuid, %(key)s, %(data)s::jsonb,
           {FACTS.format(row="after")}, clock_timestamp(), {causes.VALUES}
    FROM after"""

_STANDS = """
    SELECT seq, EXISTS (SELECT FROM events WHERE seq IS NULL) FROM escalations_cursor WHERE name = 'numbered'"""

_NUMBER = """
    WITH n AS (SELECT id, row_number() OVER (ORDER BY id) AS r FROM events WHERE seq IS NULL
               ORDER BY id LIMIT %(batch)s),
    s AS (UPDATE escalations_cursor SET seq = seq + (SELECT count(*) FROM n)
          WHERE name = 'numbered' AND EXISTS (SELECT FROM n) RETURNING seq - (SELECT count(*) FROM n) AS base)
    UPDATE events e SET seq = s.base + n.r FROM n, s WHERE e.id = n.id"""

_NOTE = f"""
    INSERT INTO events ({COLUMNS})
    SELECT e.id, e.agent_id, %(type)s, 'system', NULL, NULL, n.data, {FACTS.format(row="e")}, clock_timestamp()
    FROM unnest(%(ids)s::uuid[], %(data)s::jsonb[]) WITH ORDINALITY AS n (id, data, place)
    JOIN escalations e ON e.id = n.id ORDER BY n.place"""


def behind(name: str) -> str:
    """SQL: whether there is something that the listener `name` has not handled."""
    return f"""
        EXISTS (SELECT FROM events WHERE seq IS NULL) OR NOT EXISTS (
            SELECT FROM escalations_cursor c JOIN escalations_cursor n ON n.name = 'numbered' AND n.seq = c.seq
            WHERE c.name = '{name}')"""


def number() -> int:
    """Give numbers to what is committed and return the last number given. Somebody else numbering is good enough."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDS)
        last, has_news = cursor.fetchone()
    if not has_news:
        return int(last)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [NUMBERING])
        ours = cursor.fetchone() == (True,)
        while ours:
            cursor.execute(_NUMBER, {"batch": BATCH})
            ours = cursor.rowcount == BATCH
    return head()


def head() -> int:
    return Cursor.objects.values_list("seq", flat=True).get(name="numbered")


def read(after: int, limit: int = 500) -> list[Event]:
    """The events numbered after `after`, oldest first, at most `limit`, each with its reviewer."""
    number()
    return list(Event.objects.filter(seq__gt=after).order_by("seq").select_related("reviewer")[:limit])


def note(type_: Event.Type, told: Iterable[tuple[UUID, dict[str, Any]]]) -> None:
    """Write events that change no fact of their escalations (such as: its answer was delivered), each with its data."""
    pairs = list(told)
    if not pairs:
        return
    ids, data = zip(*pairs, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"type": type_, "ids": list(ids), "data": [json.dumps(each) for each in data]})
    transaction.on_commit(hints.moved)


def follow_past(run: Callable[[], None]) -> None:
    """Have `run` called when a past has been brought in."""
    _followers.append(run)


def past_is_there() -> None:
    for run in _followers:
        run()


@transaction.atomic
def append_past(write: Callable[[int], int]) -> None:
    """Let `write(first)` add events that carry their numbers already, from `first` on; it returns how many it added.

    For a past that is brought in bulk. It is no news: listeners that have read everything so far pass over it. Who
    needs it nevertheless is called at the end of it all (`past_is_there`).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING])
    numbered = Cursor.objects.select_for_update().get(name="numbered")
    head = numbered.seq + write(numbered.seq + 1)
    listeners = (
        Cursor.objects.select_for_update(skip_locked=True).filter(seq=numbered.seq).values_list("name", flat=True)
    )
    Cursor.objects.filter(name__in=list(listeners)).update(seq=head)


def advance(name: str, handle: Callable[[list[Event]], None], limit: int = 500) -> int:
    """Hand the listener `name` its next events and remember how far it came, in one transaction.

    Returns how many it handled; 0 too when another process is at it. What `handle` raises undoes the step, so a
    listener that fails is asked again; it must be idempotent by (event, receiver).
    """
    last = number()
    if Cursor.objects.get_or_create(name=name)[0].seq == last:
        return 0
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update(skip_locked=True).filter(name=name).first()
        if cursor is None:
            return 0
        events = list(Event.objects.filter(seq__gt=cursor.seq).order_by("seq").select_related("reviewer")[:limit])
        if events:
            handle(events)
            cursor.seq = events[-1].seq or 0
            cursor.save(update_fields=["seq"])
    return len(events)
