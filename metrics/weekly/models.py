"""When somebody's next weekly report is due, and whether they want it."""

from django.db import models

from reviewers.models import Reviewer


class WeeklyReport(models.Model):
    """One row per person who leads or has led."""

    reviewer = models.OneToOneField(Reviewer, on_delete=models.CASCADE, primary_key=True, related_name="weekly_report")
    is_wanted = models.BooleanField(default=True)
    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="weekly_reports_due")]

    def __str__(self) -> str:
        return f"Weekly report of {self.reviewer}"
