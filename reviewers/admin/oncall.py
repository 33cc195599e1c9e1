"""Rotations: the order of the turns, who stands in, and a look at what comes of it."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewers import oncall
from reviewers.admin.duty import DutyInline, clean_zone
from reviewers.admin.seats import signed_in
from reviewers.models import Override, Pool, Reviewer, Role, Rotation, Turn
from reviewers.models.oncall import LONGEST_TURN
from reviewers.oncall import Shift

LINE = forms.TextInput(attrs={"class": "vTextField"})


class RotationForm(forms.ModelForm[Rotation]):
    starts_on = forms.DateField(
        initial=date.today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The day on which the first turn begins. Nobody is on call before."),
    )
    handoff_at = forms.TimeField(
        label=gettext_lazy("Hand-over at"),
        initial="09:00",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("When one hands over to the next, by the zone's clock."),
    )
    length_days = forms.IntegerField(
        label=gettext_lazy("Days of each turn"),
        initial=7,
        min_value=1,
        max_value=LONGEST_TURN,
        help_text=gettext_lazy("1 is daily, 7 weekly."),
    )

    class Meta:
        model = Rotation
        fields = ("name", "time_zone", "handoff_at", "length_days", "starts_on", "is_active")
        widgets = {"name": LINE, "time_zone": LINE}

    def clean_time_zone(self) -> str:
        return clean_zone(str(self.cleaned_data["time_zone"]))

    def clean_starts_on(self) -> date:
        starts_on: date = self.cleaned_data["starts_on"]
        if abs(starts_on - datetime.now(UTC).date()) > oncall.FAR:
            raise forms.ValidationError(_("Choose a day within ten years of today."))
        return starts_on


class PeopleInline(DutyInline):
    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Django's own
        if db_field.name == "reviewer":
            kwargs["queryset"] = Reviewer.objects.visible_to(signed_in(request)).order_by("name", "email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class TurnInline(PeopleInline):
    model = Turn
    fields = ("position", "reviewer")
    verbose_name_plural = "turns, by their position"


class OverrideInline(PeopleInline):
    model = Override
    fields = ("reviewer", "start_at", "end_at", "note")
    verbose_name_plural = "overrides (of two at the same time, the later row holds)"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What is over stays in the past."""
        return super().get_queryset(request).filter(end_at__gt=datetime.now(UTC))


@admin.register(Rotation)
class RotationAdmin(admin.ModelAdmin[Rotation]):
    form = RotationForm
    list_display = ("name", "calls", "on_call", "uncovered", "is_active")
    search_fields = ("name",)
    actions = None
    inlines = (TurnInline, OverrideInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rotation]:
        """A lead sees those of their pools, and those that no pool has yet."""
        found, viewer = super().get_queryset(request), signed_in(request)
        if viewer.role == Role.ADMIN:
            return found
        mine = Pool.objects.visible_to(viewer).values("pk")
        return found.filter(Q(pools__in=mine) | Q(pools=None)).distinct()

    def get_fields(self, request: HttpRequest, obj: Rotation | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's own
        typed = tuple(RotationForm.Meta.fields)
        return (*typed, "preview") if obj else typed

    def get_readonly_fields(self, request: HttpRequest, obj: Rotation | None = None) -> tuple[str, ...]:  # noqa: ARG002
        return ("preview",) if obj else ()

    @admin.display(description=gettext_lazy("pools"))
    def calls(self, rotation: Rotation) -> str:
        return ", ".join(pool.name for pool in rotation.pools.all()) or "–"

    @admin.display(description=gettext_lazy("on call now"))
    def on_call(self, rotation: Rotation) -> str:
        reviewer = oncall.who(rotation, datetime.now(UTC))
        return reviewer.display_name if reviewer else _("nobody")

    @admin.display(description=gettext_lazy("gaps in 14 days"))
    def uncovered(self, rotation: Rotation) -> int:
        now = datetime.now(UTC)
        return len(oncall.gaps(rotation, now, now + oncall.AHEAD))

    @admin.display(description=gettext_lazy("the next 14 days"))
    def preview(self, rotation: Rotation) -> str:
        """As it is saved; what is typed shows after saving."""
        now, zone = datetime.now(UTC), ZoneInfo(rotation.time_zone)
        shifts = oncall.shifts(rotation, now, now + oncall.AHEAD)
        rows = ((f"{each.start.astimezone(zone):%a %Y-%m-%d %H:%M}", _in_words(each)) for each in shifts)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", rows))


def _in_words(shift: Shift) -> str:
    if shift.reviewer:
        stands_in = _("%(name)s stands in") % {"name": shift.reviewer}
        return stands_in if shift.is_override else shift.reviewer.display_name
    if shift.in_turn:
        return format_html("<strong>{}</strong>", _("Nobody: %(name)s is off") % {"name": shift.in_turn})
    return format_html("<strong>{}</strong>", _("Nobody"))
