"""What waits to be sorted, what asking a language model has cost, and groups that fit no reason."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from escalations.models import Escalation, Reason


class Unsorted(models.Model):
    """An escalation that waits for its reason. Whoever takes it moves `due_at`: a process that dies loses its turn."""

    escalation = models.OneToOneField(Escalation, on_delete=models.CASCADE, primary_key=True, related_name="+")
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(db_default=0)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="unsorted_by_age")]

    def __str__(self) -> str:
        return f"{self.escalation_id} since {self.due_at}"


class Spent(models.Model):
    """What a day (UTC) of asking has cost."""

    day = models.DateField(primary_key=True)
    calls = models.IntegerField(db_default=0)
    tokens = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.day}: {self.calls} calls, {self.tokens} tokens"


class Proposal(models.Model):
    """A group of tasks that fit no reason and read alike. A lead makes a reason of it, or not."""

    name = models.TextField()
    words = ArrayField(models.TextField(), default=list)
    examples = ArrayField(models.TextField(), default=list)
    escalations = ArrayField(models.UUIDField(), default=list)
    made_at = models.DateTimeField(db_default=Now())
    dismissed_at = models.DateTimeField(null=True)
    reason = models.ForeignKey(Reason, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.dismissed_at is None and self.reason_id is None
