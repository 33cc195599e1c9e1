"""Which account in Slack is whose, and which requests of Slack have been seen."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

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
