"""The team: who is on duty, until when, what they hold. A lead sets somebody who is ill to away, and gives back what
they hold."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from escalations import availability, lifecycle
from escalations.desk import skipped
from escalations.desk.availability import AWAY, away_until
from escalations.desk.people import may_lead, viewer_of
from escalations.models import Escalation
from escalations.refusals import Refusal
from reviewers import duty, reach
from reviewers.models import Pool, Reviewer, Role

SOON = timedelta(days=14)  # time off is announced so long ahead
SHOWN = 50  # of what somebody holds
GIVEN_BACK_AT_MOST = 500


class AbsenceForm(forms.Form):
    how = forms.ChoiceField(choices=AWAY[1:], label=gettext_lazy("For how long"), initial="morning")
    gives_back = forms.BooleanField(required=False, label=gettext_lazy("Give back everything they hold, also claimed"))
    reason = forms.CharField(max_length=200, required=False, label=gettext_lazy("Why (for the log)"))


class Member(NamedTuple):
    person: Reviewer
    state: str
    tone: str  # good, caution or quiet
    hours: str
    off: str


class Team(NamedTuple):
    pool: Pool
    members: list[Member]
    on_duty: int
    next_at: datetime | None  # when somebody comes, if nobody is there


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    shown = {
        **admin.site.each_context(request),
        "title": _("Team"),
        "teams": teams(viewer),
        "may_lead": may_lead(viewer),
        "is_open": reach.is_open(),
        "lost": reach.lost() if reach.is_open() else set(),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "desk/team.html", shown)


@require_safe
def member(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _member(request, _led(request, pk), AbsenceForm())


@require_POST
def set_away(request: HttpRequest, pk: UUID) -> HttpResponse:
    person, form = _led(request, pk), AbsenceForm(request.POST)
    if not form.is_valid():
        return _member(request, person, form, status=400)
    duty.go_away(person, until=away_until(form.cleaned_data["how"], person))
    _log(request, person, "Set to away.")
    messages.success(request, _("%(name)s is away. Nothing new goes to them.") % {"name": person.display_name})
    if form.cleaned_data["gives_back"]:
        _give_back(request, person, form.cleaned_data["reason"] or "away")
    return HttpResponseRedirect(reverse("admin:desk_team"))


@require_POST
def set_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = _led(request, pk)
    duty.come_back(person)
    _log(request, person, "Set to back.")
    words = _("%(name)s is on duty.") if person.is_on_duty else _("%(name)s is back, and off now by their hours.")
    messages.success(request, words % {"name": person.display_name})
    return HttpResponseRedirect(reverse("admin:desk_team"))


def teams(viewer: Reviewer) -> list[Team]:
    """Each pool the viewer sees with its active people, who is there first."""
    now = timezone.now()
    people = (
        Reviewer.objects.active().exclude(role=Role.READ_ONLY).filter(seats__pool__in=Pool.objects.visible_to(viewer))
    )
    by_pk = {each.pk: each for each in people.distinct().prefetch_related("working_hours", "time_off")}
    members = {pk: _facts(each, now) for pk, each in by_pk.items()}
    pools = Pool.objects.visible_to(viewer).select_related("fallback").prefetch_related("seats").order_by("name")
    return [_team(pool, members, now) for pool in pools]


def _team(pool: Pool, members: dict[UUID, Member], now: datetime) -> Team:
    seated = [members[seat.reviewer_id] for seat in pool.seats.all() if seat.reviewer_id in members]
    seated.sort(key=lambda each: (not each.person.is_on_duty, each.person.display_name.casefold()))
    on_duty = sum(each.person.is_on_duty for each in seated) if pool.is_open else 0
    next_at = None if on_duty or not seated else availability.next_coverage(pool.pk, tags=[], at=now)
    return Team(pool, seated, on_duty, next_at)


def _facts(person: Reviewer, now: datetime) -> Member:
    state, tone = _state(person, now)
    return Member(person, state, tone, _hours(person, now), _off(person, now))


def _state(person: Reviewer, now: datetime) -> tuple[str, str]:
    if person.is_on_duty:
        return _("On duty"), "good"
    if person.has_lapsed:
        return _("Away: did not claim in time"), "caution"
    if person.away_since:
        return _("Away"), "caution"
    if any(each.start_at <= now < each.end_at for each in person.time_off.all()):
        return _("Time off"), "quiet"
    return _("Off now"), "quiet"


def _hours(person: Reviewer, now: datetime) -> str:
    """Of today, by the clock on their own wall."""
    wall = now.astimezone(ZoneInfo(person.time_zone))
    week = list(person.working_hours.all())
    today = [f"{each.start:%H:%M}–{each.end:%H:%M}" for each in week if each.weekday == wall.weekday()]
    hours = ", ".join(today) if today else _("not today") if week else _("all hours")
    return _("%(hours)s (%(zone)s, now %(time)s)") % {
        "hours": hours,
        "zone": person.time_zone.replace("_", " "),
        "time": f"{wall:%H:%M}",
    }


def _off(person: Reviewer, now: datetime) -> str:
    coming = [each for each in person.time_off.all() if each.end_at > now and each.start_at <= now + SOON]
    zone = ZoneInfo(person.time_zone)
    return ", ".join(
        f"{each.start_at.astimezone(zone):%-d %b %H:%M} – {each.end_at.astimezone(zone):%-d %b %H:%M}"
        for each in coming
    )


def _member(request: HttpRequest, person: Reviewer, form: AbsenceForm, *, status: int = 200) -> TemplateResponse:
    held = _held(person)
    seen = held.visible_to(viewer_of(request)).with_names().defer("context_data", "digest", "metadata")
    count = seen.count()
    shown = {
        **admin.site.each_context(request),
        "title": person.display_name,
        "member": _facts(person, timezone.now()),
        "form": form,
        "held": seen.order_by("queue_at", "id")[:SHOWN],
        "count": count,
        "elsewhere": held.count() - count,
    }
    return TemplateResponse(request, "desk/team_member.html", shown, status=status)


def _give_back(request: HttpRequest, person: Reviewer, reason: str) -> None:
    """Each by its verb, so that one that is refused harms no other; what was skipped is told with its reasons."""
    done, left = 0, []
    for pk in list(_held(person).order_by("queue_at", "id").values_list("pk", flat=True)[:GIVEN_BACK_AT_MOST]):
        try:
            lifecycle.release(pk, by=viewer_of(request), reason=reason)
        except (Refusal, Escalation.DoesNotExist) as refusal:
            left.append(skipped.reason(refusal))
        else:
            done += 1
    said = ngettext(
        "%(count)s task was given back and goes to whoever is next.",
        "%(count)s tasks were given back and go to whoever is next.",
        done,
    )
    messages.success(request, said % {"count": done})
    if left:
        messages.warning(request, skipped.words(left))


def _held(person: Reviewer) -> Any:  # noqa: ANN401 - an EscalationQuerySet
    return Escalation.objects.unfinished().filter(assigned_to=person)


def _led(request: HttpRequest, pk: UUID) -> Reviewer:
    """Somebody whose presence the viewer may change. Raises PermissionDenied and Http404."""
    viewer = viewer_of(request)
    if not may_lead(viewer):
        raise PermissionDenied
    people = Reviewer.objects.visible_to(viewer).active().exclude(role=Role.READ_ONLY)
    return get_object_or_404(people.distinct(), pk=pk)


def _log(request: HttpRequest, person: Reviewer, said: str) -> None:
    LogEntry.objects.log_actions(viewer_of(request).pk, [person], CHANGE, said, single_object=True)
