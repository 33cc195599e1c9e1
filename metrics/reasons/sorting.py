"""From the log to the labels: a cursor notes what came; batches sort it, and hold no lock while they ask."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from escalations import log, reasons
from escalations.models import Escalation, Event
from escalations.reasons import Label
from metrics.reasons import classifiers
from metrics.reasons.models import Unsorted

CURSOR = "reasons"
BATCH = 20  # texts in one question to a model
LOCAL_BATCH = 200
LEASE = 60.0  # seconds; a model has 15 s, so whoever takes longer has died
IS_DUE = "EXISTS (SELECT FROM metrics_unsorted WHERE due_at <= statement_timestamp())"
ATTEMPTS = 5  # what ends a process that often is left without a reason

_LEASE = """
    UPDATE metrics_unsorted u
    SET due_at = statement_timestamp() + make_interval(secs => %(lease)s), attempts = u.attempts + 1
    WHERE u.escalation_id IN (
        SELECT escalation_id FROM metrics_unsorted WHERE due_at <= statement_timestamp() ORDER BY due_at LIMIT %(batch)s
        FOR UPDATE SKIP LOCKED)
    RETURNING u.escalation_id"""


def listen() -> None:
    """Note what has come since. Safe to run anywhere, at any time, at the same moment."""
    while log.advance(CURSOR, note) == 500:
        pass


def note(events: list[Event]) -> None:
    """What people never see is not sorted."""
    came = [event.escalation_id for event in events if event.type == Event.Type.CREATED]
    if came:
        seen = Escalation.objects.for_people().filter(pk__in=came, reason_source=None).values_list("pk", flat=True)
        Unsorted.objects.bulk_create([Unsorted(escalation_id=pk) for pk in seen], ignore_conflicts=True)


def sort_some() -> int:
    """Take a batch, ask, and write the labels; how many there were."""
    Unsorted.objects.filter(attempts__gte=ATTEMPTS, due_at__lte=Now()).delete()
    taken = _lease(BATCH if classifiers.has_model() else LOCAL_BATCH)
    if taken:
        label(taken)
        Unsorted.objects.filter(pk__in=taken).delete()
    return len(taken)


def label(ids: Sequence[UUID], *, local_only: bool = False) -> int:
    """Give these their reasons, if no reviewer has; how many got one."""
    rows = list(Escalation.objects.filter(pk__in=ids).order_by().values_list("pk", "issue_description"))
    source, guesses = classifiers.guess([text for _, text in rows], local_only=local_only)
    labels = [
        Label(pk, found.reason, found.confidence)
        for (pk, _), found in zip(rows, guesses, strict=True)
        if found.reason is not None
    ]
    return len(reasons.categorise(labels, source=source))


def _lease(batch: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_LEASE, {"lease": LEASE, "batch": batch})
        return [pk for (pk,) in cursor.fetchall()]
