"""How long somebody keeps what they claimed and do nothing with; what they do there renews it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from escalations import statements

if TYPE_CHECKING:
    from datetime import datetime

    from escalations.models import Escalation
    from reviewers.models import Reviewer

FRESH = timedelta(minutes=1)  # a lease is renewed at most so often
WARNED_BEFORE = timedelta(minutes=2)


def renew(escalation: Escalation, *, by: Reviewer) -> datetime | None:
    """`by` has done something with what they hold. Returns until when it is theirs; None: no lease, or not theirs."""
    if escalation.assigned_to_id != by.pk or escalation.lease_until is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(statements.RENEW, {"id": escalation.pk, "reviewer": by.pk, "fresh": FRESH.total_seconds()})
        if row := cursor.fetchone():
            escalation.lease_until = row[0]
    return escalation.lapses_at
