"""Agents, and the keys by which they and reviewers call the API."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from reviewers.models import Reviewer


class Agent(models.Model):
    """A source of escalations. `webhook_secret` is sealed (`escalations/vault.py`)."""

    name = models.TextField(unique=True)
    webhook_url = models.TextField(
        blank=True, default="", help_text="Where answers go when an escalation names no URL."
    )
    webhook_secret = models.BinaryField(editable=False)
    may_default_to_approval = models.BooleanField(
        db_default=False,
        help_text="Its escalations may say that silence until their deadline approves. Otherwise no default approves.",
    )
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="an_agent_has_a_name")]

    def __str__(self) -> str:
        return self.name


class Scope(models.TextChoices):
    READ = "read", "Read"
    WRITE = "write", "Create and cancel"
    REVIEW = "review", "Claim and answer"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def live(self) -> ApiKeyQuerySet:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), revoked_at=None)


class ApiKey(models.Model):
    """A credential of one agent or one reviewer. Its secret is shown once and kept as SHA-256."""

    id = models.TextField(primary_key=True, editable=False)
    digest = models.BinaryField(editable=False)
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.CASCADE, related_name="keys")
    reviewer = models.ForeignKey(Reviewer, null=True, blank=True, on_delete=models.CASCADE, related_name="keys")
    is_sandbox = models.BooleanField(default=False, editable=False)
    scopes = ArrayField(models.TextField(choices=Scope), default=list)
    pool_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agent=None, reviewer__isnull=False) | Q(agent__isnull=False, reviewer=None),
                name="a_key_belongs_to_one_agent_or_one_reviewer",
            ),
        ]

    def __str__(self) -> str:
        return f"esc_{'test' if self.is_sandbox else 'live'}_{self.id}_…"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())
