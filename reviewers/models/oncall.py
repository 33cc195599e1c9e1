"""Who is on call: rotations, the turns in them, what stands in for a turn, offers to swap, and calendars."""

from __future__ import annotations

import secrets
from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from reviewers.models.people import Reviewer

LONGEST_TURN = 366  # days


def feed_token() -> str:
    """Nobody guesses 256 random bits; whoever has them may read the feed."""
    return secrets.token_urlsafe(32)


class Rotation(models.Model):
    """People take turns of `length_days` each, handing over at `handoff_at` by the clock of the rotation's zone."""

    name = models.TextField(unique=True)
    time_zone = models.TextField(db_default="UTC", help_text="Of the hand-over, such as Europe/Berlin.")
    handoff_at = models.TimeField(default=time(9), help_text="When one hands over to the next, by the zone's clock.")
    length_days = models.PositiveSmallIntegerField(
        "length", default=7, help_text="Days of each turn: 1 is daily, 7 weekly."
    )
    starts_on = models.DateField(help_text="The day on which the first turn begins. Nobody is on call before.")
    is_active = models.BooleanField("active", default=True)
    handover_note = models.TextField(blank=True, default="", editable=False)
    noted_by = models.ForeignKey(Reviewer, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    noted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_rotation_has_a_name"),
            models.CheckConstraint(
                condition=Q(length_days__gte=1, length_days__lte=LONGEST_TURN), name="a_turn_lasts_a_day_to_a_year"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Turn(models.Model):
    """A person's place in the order. Whoever stands in it twice has two turns in each round."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="turns")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "reviewers_rotation_turn"  # `reviewers_turn` is a sequence, of seats
        ordering: ClassVar[list[str]] = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.reviewer} in {self.rotation}"


class Override(models.Model):
    """Somebody stands in from `start_at` until before `end_at`. Where two overlap, the later row holds."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="overrides")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="overrides")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    note = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["start_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="an_override_ends_after_it_starts"),
        ]
        indexes = [models.Index(fields=["rotation", "end_at"], name="override_ends")]

    def __str__(self) -> str:
        return f"{self.reviewer} {self.start_at:%Y-%m-%d %H:%M} to {self.end_at:%Y-%m-%d %H:%M}"


class Swap(models.Model):
    """`giver` offers their time on call to `taker`, perhaps for a time of theirs. Accepted, both times are overrides.

    `told`: the state of which both have heard (`notifications/swaps.py`).
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Not answered in time"

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="swaps")
    giver = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="+")
    taker = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="+")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    return_start_at = models.DateTimeField(null=True)
    return_end_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    state = models.TextField(choices=State, default=State.OPEN)
    told = models.TextField(blank=True, default="")
    set_by = models.ForeignKey(Reviewer, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar[list[str]] = ["start_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="a_swap_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(return_start_at=None, return_end_at=None)
                | Q(return_start_at__isnull=False, return_end_at__gt=F("return_start_at")),
                name="what_is_given_in_return_has_a_length",
            ),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="nobody_swaps_with_themselves"),
        ]
        indexes = [
            models.Index(fields=["rotation"], condition=Q(state="open"), name="open_swaps"),
            models.Index(fields=["id"], condition=~Q(told=F("state")), name="swaps_to_tell"),
        ]

    def __str__(self) -> str:
        return f"{self.giver} {self.start_at:%Y-%m-%d %H:%M} to {self.end_at:%Y-%m-%d %H:%M}"


class Feed(models.Model):
    """A secret address of a calendar: of a rotation, or (without one) of all that its owner is on call for.

    It ends with its owner: whoever is deactivated reads nothing more by it.
    """

    token = models.TextField(unique=True, default=feed_token, editable=False)
    owner = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="feeds")
    rotation = models.ForeignKey(Rotation, null=True, on_delete=models.CASCADE, related_name="feeds")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "rotation"], nulls_distinct=False, name="one_feed_per_owner_and_rotation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rotation or 'own shifts'} for {self.owner}"
