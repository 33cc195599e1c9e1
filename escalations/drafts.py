"""What people are typing and have not sent: kept on the server, theirs alone, until they send it or throw it away.

A draft outlives a lost claim, a logout, and the end of its escalation: whoever typed half an hour can still read it.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Now
from django.utils import timezone

from escalations.models import Draft

if TYPE_CHECKING:
    from escalations.models import Escalation
    from reviewers.models import Reviewer

KEPT_FOR = timedelta(days=30)  # after the end of the escalation
BYTES_AT_MOST = 512 * 1024


class DraftTooLarge(Exception):
    """The draft is too large to be kept."""


def save(escalation: Escalation, *, by: Reviewer, content: dict[str, Any]) -> Draft:
    """Replace the draft of `by`. Raises DraftTooLarge."""
    if len(json.dumps(content)) > BYTES_AT_MOST:
        raise DraftTooLarge
    draft = Draft(
        escalation=escalation, reviewer=by, content=content, version=escalation.version, saved_at=timezone.now()
    )
    Draft.objects.bulk_create(
        [draft],
        update_conflicts=True,
        unique_fields=["escalation", "reviewer"],
        update_fields=["content", "version", "saved_at"],
    )
    return draft


def of(escalation: Escalation, *, by: Reviewer) -> Draft | None:
    return Draft.objects.filter(escalation=escalation, reviewer=by).first()


def discard(escalation: Escalation, *, by: Reviewer) -> None:
    Draft.objects.filter(escalation=escalation, reviewer=by).delete()


def forget_old(limit: int = 500) -> int:
    """Delete drafts nobody can need any more. Returns how many."""
    before = Now() - KEPT_FOR
    old = Draft.objects.filter(saved_at__lt=before, escalation__finished_at__lt=before)[:limit]
    deleted, _ = Draft.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return deleted
