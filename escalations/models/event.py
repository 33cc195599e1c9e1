"""The event log: one row per change; listeners are cursors over it."""

from __future__ import annotations

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from escalations.models.agents import Agent, ApiKey
from escalations.models.escalation import Escalation
from reviewers.models import Reviewer


class Event(models.Model):
    """One row per change: when, who, what changed, and the mutable facts as they are after it. Append-only.

    `seq` is given when the event is first read (`escalations/log.py`); nothing else of it is ever updated.
    """

    class Type(models.TextChoices):
        CREATED = "escalation.created", "Created"
        ASSIGNED = "escalation.assigned", "Assigned"
        CLAIMED = "escalation.claimed", "Claimed"
        RELEASED = "escalation.released", "Released"
        MOVED = "escalation.moved", "Moved"
        LAPSED = "escalation.lapsed", "Lapsed"
        DECLINED = "escalation.declined", "Declined"
        INFO_REQUESTED = "escalation.info_requested", "Info requested"
        REPLIED = "escalation.replied", "Replied"
        SNOOZED = "escalation.snoozed", "Snoozed"
        WOKEN = "escalation.woken", "Woken"
        BUMPED = "escalation.bumped", "Moved up"
        PRIORITY_CHANGED = "escalation.priority_changed", "Priority changed"
        ON_CALL_NOTIFIED = "escalation.on_call_notified", "On call notified"
        MANAGER_NOTIFIED = "escalation.manager_notified", "Manager notified"
        CHANNEL_NOTIFIED = "escalation.channel_notified", "Channel notified"
        RESOLVED = "escalation.resolved", "Resolved"
        REOPENED = "escalation.reopened", "Reopened"
        CORRECTED = "escalation.corrected", "Corrected"
        EXTENDED = "escalation.extended", "Deadline moved"
        CANCELLED = "escalation.cancelled", "Cancelled"
        EXPIRED = "escalation.expired", "Expired"
        REPORTED = "escalation.reported", "Reported by the agent"
        CATEGORISED = "escalation.categorised", "Categorised"
        DELIVERED = "escalation.delivered", "Answer delivered"
        DELIVERY_FAILED = "escalation.delivery_failed", "Delivery failed"

    class Actor(models.TextChoices):
        AGENT = "agent", "Agent"
        REVIEWER = "reviewer", "Reviewer"
        SYSTEM = "system", "System"
        POLICY = "policy", "Policy"

    seq = models.BigIntegerField(null=True, unique=True, editable=False)
    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="events")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", db_index=False)
    type = models.TextField(choices=Type)
    at = models.DateTimeField(db_default=Func(function="clock_timestamp"))
    actor_type = models.TextField(choices=Actor)
    reviewer = models.ForeignKey(Reviewer, null=True, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(ApiKey, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    data = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    request_id = models.TextField(null=True, editable=False)
    traceparent = models.TextField(null=True, editable=False)

    class Meta:
        db_table = "events"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(type__regex=r"^escalation\.[a-z_]+$"), name="an_event_type_is_named"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(seq=None), name="not_numbered_yet"),
            models.Index(fields=["agent", "seq"], name="events_of_agent"),
            models.Index(fields=["-at", "-id"], name="events_by_time"),
            models.Index(fields=["type", "-at", "-id"], name="events_by_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.seq or '(new)'}"

    @property
    def actor_name(self) -> str | None:
        if self.reviewer:
            return self.reviewer.display_name
        return self.escalation.source_agent if self.actor_type == self.Actor.AGENT else None


class Cursor(models.Model):
    """How far a listener has read the log; the row `numbered` holds the last number given."""

    name = models.TextField(primary_key=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.seq}"


class Idempotency(models.Model):
    """A request that was carried out once, so that its repeat gets the same answer."""

    principal = models.TextField()
    key = models.TextField()
    request_hash = models.BinaryField()
    status = models.PositiveSmallIntegerField(null=True)
    escalation = models.ForeignKey(Escalation, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal", "key"], name="one_request_per_idempotency_key"),
        ]
        indexes = [models.Index(fields=["created_at"], name="requests_by_age")]

    def __str__(self) -> str:
        return f"{self.principal}: {self.key}"
