"""Roll-ups: what each escalation presently contributes to the figures, and the sums of it.

Only `metrics/rollups.py` writes them; `manage.py rebuild_metrics` makes them anew from escalations and their events.
"""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q

from escalations.models import Agent
from metrics.exposition.models import Tally as Tally
from metrics.reasons.models import Proposal as Proposal
from metrics.reasons.models import Spent as Spent
from metrics.reasons.models import Unsorted as Unsorted
from metrics.weekly.models import WeeklyReport as WeeklyReport

COUNTERS = (
    *("created", "assigned", "claimed", "answered", "cancelled", "expired", "replayed", "due", "in_time", "pressing"),
    *("inverted", "repeated", "looped", "rated", "avoidable", "undelivered", "answers"),
)


class Grain(models.IntegerChoices):
    """The length of time of a cell, which begins at `at` (UTC)."""

    HOUR = 0
    DAY = 1
    MONTH = 2


class Kind(models.IntegerChoices):
    """What a cell is told by besides pool, agent and priority: its `key`."""

    ALL = 0
    REVIEWER = 1
    TAG = 2
    REASON = 3


class Length(models.IntegerChoices):
    """A length of time that is measured."""

    ASSIGNMENT = 0
    CLAIM = 1
    RESOLUTION = 2
    DELIVERY = 3


# Everything that is added up, by the name of its column.
SUMS = (*COUNTERS, *(f"{length.name.lower()}_{what}" for length in Length for what in ("total", "lanes")))


class Fact(models.Model):
    """What an escalation presently contributes. Lengths are in microseconds; people are ids of reviewers.

    The row of one that is deleted stays until it is taken out of the sums, so there is no foreign key. The first
    columns are known before the rest is worked out (`is_counted`), for they say what it does to others' figures.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    created_at = models.DateTimeField()
    agent_id = models.BigIntegerField()
    fingerprint = models.UUIDField()  # what it asks: the dedupe key, or the words
    run_id = models.TextField(null=True)
    first_pool = models.BigIntegerField()
    first_queue_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)  # for the first time
    waited = DateTimeRangeField()  # from creation until then, or until it ended without

    is_counted = models.BooleanField(db_default=False)
    pool_id = models.BigIntegerField(null=True)
    priority = models.TextField(null=True)
    reason = models.TextField(null=True)
    tags = ArrayField(models.TextField(), null=True)
    assigned_in = models.BigIntegerField(null=True)
    claimed_in = models.BigIntegerField(null=True)
    resolved_in = models.BigIntegerField(null=True)
    first_assignee = models.UUIDField(null=True)
    first_claimer = models.UUIDField(null=True)
    answerer = models.UUIDField(null=True)
    assignees = ArrayField(models.UUIDField(), null=True)
    claimers = ArrayField(models.UUIDField(), null=True)
    answered_at = models.DateTimeField(null=True)
    outcome = models.TextField(null=True)
    is_due = models.BooleanField(null=True)
    in_time = models.BooleanField(null=True)
    avoidable = models.BooleanField(null=True)
    is_inverted = models.BooleanField(null=True)
    is_repeated = models.BooleanField(null=True)
    is_looped = models.BooleanField(null=True)
    delivered_in = ArrayField(models.BigIntegerField(), null=True)
    undelivered = models.IntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["agent_id", "fingerprint", "created_at"], name="facts_by_what_is_asked"),
            models.Index(
                fields=["agent_id", "run_id", "created_at"], condition=Q(run_id__isnull=False), name="facts_by_run"
            ),
            models.Index(fields=["first_pool", "claimed_at"], name="facts_by_claim"),
            models.Index(fields=["created_at"], name="facts_by_creation"),
            models.Index(fields=["answered_at"], condition=Q(answered_at__isnull=False), name="facts_by_answer"),
            GistIndex(fields=["waited"], name="facts_by_wait"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Number(models.Field[Decimal, Decimal]):
    """A whole number of any size."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002 - the framework's signature
        return "numeric"


class Cell(models.Model):
    """Sums over some of the escalations of an hour, a day or a month; what is not told apart is 0 or empty.

    `cut` says what is (`metrics/cuts.py`). All are attributed to the creation, but `answers` to the answer. `_total` is
    in microseconds, and `_lanes` is a histogram (`metrics/histograms.py`).
    """

    pk = models.CompositePrimaryKey("cut", "grain", "at", "pool", "agent", "priority", "key")
    cut = models.SmallIntegerField()
    grain = models.SmallIntegerField(choices=Grain)
    at = models.DateTimeField()
    pool = models.BigIntegerField()
    agent = models.BigIntegerField()
    priority = models.TextField()
    key = models.TextField()
    created = models.BigIntegerField()
    assigned = models.BigIntegerField()
    claimed = models.BigIntegerField()
    answered = models.BigIntegerField()
    cancelled = models.BigIntegerField()
    expired = models.BigIntegerField()
    replayed = models.BigIntegerField()
    due = models.BigIntegerField()
    in_time = models.BigIntegerField()
    pressing = models.BigIntegerField()
    inverted = models.BigIntegerField()
    repeated = models.BigIntegerField()
    looped = models.BigIntegerField()
    rated = models.BigIntegerField()
    avoidable = models.BigIntegerField()
    undelivered = models.BigIntegerField()
    answers = models.BigIntegerField()
    assignment_total = Number()
    assignment_lanes = Number()
    claim_total = Number()
    claim_lanes = Number()
    resolution_total = Number()
    resolution_lanes = Number()
    delivery_total = Number()
    delivery_lanes = Number()

    def __str__(self) -> str:
        return f"{self.cut} {self.at}"


class Runs(models.Model):
    """How many runs an agent says it made in an hour."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="runs", db_index=False)
    hour = models.DateTimeField()
    count = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "runs"
        constraints = [
            models.UniqueConstraint(fields=["agent", "hour"], name="one_count_of_runs_per_agent_and_hour"),
            models.CheckConstraint(condition=Q(count__gte=0), name="runs_are_counted_up"),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.count} from {self.hour}"
