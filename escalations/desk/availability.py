"""Your hours: the switch, the working hours, and the time off, each by a form that works without JavaScript."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from escalations.desk.people import viewer_of
from reviewers import duty
from reviewers.hours import Hours
from reviewers.models import Reviewer, Weekday

MORNING = time(9)
SPANS_A_DAY = 2
TYPED = "%Y-%m-%dT%H:%M"
AWAY = (
    ("15", gettext_lazy("Back in 15 minutes")),
    ("60", gettext_lazy("Back in 1 hour")),
    ("morning", gettext_lazy("Until tomorrow morning")),
    ("open", gettext_lazy("Until I am back")),
)


class AwayForm(forms.Form):
    how = forms.ChoiceField(choices=AWAY)


class HoursForm(forms.Form):
    """Two spans for each day of the week; an empty one says nothing, and none at all says all hours."""

    zone = forms.CharField(max_length=100, label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        for name in (
            f"{edge}_{day}_{span}" for day in Weekday for span in range(SPANS_A_DAY) for edge in ("from", "to")
        ):
            widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            self.fields[name] = forms.TimeField(required=False, widget=widget)

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"])
        if zone not in available_timezones():
            raise forms.ValidationError(_("That time zone is not known. Write it as Europe/Berlin."))
        return zone

    def clean(self) -> dict[str, Any]:
        for day in Weekday:
            spans = [self._span(day, span) for span in range(SPANS_A_DAY)]
            if any((start is None) != (end is None) for start, end in spans):
                self.add_error(None, _("%(day)s: give both times, or none.") % {"day": day.label})
            elif spans[0][0] is not None and spans[0][0] == spans[1][0]:
                self.add_error(None, _("%(day)s: the two spans begin at the same time.") % {"day": day.label})
        return self.cleaned_data

    @property
    def hours(self) -> list[Hours]:
        spans = [(day, *self._span(day, span)) for day in Weekday for span in range(SPANS_A_DAY)]
        return [Hours(int(day), start, end) for day, start, end in spans if start is not None and end is not None]

    @property
    def days(self) -> list[dict[str, Any]]:
        return [
            {
                "label": day.label,
                "spans": [(self[f"from_{day}_{span}"], self[f"to_{day}_{span}"]) for span in range(SPANS_A_DAY)],
            }
            for day in Weekday
        ]

    def _span(self, day: Weekday, span: int) -> tuple[time | None, time | None]:
        return self.cleaned_data.get(f"from_{day}_{span}"), self.cleaned_data.get(f"to_{day}_{span}")


class TimeOffForm(forms.Form):
    """Typed by the person's own clock."""

    start_at = forms.DateTimeField(input_formats=[TYPED], label=gettext_lazy("From"))
    end_at = forms.DateTimeField(input_formats=[TYPED], label=gettext_lazy("Until before"))
    note = forms.CharField(max_length=200, required=False, label=gettext_lazy("What for (only colleagues see it)"))

    def __init__(self, zone: str, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.zone = ZoneInfo(zone)
        for name in ("start_at", "end_at"):
            self.fields[name].widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=TYPED)

    def clean_start_at(self) -> datetime:
        return self._of("start_at")

    def clean_end_at(self) -> datetime:
        return self._of("end_at")

    def clean(self) -> dict[str, Any]:
        start_at, end_at = self.cleaned_data.get("start_at"), self.cleaned_data.get("end_at")
        if start_at and end_at and (end_at <= start_at or end_at <= timezone.now()):
            self.add_error("end_at", _("Choose an end that lies after the start and after now."))
        return self.cleaned_data

    def _of(self, name: str) -> datetime:
        typed: datetime = self.cleaned_data[name]
        return typed.replace(tzinfo=self.zone)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def go_away(request: HttpRequest) -> HttpResponse:
    form = AwayForm(request.POST)
    if not form.is_valid():
        return _page(request, status=400, problem=_("Choose how long you are away."))
    viewer = viewer_of(request)
    duty.go_away(viewer, until=away_until(form.cleaned_data["how"], viewer))
    messages.success(request, _("You are away. What you had not claimed goes to others; what you claimed stays yours."))
    return _back(request)


@require_POST
def come_back(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    duty.come_back(viewer)
    said = _("You are on duty.") if viewer.is_on_duty else _("You are back, but your hours say that you are off now.")
    messages.success(request, said)
    return _back(request)


@require_POST
def keep_hours(request: HttpRequest) -> HttpResponse:
    form = HoursForm(request.POST)
    if not form.is_valid():
        return _page(request, status=400, hours=form)
    duty.keep_hours(viewer_of(request), zone=form.cleaned_data["zone"], hours=form.hours)
    messages.success(request, _("Your hours are saved."))
    return _back(request)


@require_POST
def take_off(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    form = TimeOffForm(viewer.time_zone, request.POST)
    if not form.is_valid():
        return _page(request, status=400, off=form)
    duty.take_off(viewer, **form.cleaned_data)
    messages.success(request, _("Your time off is saved."))
    return _back(request)


@require_POST
def drop_off(request: HttpRequest, pk: int) -> HttpResponse:
    viewer = viewer_of(request)
    get_object_or_404(viewer.time_off, pk=pk).delete()
    duty.refresh(viewer)
    messages.success(request, _("That time off is gone."))
    return _back(request)


def _page(
    request: HttpRequest,
    *,
    status: int = 200,
    problem: str = "",
    hours: HoursForm | None = None,
    off: TimeOffForm | None = None,
) -> TemplateResponse:
    viewer = viewer_of(request)
    shown = {
        **admin.site.each_context(request),
        "title": _("Your hours"),
        "away": AWAY,
        "problem": problem,
        "hours": hours or HoursForm(initial=_begun(viewer)),
        "off": off or TimeOffForm(viewer.time_zone),
        "zones": sorted(available_timezones()),
        "coming_off": viewer.time_off.filter(end_at__gt=timezone.now()),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "desk/availability.html", shown, status=status)


def _begun(viewer: Reviewer) -> dict[str, Any]:
    found: dict[str, Any] = {"zone": viewer.time_zone}
    spans: dict[int, int] = {}
    for each in viewer.working_hours.all():
        span = spans[each.weekday] = spans.get(each.weekday, -1) + 1
        found |= {f"from_{each.weekday}_{span}": each.start, f"to_{each.weekday}_{span}": each.end}
    return found


def away_until(how: str, viewer: Reviewer) -> datetime | None:
    """The moment that is meant by a choice of `AWAY`; None: until they are back."""
    now = timezone.now()
    if how == "morning":
        here = ZoneInfo(viewer.time_zone)
        return datetime.combine(now.astimezone(here).date() + timedelta(days=1), MORNING, here)
    return None if how == "open" else now + timedelta(minutes=int(how))


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To where the switch was pressed: the queue, or the page of the hours."""
    return HttpResponseRedirect(reverse("admin:index" if request.POST.get("from") == "queue" else "admin:desk_hours"))
