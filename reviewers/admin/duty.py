"""Hours, time off and holidays, as rows of the person or the pool they belong to."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext as _

from reviewers import duty
from reviewers.models import Holiday, Pool, Reviewer, TimeOff, WorkingHours


def clean_zone(name: str) -> str:
    """Raises ValidationError for a time zone that nobody knows."""
    if name not in available_timezones():
        raise forms.ValidationError(_("That time zone is not known. Write it as Europe/Berlin."))
    return name


class DutyInline(admin.TabularInline[Any, Reviewer]):
    extra = 0

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Django's own
        """One input each: the split ones of the admin have no label for their second half."""
        if db_field.name in {"start_at", "end_at"}:
            widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
            return forms.DateTimeField(widget=widget, label=_("%(name)s (UTC)") % {"name": db_field.verbose_name})
        if db_field.name in {"start", "end"}:
            return forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
        if db_field.name in {"note", "name"}:
            return forms.CharField(required=False, max_length=200)
        if db_field.name == "on":
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class HoursInline(DutyInline):
    model = WorkingHours
    fields = ("weekday", "start", "end")
    verbose_name_plural = "working hours (none: all hours)"


class TimeOffInline(DutyInline):
    model = TimeOff
    fields = ("start_at", "end_at", "note")


class HolidayInline(DutyInline):
    model = Holiday
    fields = ("on", "name")


def settle(owner: Reviewer | Pool, formsets: list[BaseInlineFormSet[Any, Any, Any]]) -> None:
    """After the rows of somebody's hours, or of a pool's holidays, were saved."""
    if isinstance(owner, Reviewer):
        duty.refresh(owner)
    elif any(formset.has_changed() for formset in formsets):
        duty.refresh_pool(owner)
