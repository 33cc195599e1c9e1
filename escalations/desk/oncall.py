"""On call: who is for each pool, who comes next, what waits there, and where nobody is; and taking over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from escalations.desk.people import may_act, may_lead, viewer_of
from escalations.models import Escalation
from reviewers import feeds, oncall, reach, swaps
from reviewers.models import Override, Pool, Rotation, Swap
from reviewers.oncall import first_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escalations.models import EscalationQuerySet
    from reviewers.models import Reviewer
    from reviewers.oncall import Shift, Standing

DAY = timedelta(days=1)
DAYS_SHOWN = oncall.AHEAD // DAY
NOTE_AT_MOST = 4000  # characters
TAKE_OVER = (
    ("1", gettext_lazy("1 hour")),
    ("4", gettext_lazy("4 hours")),
    ("8", gettext_lazy("8 hours")),
    ("24", gettext_lazy("24 hours")),
)


class TakeOverForm(forms.Form):
    hours = forms.ChoiceField(choices=TAKE_OVER)


class NoteForm(forms.Form):
    note = forms.CharField(max_length=NOTE_AT_MOST, required=False, strip=True)


class Work(NamedTuple):
    """How many of a pool are not finished, of these late, and how many came in today."""

    open: int = 0
    overdue: int = 0
    today: int = 0


class Row(NamedTuple):
    pool: Pool
    standing: Standing
    work: Work


class Part(NamedTuple):
    """A shift as far as it lies in one day; without a moment it begins, or ends, with the day."""

    shift: Shift
    begins: datetime | None
    ends: datetime | None


class OneDay(NamedTuple):
    day: datetime
    parts: list[Part]


class Offer(NamedTuple):
    """A swap, and what the viewer may do with it."""

    swap: Swap
    may_answer: bool
    may_withdraw: bool


@dataclass(frozen=True)
class Board:
    """Everything about one rotation."""

    rotation: Rotation
    standing: Standing
    feed: str
    mine: Override | None  # by which the viewer stands in now
    note: str
    offers: list[Offer]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.rotation.time_zone)

    @property
    def people(self) -> list[Reviewer]:
        """Whoever is on call in these days, once."""
        return list({each.reviewer.pk: each.reviewer for each in self.standing.ahead if each.reviewer}.values())

    @property
    def days(self) -> list[OneDay]:
        return list(by_day(self.standing.ahead, self.zone))


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    viewer, rotation = viewer_of(request), find(request, pk)
    form = TakeOverForm(request.POST)
    if not may_act(viewer):
        return _page(request, status=403, problem=_("Your role only looks on. Ask an admin to change that."))
    if not rotation.is_active or not form.is_valid():
        return _page(request, status=400, problem=_("Choose for how long you take over."))
    until = datetime.now(UTC) + timedelta(hours=int(form.cleaned_data["hours"]))
    oncall.take_over(rotation, viewer, until=until)
    shown = f"{until.astimezone(ZoneInfo(rotation.time_zone)):%Y-%m-%d %H:%M}"
    said = _("You are on call for %(rotation)s until %(until)s (%(zone)s).")
    messages.success(request, said % {"rotation": rotation, "until": shown, "zone": rotation.time_zone})
    return _back()


@require_POST
def hand_back(request: HttpRequest, pk: int) -> HttpResponse:
    rotation = find(request, pk)
    oncall.hand_back(rotation, viewer_of(request))
    messages.success(request, _("You no longer stand in for %(rotation)s.") % {"rotation": rotation})
    return _back()


@require_POST
def keep_note(request: HttpRequest, pk: int) -> HttpResponse:
    viewer, rotation, form = viewer_of(request), find(request, pk), NoteForm(request.POST)
    if not may_act(viewer):
        return _page(request, status=403, problem=_("Your role only looks on. Ask an admin to change that."))
    if not form.is_valid():
        problem = _("The note is too long: at most %(most)s characters.") % {"most": NOTE_AT_MOST}
        return _page(request, status=400, problem=problem, typed={rotation.pk: request.POST.get("note", "")})
    oncall.keep_note(rotation, form.cleaned_data["note"], by=viewer)
    messages.success(request, _("The hand-over note is saved."))
    return _back()


@require_POST
def new_feed(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new secret address; an older one of the same feed works no more."""
    feeds.renew(viewer_of(request), find(request, pk) if pk is not None else None)
    messages.success(request, _("The calendar's address is new. Keep it to yourself: whoever has it can read it."))
    return _back()


def by_day(shifts: Iterable[Shift], zone: ZoneInfo) -> Iterable[OneDay]:
    """The same shifts, day after day by that zone's clock."""
    shifts = list(shifts)
    first = shifts[0].start.astimezone(zone).date()
    for day in (first + DAY * n for n in range(DAYS_SHOWN)):
        start, end = (first_at(datetime.combine(each, time.min), zone) for each in (day, day + DAY))
        parts = [
            Part(each, each.start if each.start > start else None, each.end if each.end < end else None)
            for each in shifts
            if each.start < end and each.end > start
        ]
        yield OneDay(start.astimezone(zone), parts)


def offers(rotation: Rotation, viewer: Reviewer, now: datetime) -> list[Offer]:
    """Of what is still to come: open ones, and what became of the others."""
    return [offered(each, viewer) for each in swaps.ahead(rotation, now)]


def offered(swap: Swap, viewer: Reviewer) -> Offer:
    is_open = swap.state == Swap.State.OPEN and swap.expires_at > datetime.now(UTC)
    return Offer(swap, is_open and swap.taker == viewer, is_open and (swap.giver == viewer or may_lead(viewer)))


def _page(
    request: HttpRequest, *, status: int = 200, problem: str = "", typed: dict[int, str] | None = None
) -> TemplateResponse:
    viewer, now = viewer_of(request), datetime.now(UTC)
    pools = list(Pool.objects.visible_to(viewer).select_related("rotation"))
    rotations = _rotations(viewer)
    standings = {each.pk: oncall.standing(each, now) for each in rotations}
    work = _work(viewer, pools, now)
    addresses = feeds.addresses(viewer)
    shown = {
        **admin.site.each_context(request),
        "title": _("On call"),
        "problem": problem,
        "rows": [
            Row(each, standings[each.rotation_id], work.get(each.pk, Work())) for each in pools if each.rotation_id
        ],
        "without": [each for each in pools if each.rotation_id is None],
        "boards": [
            Board(
                each,
                standings[each.pk],
                addresses.get(each.pk, ""),
                oncall.standing_in(each, viewer),
                (typed or {}).get(each.pk, each.handover_note),
                offers(each, viewer, now),
            )
            for each in rotations
        ],
        "own_feed": addresses.get(None, ""),
        "lengths": TAKE_OVER,
        "may_act": may_act(viewer),
        "note_at_most": NOTE_AT_MOST,
        "is_open": reach.is_open(),
        "lost": reach.lost() if reach.is_open() else set(),
    }
    return TemplateResponse(request, "desk/oncall.html", shown, status=status)


def _rotations(viewer: Reviewer) -> list[Rotation]:
    """Of the pools that the viewer sees, and those in which they have turns."""
    pools = Pool.objects.visible_to(viewer).values("pk")
    seen = Rotation.objects.filter(Q(pools__in=pools) | Q(turns__reviewer=viewer)).select_related("noted_by")
    return list(seen.distinct())


def find(request: HttpRequest, pk: int) -> Rotation:
    """Raises Http404 for one that the viewer does not see."""
    return get_object_or_404(Rotation, pk__in=[each.pk for each in _rotations(viewer_of(request))], pk=pk)


def _work(viewer: Reviewer, pools: list[Pool], now: datetime) -> dict[int, Work]:
    """By the pool's id. Today begins by the viewer's clock."""
    zone = ZoneInfo(viewer.time_zone)
    midnight = first_at(datetime.combine(now.astimezone(zone).date(), time.min), zone)
    ours = Escalation.objects.filter(pool__in=pools).for_people().order_by()
    counted = [_by_pool(each) for each in (ours.unfinished(), ours.overdue(), ours.filter(created_at__gte=midnight))]
    return {pool.pk: Work(*(each.get(pool.pk, 0) for each in counted)) for pool in pools}


def _by_pool(escalations: EscalationQuerySet) -> dict[int, int]:
    counts = escalations.values("pool").annotate(n=Count("pk"))
    return {each["pool"]: each["n"] for each in counts}


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:desk_oncall"))
