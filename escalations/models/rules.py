"""Where what comes in goes: rules of the leads, in their order."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from escalations.models.agents import Agent
from escalations.models.words import Priority
from reviewers.models import Pool


class RoutingRule(models.Model):
    """When all of its conditions hold, what comes in gets its pool, priority and tags; the first such rule alone."""

    class Operator(models.TextChoices):
        EQUALS = "equals", "is"
        CONTAINS = "contains", "contains"
        EXISTS = "exists", "is there"

    position = models.PositiveIntegerField(default=100, help_text="Smaller comes first; the first that fits decides.")
    name = models.TextField(unique=True)
    is_active = models.BooleanField("active", default=True)

    agent = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name="from the agent"
    )
    tag = models.TextField("with the tag", blank=True, default="")
    priority = models.TextField("of the priority", choices=Priority, blank=True, default="")
    path = models.TextField(
        "place in the context",
        blank=True,
        default="",
        help_text="Where in the context, such as /customer/tier or /items/0/sku.",
    )
    operator = models.TextField("the value there", choices=Operator, blank=True, default="")
    value = models.TextField("this text", blank=True, default="", help_text="Not needed where it only has to be there.")

    pool = models.ForeignKey(
        Pool, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="goes to the pool"
    )
    overrules_agent = models.BooleanField(
        "also where the agent names a pool",
        default=False,
        help_text="Else a pool that the agent names goes before the pool of this rule.",
    )
    new_priority = models.TextField("gets the priority", choices=Priority, blank=True, default="")
    extra_tags = ArrayField(
        models.TextField(), default=list, blank=True, help_text="Tags it gets too: words with commas between them."
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_rule_has_a_name"),
            models.CheckConstraint(
                condition=Q(pool__isnull=False) | ~Q(new_priority="") | ~Q(extra_tags=[]),
                name="a_rule_does_something",
            ),
            models.CheckConstraint(
                condition=Q(path="", operator="") | (~Q(path="") & Q(operator__in=["equals", "contains", "exists"])),
                name="a_rule_asks_of_a_place_in_one_way",
            ),
            models.CheckConstraint(
                condition=Q(priority__in=["", *Priority.values], new_priority__in=["", *Priority.values]),
                name="priorities_of_a_rule_are_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name
