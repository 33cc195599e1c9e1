"""How people come in and keep their account: invitations, letters on their way, and tries that are counted."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviewers.models.people import Reviewer


class Invitation(models.Model):
    """One row per person who was invited: a newer invitation replaces the token of the one before.

    The token itself is not stored. It follows from `salt` and SECRET_KEY; `token_hash` is what its link is found by.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Invited")
        EXPIRED = "expired", _("Invitation expired")
        WITHDRAWN = "withdrawn", _("Invitation withdrawn")
        ACCEPTED = "accepted", _("Came in")

    reviewer = models.OneToOneField(Reviewer, on_delete=models.CASCADE, primary_key=True, related_name="invitation")
    by = models.ForeignKey(Reviewer, null=True, on_delete=models.SET_NULL, related_name="+")
    salt = models.TextField()
    token_hash = models.TextField(unique=True)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="an_invitation_ends_in_one_way"
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation of {self.reviewer}"

    @property
    def state(self) -> State:
        if self.accepted_at:
            return self.State.ACCEPTED
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        return self.State.OPEN if self.expires_at > timezone.now() else self.State.EXPIRED


class LetterQuerySet(models.QuerySet["Letter"]):
    def pending(self) -> LetterQuerySet:
        return self.filter(status=Letter.Status.PENDING)

    def due(self) -> LetterQuerySet:
        return self.pending().filter(next_attempt_at__lte=Now())


class Letter(models.Model):
    """An email to write and send. What it says, and any token in it, is made at the moment it is sent.

    A request for a new password names only an address (`to`): whether anybody has it is found out when it is sent.
    """

    class Kind(models.TextChoices):
        INVITATION = "invitation", _("Invitation")
        RESET = "reset", _("Link to a new password")
        CHANGED = "changed", _("Notice of a changed password")
        REPORT = "report", _("Weekly report")

    class Status(models.TextChoices):
        PENDING = "pending", _("on its way")
        SENT = "sent", _("sent")
        DEAD = "dead", _("not sent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.TextField(choices=Kind)
    to = models.EmailField()
    reviewer = models.ForeignKey(Reviewer, null=True, on_delete=models.CASCADE, related_name="letters")
    status = models.TextField(choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(db_default=Now())
    useful_until = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True, db_default=Now())
    attempts = models.PositiveIntegerField(default=0)
    lease = models.UUIDField(null=True)
    error = models.TextField(blank=True, default="")
    sent_at = models.DateTimeField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(status="pending"), name="letters_due"),
            models.Index(fields=["reviewer", "created_at"], name="letters_of_a_person"),
            models.Index(fields=["created_at"], name="letters_by_age"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["pending", "sent", "dead"]), name="a_letter_has_a_status"),
            models.CheckConstraint(
                condition=Q(status="pending", next_attempt_at__isnull=False)
                | (~Q(status="pending") & Q(next_attempt_at=None)),
                name="a_pending_letter_has_a_next_attempt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"


class Try(models.Model):
    """Somebody tried something that is limited (`reviewers/tries.py`). `key` is a keyed hash of what and who."""

    key = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["key", "at"], name="tries_by_key"),
            models.Index(fields=["at"], name="tries_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.key} at {self.at}"
