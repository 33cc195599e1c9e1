"""Why agents hand tasks to people: the categories that leads keep, and where a label comes from."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class Labeller(models.TextChoices):
    """Who said so. What a reviewer said stands; the others only suggest."""

    OPENAI = "openai", "Language model"
    LOCAL = "local", "Suggested"
    REVIEWER = "reviewer", "Reviewer"


class Reason(models.Model):
    """A category. Description and examples are what the classifiers learn from; a retired one gets no new labels."""

    slug = models.TextField(
        unique=True,
        validators=[RegexValidator(SLUG, "Use small letters, digits and single hyphens.")],
        help_text="Its name in the API; it cannot be changed later.",
    )
    name = models.TextField(unique=True)
    description = models.TextField(blank=True, default="", help_text="What belongs here, and what does not.")
    examples = ArrayField(
        models.TextField(), default=list, blank=True, help_text="What agents write, one example per line."
    )
    is_active = models.BooleanField("active", default=True)
    position = models.PositiveIntegerField(default=100, help_text="Lower comes first.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(slug__regex=SLUG), name="a_reason_has_a_slug"),
            models.CheckConstraint(condition=~Q(name=""), name="a_reason_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
