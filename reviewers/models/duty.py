"""When people work: their hours, their time off, and the days on which a pool is closed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reviewers.models.people import Pool, Reviewer


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class WorkingHours(models.Model):
    """From `start` until before `end` by the person's own clock; `end` not after `start` is on the next day.

    A person without any works all hours.
    """

    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["weekday", "start"]
        verbose_name_plural = "working hours"
        constraints = [
            models.CheckConstraint(condition=Q(weekday__in=Weekday.values), name="a_weekday_is_known"),
            models.UniqueConstraint(fields=["reviewer", "weekday", "start"], name="hours_begin_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.start:%H:%M}–{self.end:%H:%M}"


class TimeOff(models.Model):
    """A holiday, an illness, a dentist: not on duty from `start_at` until before `end_at`."""

    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="time_off")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["start_at"]
        verbose_name_plural = "time off"
        constraints = [
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="time_off_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.start_at:%Y-%m-%d %H:%M} to {self.end_at:%Y-%m-%d %H:%M}"


class Holiday(models.Model):
    """A day, by the pool's own clock, on which nobody of the pool gets anything."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="holidays")
    on = models.DateField()
    name = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["pool", "on"], name="a_holiday_is_once"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name}".strip()
