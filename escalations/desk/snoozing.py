"""Snooze: out of the way until a time, or until the agent replies.

"Tomorrow morning" is the morning of whoever snoozes: the browser tells its time zone with the form. Without JavaScript
the same form is a page, with a field for the zone.
"""

import zoneinfo
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from escalations import lifecycle
from escalations.desk import neighbours, rows, undo
from escalations.desk.acting import sentence
from escalations.desk.people import viewer_of, wants_json
from escalations.desk.workbench import missing, visible
from escalations.models import Escalation
from escalations.refusals import CannotSnooze, NotAllowed, Refusal

MORNING, AFTERNOON = time(9), time(14)
MONDAY = 0

CHOICES = (
    ("hour", gettext_lazy("In 1 hour")),
    ("afternoon", gettext_lazy("This afternoon")),
    ("morning", gettext_lazy("Tomorrow morning")),
    ("monday", gettext_lazy("Next Monday")),
    ("reply", gettext_lazy("Until the agent replies")),
    ("at", gettext_lazy("At the time below")),
)


class SnoozeForm(forms.Form):
    until = forms.ChoiceField(choices=CHOICES, error_messages={"required": gettext_lazy("Choose until when.")})
    at = forms.DateTimeField(
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": gettext_lazy("Write the time as 2026-01-31 09:00.")},
    )
    zone = forms.CharField(required=False, max_length=100)

    def clean_zone(self) -> ZoneInfo:
        name = self.cleaned_data["zone"] or "UTC"
        if name not in _zones():
            raise forms.ValidationError(_("That time zone is not known. Write it as Europe/Berlin."))
        return ZoneInfo(name)

    def clean_at(self) -> datetime | None:
        """As it was typed, without a zone: that is said by another field."""
        at = self.cleaned_data["at"]
        return at.replace(tzinfo=None) if at else None

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.errors:
            return cleaned
        if cleaned["until"] == "at" and not cleaned["at"]:
            self.add_error("at", _("Choose a time."))
        elif (until := self.until_when) and not timedelta(0) < until - timezone.now() <= lifecycle.SNOOZED_AT_MOST:
            self.add_error("at", str(CannotSnooze().detail))
        return cleaned

    @property
    def until_when(self) -> datetime | None:
        """None: until the agent replies."""
        choice, zone = self.cleaned_data["until"], self.cleaned_data["zone"]
        if choice == "at":
            return self.cleaned_data["at"].replace(tzinfo=zone)  # type: ignore[no-any-return]
        return WHEN[choice](timezone.now().astimezone(zone)) if choice in WHEN else None


def afternoon(now: datetime) -> datetime:
    """Today's, or tomorrow's when that has begun."""
    today = now.replace(hour=AFTERNOON.hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def morning(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=1), MORNING, now.tzinfo)


def monday(now: datetime) -> datetime:
    days = (MONDAY - now.weekday()) % 7 or 7
    return datetime.combine(now.date() + timedelta(days=days), MORNING, now.tzinfo)


WHEN: dict[str, Callable[[datetime], datetime]] = {
    "hour": lambda now: now + timedelta(hours=1),
    "afternoon": afternoon,
    "morning": morning,
    "monday": monday,
}


@require_http_methods(["GET", "HEAD", "POST"])
def snooze(request: HttpRequest, number: int) -> HttpResponse:
    try:
        escalation = visible(request, number)
    except Escalation.DoesNotExist:
        return missing(request, number)
    form = SnoozeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, escalation, form)
    if not form.is_valid():
        return _unfit(request, escalation, form)
    try:
        done = lifecycle.snooze(escalation, by=viewer_of(request), until=form.until_when)
    except Refusal as refusal:
        return _refused(request, escalation, refusal, form)
    token = undo.remember(request, undo.Did.SNOOZED, [escalation])
    said = _("%(reference)s is snoozed. It is under “Snoozed” until then.") % {"reference": done.reference}
    return _answer(request, done, said, token)


@require_http_methods(["GET", "HEAD", "POST"])
def wake(request: HttpRequest, number: int) -> HttpResponse:
    try:
        escalation = visible(request, number)
    except Escalation.DoesNotExist:
        return missing(request, number)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("admin:desk_escalation", args=[number]))
    try:
        done = lifecycle.wake(escalation, by=viewer_of(request))
    except Refusal as refusal:
        return _refused(request, escalation, refusal, SnoozeForm())
    said = _("%(reference)s is back in your list.") % {"reference": done.reference}
    return _answer(request, done, said)


def _answer(request: HttpRequest, done: Escalation, said: str, token: str = "") -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"message": said, "rows": {str(done.pk): rows.render(done)}, "undo": token})
    messages.success(request, said)
    return HttpResponseRedirect(_back(request, done))


def _refused(request: HttpRequest, escalation: Escalation, refusal: Refusal, form: SnoozeForm) -> HttpResponse:
    status = 403 if isinstance(refusal, NotAllowed) else 409
    said = sentence(refusal, escalation)
    if wants_json(request):
        now = visible(request, escalation.number)
        return JsonResponse({"message": said, "rows": {str(now.pk): rows.render(now)}}, status=status)
    return _page(request, escalation, form, refused=said, status=status)


def _unfit(request: HttpRequest, escalation: Escalation, form: SnoozeForm) -> HttpResponse:
    if wants_json(request):
        said = " ".join(str(flaw) for flaws in form.errors.values() for flaw in flaws)
        return JsonResponse({"message": said, "rows": {}}, status=400)
    return _page(request, escalation, form, status=400)


def _page(
    request: HttpRequest, escalation: Escalation, form: SnoozeForm, *, refused: str = "", status: int = 200
) -> TemplateResponse:
    page = {
        **admin.site.each_context(request),
        "title": _("Snooze %(reference)s") % {"reference": escalation.reference},
        "escalation": escalation,
        "row": rows.facts(escalation),
        "snooze": form,
        "refused": refused,
        "back": _back(request, escalation),
    }
    return TemplateResponse(request, "desk/snooze_page.html", page, status=status)


def _back(request: HttpRequest, escalation: Escalation) -> str:
    """To the page it was done on; the escalation, when nothing says which that was."""
    asked = request.POST if request.method == "POST" else request.GET
    if "query" in asked or "page" in asked:
        return neighbours.whence(asked)
    return reverse("admin:desk_escalation", args=[escalation.number])


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
