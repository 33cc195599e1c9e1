"""Which account in Slack is whose, which requests of Slack have been seen, and which messages stand there."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from escalations.models import Escalation
from reviewers.models import Reviewer


class SlackAccount(models.Model):
    """Whoever clicks in Slack acts as this reviewer."""

    reviewer = models.OneToOneField(Reviewer, on_delete=models.CASCADE, primary_key=True, related_name="slack")
    slack_id = models.TextField(unique=True)
    linked_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.slack_id} is {self.reviewer}"


class SlackRequest(models.Model):
    """A request that was acted on, by its signature: a second one with the same is a replay."""

    signature = models.TextField(primary_key=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["at"], name="slack_requests_by_age")]

    def __str__(self) -> str:
        return self.signature


class SlackPost(models.Model):
    """A message with buttons. `channel` and `ts` say which it is there, once Slack has taken it.

    `wanted` and `shown` are versions of the task: the last one known of, and the one that was last sent there.
    """

    delivery = models.OneToOneField(
        "notifications.Delivery", on_delete=models.CASCADE, primary_key=True, related_name="posted"
    )
    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="+")
    channel = models.TextField(default="")
    ts = models.TextField(default="")
    wanted = models.PositiveIntegerField()
    shown = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["channel", "ts"], name="slack_posts_by_place")]

    def __str__(self) -> str:
        return f"{self.channel} {self.ts}"
