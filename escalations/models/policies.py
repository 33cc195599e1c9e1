"""What happens to an escalation as it ages without anybody's doing: rules that are rows, and what they have done."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from escalations.models.escalation import Escalation
from escalations.models.words import Priority
from reviewers.models import Pool, Reviewer


class Policy(models.Model):
    """After so long in that condition, do that; time in which it waits on the agent does not count."""

    class Condition(models.TextChoices):
        UNCLAIMED = "unclaimed", _("nobody has claimed it")
        UNRESOLVED = "unresolved", _("it is not answered")
        NOBODY = "nobody", _("nobody is there who could take it")
        PASSED_ON = "passed_on", _("two did not claim it in time, or everybody passed it on")

    class Action(models.TextChoices):
        NOTIFY_ON_CALL = "notify_on_call", _("notify who is on call")
        NOTIFY_MANAGER = "notify_manager", _("notify the manager of the pool")
        NOTIFY_CHANNEL = "notify_channel", _("notify a channel")
        BUMP = "bump", _("move it up the queue by 24 hours")
        REASSIGN = "reassign", _("give it to somebody else")
        MOVE = "move", _("move it to another pool")

    name = models.TextField(unique=True)
    priority = models.TextField(choices=Priority, null=True, blank=True, help_text=_("Empty: every priority."))
    pool = models.ForeignKey(
        Pool,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="policies",
        help_text=_("Empty: every pool."),
    )
    condition = models.TextField(choices=Condition, default=Condition.UNCLAIMED)
    after = models.DurationField(
        default=timedelta(hours=1), help_text=_("Since it was asked, such as 00:30:00 or 1 00:00:00 (one day).")
    )
    action = models.TextField(choices=Action)
    target_pool = models.ForeignKey(Pool, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    target_reviewer = models.ForeignKey(Reviewer, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    channel = models.TextField(blank=True, default="")
    repeat_every = models.DurationField(
        null=True, blank=True, help_text=_("For as long as it stays so. Empty: once for each escalation.")
    )
    is_active = models.BooleanField("active", default=True)
    position = models.PositiveIntegerField(default=100, help_text=_("Lower is done first."))

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "policies"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_policy_has_a_name"),
            models.CheckConstraint(condition=Q(after__gte=timedelta(0)), name="a_policy_acts_after_the_start"),
            models.CheckConstraint(
                condition=Q(repeat_every=None) | Q(repeat_every__gte=timedelta(minutes=1)),
                name="a_policy_repeats_each_minute_at_most",
            ),
            models.CheckConstraint(
                condition=~Q(action="move") | Q(target_pool__isnull=False), name="a_move_has_a_pool_to_go_to"
            ),
            models.CheckConstraint(
                condition=~Q(action="notify_channel") | ~Q(channel=""), name="a_channel_to_notify_is_named"
            ),
            models.CheckConstraint(
                condition=Q(repeat_every=None) | Q(action__startswith="notify"), name="only_notices_are_repeated"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """A policy has done its work on an escalation: once, or for the `round`-th time. `age` is without pauses."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="steps", db_index=False)
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="steps")
    round = models.PositiveIntegerField(default=0)
    age = models.DurationField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["escalation", "policy", "round"], name="a_step_is_done_once"),
        ]

    def __str__(self) -> str:
        return f"{self.policy} for {self.escalation}"
