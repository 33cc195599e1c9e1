"""Who is told, what they are told, and every try to tell them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now

from escalations.models import Agent, Event, Priority
from escalations.models.escalation import uuid7
from notifications.slack.models import SlackAccount, SlackPost, SlackRequest  # noqa: F401 - tables of this app, too
from reviewers.models import Pool, Reviewer, Role


class Kind(models.TextChoices):
    """By what a message goes: the agents' webhooks, and the channels of people, one file each in `transports/`."""

    WEBHOOK = "webhook", "Webhook of an agent"
    EMAIL = "email", "Email"
    HOOK = "hook", "Webhook"
    SLACK = "slack", "Slack"


class Endpoint(models.Model):
    """Where an agent, a person or a pool hears: an address, signing secrets where there are any (sealed,
    `escalations/vault.py`), and how it has been doing."""

    kind = models.TextField(choices=Kind, db_default=Kind.WEBHOOK, default=Kind.WEBHOOK, editable=False)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="endpoints", editable=False)
    reviewer = models.ForeignKey(
        Reviewer, null=True, on_delete=models.CASCADE, related_name="endpoints", editable=False
    )
    pool = models.ForeignKey(Pool, null=True, on_delete=models.CASCADE, related_name="endpoints", editable=False)
    url = models.TextField("URL", editable=False)
    secret = models.BinaryField(editable=False, default=bytes)
    old_secret = models.BinaryField(null=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    cap = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many messages may be on their way to it at once. Empty: the setting."
    )
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_reason = models.TextField(blank=True, default="", editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="Failed tries since the last success.")
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    trouble = models.TextField(blank=True, default="", editable=False, help_text="What went wrong the last time.")
    breaker_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "webhook endpoint"
        ordering = ["agent__name", "url"]
        constraints = [
            models.UniqueConstraint(fields=["agent", "url"], name="one_endpoint_per_agent_and_url"),
            models.UniqueConstraint(fields=["reviewer", "kind"], name="one_endpoint_per_person_and_channel"),
            models.UniqueConstraint(fields=["pool", "kind", "url"], name="one_endpoint_per_pool_and_address"),
            models.CheckConstraint(
                condition=Q(kind=Kind.WEBHOOK, agent__isnull=False, reviewer=None, pool=None)
                | (~Q(kind=Kind.WEBHOOK) & Q(agent=None, reviewer__isnull=False, pool=None))
                | (~Q(kind=Kind.WEBHOOK) & Q(agent=None, reviewer=None, pool__isnull=False)),
                name="an_endpoint_is_of_one_agent_person_or_pool",
            ),
            models.CheckConstraint(condition=~Q(url=""), name="an_endpoint_has_a_url"),
            models.CheckConstraint(condition=Q(cap=None) | Q(cap__gte=1), name="a_cap_lets_something_through"),
            models.CheckConstraint(
                condition=Q(old_secret=None, old_secret_until=None)
                | Q(old_secret__isnull=False, old_secret_until__isnull=False),
                name="an_old_secret_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(disabled_at=None, disabled_reason="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_reason="")),
                name="disabled_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since=None) | Q(failures__gt=0, failing_since__isnull=False),
                name="failing_since_the_first_failure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner}: {self.url}"

    @property
    def owner(self) -> Agent | Reviewer | Pool | None:
        return self.agent or self.reviewer or self.pool


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def of_agent(self, agent: Agent, *, is_sandbox: bool) -> DeliveryQuerySet:
        return self.filter(agent=agent, is_sandbox=is_sandbox)

    def visible_to(self, reviewer: Reviewer) -> DeliveryQuerySet:
        """What the person may see of the escalations; messages without one are the admins'."""
        if reviewer.role == Role.ADMIN:
            return self.filter(is_sandbox=False)
        return self.filter(is_sandbox=False, event__escalation__pool__seats__reviewer=reviewer)

    def at_rest(self) -> DeliveryQuerySet:
        """Without those that somebody is sending at this moment."""
        return self.filter(Q(lease=None) | Q(next_attempt_at__lte=Now()))

    def dead(self) -> DeliveryQuerySet:
        return self.filter(status=Delivery.Status.DEAD)


def in_order() -> Coalesce:
    """A due time for many deliveries at once: now, in the order in which their events happened."""
    return Coalesce(Subquery(Event.objects.filter(pk=OuterRef("event")).values("at")), Now())


class Delivery(models.Model):
    """One message for one endpoint. Its bytes and its id are the same in every try; a lease says who is trying.

    `attempts` counts all tries; `step` counts those of this round of the schedule, which a replay begins anew.
    A message without an event is a test, a digest of several notices, or about something else than a task; `dedupe_key`
    is what it can be only once. An update of a message in Slack (`post`) has no body: it is made when it is sent.
    `is_urgent`: it breaks through quiet hours. `acted_at`: when its one-time link was used.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        DELIVERED = "delivered", "Delivered"
        DEAD = "dead", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, null=True, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    is_sandbox = models.BooleanField(default=False)
    message_id = models.TextField()
    type = models.TextField()
    body = models.BinaryField()
    status = models.TextField(choices=Status, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, db_default=Now())
    lease = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)
    replays = models.PositiveIntegerField(default=0)
    replayed_at = models.DateTimeField(null=True)
    replayed_by = models.TextField(default="")
    acted_at = models.DateTimeField(null=True)
    dedupe_key = models.TextField(null=True)
    post = models.ForeignKey(SlackPost, null=True, on_delete=models.CASCADE, related_name="updates", db_index=False)
    is_urgent = models.BooleanField(db_default=False, default=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="one_delivery_per_event_and_endpoint"),
            models.UniqueConstraint(
                fields=["dedupe_key"], condition=Q(dedupe_key__isnull=False), name="one_delivery_per_dedupe_key"
            ),
            models.CheckConstraint(
                condition=Q(status="delivered", delivered_at__isnull=False)
                | (~Q(status="delivered") & Q(delivered_at=None)),
                name="delivered_if_and_only_if_delivered_at",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", next_attempt_at__isnull=False)
                | Q(status__in=("delivered", "dead"), next_attempt_at=None),
                name="pending_if_and_only_if_there_is_a_next_attempt",
            ),
            models.CheckConstraint(condition=Q(lease=None) | Q(status="pending"), name="only_the_pending_are_leased"),
            models.CheckConstraint(condition=Q(attempts__gte=F("step")), name="a_round_is_part_of_the_attempts"),
        ]
        indexes = [
            models.Index(fields=["endpoint", "next_attempt_at"], condition=Q(status="pending"), name="deliveries_due"),
            models.Index(fields=["endpoint"], condition=Q(lease__isnull=False), name="deliveries_in_flight"),
            models.Index(fields=["agent", "-id"], name="deliveries_of_agent"),
            models.Index(fields=["-id"], condition=Q(status="dead"), name="dead_letters"),
            models.Index(fields=["endpoint", "created_at"], condition=Q(agent=None), name="notices_of_endpoint"),
            models.Index(fields=["post"], condition=Q(post__isnull=False), name="updates_of_post"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"


class Attempt(models.Model):
    """One try. The row is written before the request leaves, so that a crash in between is visible."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries", db_index=False)
    n = models.PositiveIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    ms = models.PositiveIntegerField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.TextField(db_default="")
    detail = models.TextField(db_default="")
    answer = models.TextField(db_default="")

    class Meta:
        ordering = ["delivery", "n"]
        constraints = [models.UniqueConstraint(fields=["delivery", "n"], name="attempts_of_a_delivery_are_numbered")]

    def __str__(self) -> str:
        return f"try {self.n}"

    @property
    def is_success(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


class Bundled(models.Model):
    """A notice that went out in a digest, because there were many within a minute."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+", db_index=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+", db_index=False)
    digest = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="bundled")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="bundled_once_per_event_and_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.event} in {self.digest_id}"


class Preference(models.Model):
    """By which channels a person wants to hear of a priority. No row: as `notifications/channels.py` has it."""

    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="preferences", db_index=False)
    priority = models.TextField(choices=Priority)
    channels = ArrayField(models.TextField(choices=Kind), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reviewer", "priority"], name="one_preference_per_person_and_priority"),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.priority}"


class QuietHours(models.Model):
    """From `start` until before `end` by the person's own clock, every day, only what is urgent is told."""

    reviewer = models.OneToOneField(Reviewer, on_delete=models.CASCADE, primary_key=True, related_name="quiet_hours")
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(start=F("end")), name="quiet_hours_leave_some_time")]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.start:%H:%M}–{self.end:%H:%M}"


class GapWarning(models.Model):
    """A stretch in which nobody is on call for a pool, and when its manager was told, and told again."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="+", db_index=False)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    told_at = models.DateTimeField(db_default=Now())
    reminded_at = models.DateTimeField(null=True)
    covered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "start_at"], condition=Q(covered_at=None), name="a_gap_is_told_of_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool}: {self.start_at:%Y-%m-%d %H:%M} to {self.end_at:%Y-%m-%d %H:%M}"
