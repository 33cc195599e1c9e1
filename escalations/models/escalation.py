"""The escalation: one task handed to a person."""

from __future__ import annotations

import copy
import os
import time
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import cached_property

from escalations.models.agents import Agent
from escalations.models.queryset import EscalationQuerySet
from escalations.models.reasons import Labeller
from escalations.models.thread import Message, thread
from escalations.models.words import UNFINISHED, Decider, Decision, OnTimeout, Outcome, Priority, Status
from reviewers import clock
from reviewers.models import Pool, Reviewer

if TYPE_CHECKING:
    from escalations.models.event import Event


def uuid7(at: float | None = None) -> uuid.UUID:
    """A UUID that sorts by time of creation (RFC 9562, section 5.7): `at` in seconds since 1970, or now."""
    stamp = int((time.time() if at is None else at) * 1000)
    tail = int.from_bytes(os.urandom(10), "big")
    return uuid.UUID(int=(stamp << 80 | tail) & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


class Escalation(models.Model):
    """One task handed to a person."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.BigIntegerField(
        unique=True, editable=False, db_default=Func(Value("escalations_number"), function="nextval")
    )
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="escalations", db_index=False)
    source_agent = models.TextField()
    is_sandbox = models.BooleanField(default=False)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="escalations", db_index=False)
    issue_description = models.TextField()
    priority = models.TextField(choices=Priority, default=Priority.MEDIUM)
    context_data = models.JSONField(default=dict)
    digest = models.JSONField(db_default={})
    metadata = models.JSONField(default=dict)
    response_schema = models.JSONField(null=True)
    action = models.JSONField(null=True)
    allowed_decisions = ArrayField(models.TextField(choices=Decision), db_default=[])
    tags = ArrayField(models.TextField(), default=list)
    dedupe_key = models.TextField(null=True)
    run_id = models.TextField(null=True)
    webhook_url = models.TextField(null=True)

    status = models.TextField(choices=Status, default=Status.OPEN)
    assigned_to = models.ForeignKey(
        Reviewer,
        null=True,
        on_delete=models.PROTECT,
        related_name="escalations",
        db_column="assigned_to",
        db_index=False,
    )
    created_at = models.DateTimeField(db_default=Now())
    assigned_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)  # the claim lapses then, unless its holder does something
    resolved_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    resolution_notes = models.TextField(null=True)
    decision = models.TextField(choices=Decision, null=True)
    answer = models.JSONField(null=True)
    edited_action = models.JSONField(null=True)
    receipt = models.JSONField(null=True)
    outcome = models.TextField(choices=Outcome, null=True)
    decided_by_type = models.TextField(choices=Decider, null=True)
    decided_by_name = models.TextField(null=True)
    assigned_by = models.TextField(null=True)  # the lead who gave it; null: routing chose, or they took it
    waiting_on = models.TextField(default="human")
    paused_at = models.DateTimeField(null=True)  # since when it waits on the agent
    paused_for = models.DurationField(db_default=timedelta(0))  # how long it has waited on the agent before
    lapse_count = models.IntegerField(db_default=0)  # how often somebody did not claim it in time
    message_count = models.IntegerField(db_default=0)
    snoozed_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)  # null while snoozed: until the agent replies
    declined_by = ArrayField(models.UUIDField(), default=list)
    bumped_at = models.DateTimeField(null=True)
    rule = models.TextField(null=True)  # the name of the routing rule that applied when it came
    expires_at = models.DateTimeField(null=True)
    on_timeout = models.TextField(choices=OnTimeout, db_default=OnTimeout.KEEP)
    default_answer = models.JSONField(null=True)  # as `resolve` takes it
    reason = models.TextField(null=True)  # the slug of why it came; null: uncategorised
    reason_source = models.TextField(choices=Labeller, null=True)  # with no reason: a reviewer said that none fits
    reason_confidence = models.FloatField(null=True)
    avoidable = models.BooleanField(null=True)  # should the agent have solved this itself? null: nobody said
    queue_at = models.DateTimeField()
    due_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        db_table = "escalations"
        ordering = ["queue_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="a_status_is_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="a_priority_is_known"),
            models.CheckConstraint(condition=Q(waiting_on__in=("human", "agent")), name="it_waits_on_human_or_agent"),
            models.CheckConstraint(
                condition=Q(status=Status.RESOLVED, resolved_at__isnull=False)
                | (~Q(status=Status.RESOLVED) & Q(resolved_at=None)),
                name="resolved_if_and_only_if_resolved_at",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNFINISHED, finished_at=None, outcome=None)
                | (~Q(status__in=UNFINISHED) & Q(finished_at__isnull=False, outcome__isnull=False)),
                name="finished_if_and_only_if_finished_at",
            ),
            models.CheckConstraint(
                condition=Q(assigned_to=None, assigned_at=None)
                | Q(assigned_to__isnull=False, assigned_at__isnull=False),
                name="assigned_to_goes_with_assigned_at",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.OPEN) | Q(assigned_to=None), name="an_open_one_has_no_assignee"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.ASSIGNED) | Q(assigned_to__isnull=False),
                name="an_assigned_one_has_an_assignee",
            ),
            models.CheckConstraint(
                condition=Q(claimed_at=None) | Q(assigned_to__isnull=False),
                name="a_claim_belongs_to_an_assignee",
            ),
            models.CheckConstraint(
                condition=Q(lease_until=None) | Q(status=Status.ASSIGNED, claimed_at__isnull=False),
                name="only_a_claim_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(waiting_on="agent", paused_at__isnull=False) | Q(waiting_on="human", paused_at=None),
                name="the_clock_stands_while_it_waits_on_the_agent",
            ),
            models.CheckConstraint(
                condition=Q(snoozed_at=None, snoozed_until=None)
                | Q(snoozed_at__isnull=False, claimed_at__isnull=False),
                name="only_who_holds_it_snoozes",
            ),
            models.CheckConstraint(
                condition=Q(on_timeout=OnTimeout.USE_DEFAULT, default_answer__isnull=False, expires_at__isnull=False)
                | (Q(on_timeout__in=(OnTimeout.KEEP, OnTimeout.CANCEL)) & Q(default_answer=None)),
                name="a_default_answer_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(decision=None) | Q(decision__in=Decision.values), name="a_decision_is_known"
            ),
            models.CheckConstraint(
                condition=Q(edited_action=None) | Q(decision=Decision.EDIT), name="only_an_edit_has_an_edited_action"
            ),
            models.CheckConstraint(
                condition=Q(reason=None) | Q(reason_source__in=Labeller.values), name="a_reason_has_a_source"
            ),
            models.CheckConstraint(
                condition=Q(is_sandbox=False) | Q(assigned_to=None),
                name="no_person_gets_a_sandbox_escalation",
            ),
            models.UniqueConstraint(
                fields=["agent", "dedupe_key", "is_sandbox"],
                condition=Q(status__in=UNFINISHED, dedupe_key__isnull=False),
                name="one_unfinished_per_dedupe_key",
            ),
        ]
        indexes = [
            models.Index(
                fields=["pool", "queue_at", "id"],
                condition=Q(status__in=UNFINISHED, is_sandbox=False),
                name="queue",
            ),
            models.Index(
                fields=["pool", "queue_at", "id"],
                condition=Q(status=Status.OPEN, is_sandbox=False),
                name="backlog",
            ),
            models.Index(fields=["assigned_to", "queue_at"], condition=Q(status=Status.ASSIGNED), name="held_by"),
            models.Index(fields=["id"], condition=Q(status=Status.OPEN, is_sandbox=True), name="sandbox_open"),
            models.Index(
                fields=["assigned_at"], condition=Q(status=Status.ASSIGNED, claimed_at=None), name="not_claimed_yet"
            ),
            models.Index(fields=["lease_until"], condition=Q(lease_until__isnull=False, paused_at=None), name="leased"),
            models.Index(
                fields=["expires_at"],
                condition=Q(status__in=UNFINISHED, expires_at__isnull=False) & ~Q(on_timeout=OnTimeout.KEEP),
                name="expiring",
            ),
            models.Index(
                fields=["priority", "created_at"],
                condition=Q(status__in=UNFINISHED, is_sandbox=False, paused_at=None),
                name="ageing",
            ),
            models.Index(fields=["agent", "-created_at", "-id"], name="of_agent"),
            models.Index(fields=["pool", "-created_at", "-id"], name="of_pool"),
            models.Index(fields=["-created_at", "-id"], name="newest"),
            models.Index(fields=["status", "-created_at", "-id"], name="by_status"),
            models.Index(fields=["priority", "-created_at", "-id"], name="by_priority"),
            models.Index(fields=["reason", "-created_at", "-id"], name="by_reason"),
            models.Index(fields=["-created_at", "-id"], condition=Q(reason_source="reviewer"), name="corrected"),
            GinIndex(SearchVector("issue_description", config="simple"), name="words"),
            GinIndex(fields=["tags"], name="by_tag"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"ESC-{self.number}"

    @property
    def is_finished(self) -> bool:
        return self.status not in UNFINISHED

    @property
    def lapses_at(self) -> datetime | None:
        """When it goes on to another, if nobody acts: not claimed in time, or claimed and left."""
        if self.status != Status.ASSIGNED or self.paused_at is not None or self.assigned_at is None:
            return None
        if self.claimed_at is not None:
            stands_still = self.snoozed_at is not None and self.snoozed_until is None
            return None if stands_still or self.pool.claim_within is None else self.lease_until
        within, since = self.pool.assign_within, self.pool.assign_within_since
        begins = max(self.assigned_at, since) if since and since <= clock.now() else self.assigned_at
        return None if within is None else begins + within

    @property
    def is_overdue(self) -> bool:
        return not self.is_finished and self.paused_at is None and self.due_at < timezone.now()

    @property
    def is_snoozed(self) -> bool:
        if self.snoozed_at is None or self.is_finished:
            return False
        return self.snoozed_until is None or self.snoozed_until > timezone.now()

    @property
    def url(self) -> str:
        return f"{settings.PUBLIC_URL}/api/escalations/{self.pk}"

    @property
    def html_url(self) -> str:
        return f"{settings.PUBLIC_URL}/desk/e/{self.reference}/"

    # A statement that has joined the names sets these two itself (`statements.NAMED`), and so does `as_of`.
    @cached_property
    def assignee_name(self) -> str | None:
        return self.assigned_to.display_name if self.assigned_to else None

    @cached_property
    def pool_name(self) -> str:
        return self.pool.name

    @cached_property
    def messages(self) -> list[Message]:
        """The thread with the agent, oldest first; costs a statement if there is one."""
        return thread(self) if self.message_count else []

    def as_of(self, event: Event) -> Escalation:
        """A copy with the event's facts laid over it: the escalation as it was right after the event."""
        past = copy.copy(self)
        past._state = copy.copy(self._state)  # noqa: SLF001 - a copy must not share its cached relations
        past._state.fields_cache = dict(self._state.fields_cache)  # noqa: SLF001
        columns = {field.name: field for field in self._meta.concrete_fields}
        for name, value in event.facts.items():
            if name == "assignee_name":
                past.assignee_name = value
            else:
                setattr(past, columns[name].attname, columns[name].to_python(value))
        if self.message_count:
            past.messages = [message for message in self.messages if message.event_id <= event.pk]
        return past
