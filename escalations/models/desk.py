"""What people keep on the desk: what they are typing, answers to use again, and views of the queue."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from escalations.models.escalation import Escalation
from escalations.models.words import Decision
from reviewers.models import Pool, Reviewer


class Draft(models.Model):
    """An answer that somebody has begun. It is theirs, and outlives their claim; `version` is the escalation's."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="drafts")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="drafts")
    content = models.JSONField(default=dict)
    version = models.IntegerField()
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["escalation", "reviewer"], name="one_draft_per_person"),
        ]
        indexes = [models.Index(fields=["saved_at"], name="drafts_by_age")]

    def __str__(self) -> str:
        return f"{self.reviewer} on {self.escalation}"


class AnswerTemplate(models.Model):
    """An answer that is given often, with variables in double braces. Without a pool it is for everybody."""

    name = models.TextField()
    text = models.TextField()
    pool = models.ForeignKey(Pool, null=True, blank=True, on_delete=models.CASCADE, related_name="answer_templates")
    decision = models.TextField(choices=Decision, null=True, blank=True)
    position = models.PositiveIntegerField(default=100, help_text="Lower comes first.")
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "pool"], name="one_template_of_a_name_in_a_pool", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(text=""), name="a_template_has_name_and_text"),
            models.CheckConstraint(
                condition=Q(decision=None) | Q(decision__in=Decision.values), name="a_template_decision_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A view of the queue that somebody comes back to: the query of its address, under a name of theirs."""

    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="saved_views")
    name = models.TextField()
    query = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=100)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["reviewer", "name"], name="one_view_of_a_name_per_person"),
            models.CheckConstraint(condition=~Q(name=""), name="a_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
