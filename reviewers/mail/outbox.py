"""Letters that are due are leased, one at a time; whoever leased one sends it (`reviewers/mail/sender.py`).

A lease is a next attempt in the future: a letter whose process died is due again by itself.
"""

import uuid
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from reviewers.models import Letter, Reviewer

LEASE = timedelta(minutes=3)  # longer than a conversation with a mail server takes, however slow
# Pauses between the tries: a restart is bridged in seconds, an outage of a night in a few hours.
PAUSES = tuple(timedelta(seconds=each) for each in (15, 60, 300, 900, 3600, 3600, 7200, 14400))
LAST_PAUSE = timedelta(hours=8)
KEPT = timedelta(days=14)

IS_DUE = """
    EXISTS (SELECT FROM reviewers_letter WHERE status = 'pending' AND next_attempt_at <= statement_timestamp())"""
_LEASE = """
    UPDATE reviewers_letter l
    SET lease = %s, attempts = attempts + 1, next_attempt_at = statement_timestamp() + %s
    WHERE id = (
        SELECT id FROM reviewers_letter WHERE status = 'pending' AND next_attempt_at <= statement_timestamp()
        ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING l.*"""


class Outcome(NamedTuple):
    """How a try ended: `error` in plain words, empty if the letter is sent. `is_final`: trying again is no use."""

    error: str = ""
    is_final: bool = False


def is_open() -> bool:
    """Whether this installation sends email at all."""
    return bool(settings.HAS_EMAIL)


def queue(kind: Letter.Kind, to: str, *, about: Reviewer | None = None, useful_for: timedelta) -> Letter:
    """Have a letter written and sent soon, in the transaction of the caller. Given up once it is of no use."""
    return Letter.objects.create(kind=kind, to=to, reviewer=about, useful_until=timezone.now() + useful_for)


def call_back(kind: Letter.Kind, reviewer: Reviewer, *, why: str) -> None:
    """Do not send what is not sent yet."""
    mine = Letter.objects.pending().filter(kind=kind, reviewer=reviewer)
    mine.update(status=Letter.Status.DEAD, next_attempt_at=None, lease=None, error=why)


def lease() -> Letter | None:
    """Take one that is due; its attempt is counted."""
    return next(iter(Letter.objects.raw(_LEASE, [uuid.uuid4(), LEASE])), None)


def record(letter: Letter, outcome: Outcome) -> None:
    """Write down how it went. Changes nothing if the lease went to somebody else, or the letter was called back."""
    held = Letter.objects.pending().filter(pk=letter.pk, lease=letter.lease)
    if not outcome.error:
        sent = {"status": Letter.Status.SENT, "sent_at": Now(), "next_attempt_at": None}
        held.update(lease=None, error="", **sent)
        return
    again_at = timezone.now() + _pause(letter.attempts)
    if outcome.is_final or again_at > letter.useful_until:
        held.update(lease=None, error=outcome.error, status=Letter.Status.DEAD, next_attempt_at=None)
    else:
        held.update(lease=None, error=outcome.error, next_attempt_at=again_at)


def drop(letter: Letter) -> None:
    """There is nobody to send it to; nothing of it is kept."""
    Letter.objects.filter(pk=letter.pk, lease=letter.lease).delete()


def forget_old() -> None:
    """Letters that came to an end. A request for a new password is kept no longer than it is of use."""
    ended = Letter.objects.exclude(status=Letter.Status.PENDING)
    ended.filter(created_at__lt=timezone.now() - KEPT).delete()


def _pause(attempts: int) -> timedelta:
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else LAST_PAUSE
