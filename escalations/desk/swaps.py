"""Swapping on call: a page to offer a shift or a part of it, the answer of the colleague, and what a lead settles."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from escalations import hints
from escalations.desk import oncall as board
from escalations.desk.people import may_act, may_lead, viewer_of
from reviewers import swaps
from reviewers.models import Reviewer, Rotation, Swap
from reviewers.oncall import first_at
from reviewers.swaps import CannotSwap, Stretch, Terms

if TYPE_CHECKING:
    from reviewers.oncall import Shift

WALL = "%Y-%m-%dT%H:%M"
LOOKS_ON = gettext_lazy("Your role only looks on. Ask an admin to change that.")


class SwapForm(forms.Form):
    """`shift` and `in_return` name shifts by their ends, of which a rotation has one at a moment."""

    shift = forms.CharField(required=False)
    starts = forms.CharField(required=False)
    ends = forms.CharField(required=False)
    taker = forms.ModelChoiceField(Reviewer.objects.none())
    in_return = forms.CharField(required=False)


class Option(NamedTuple):
    value: str
    shift: Shift
    is_chosen: bool


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    viewer, rotation = viewer_of(request), board.find(request, pk)
    if not may_act(viewer):
        return _page(request, rotation, problem=str(LOOKS_ON), status=403)
    if request.method != "POST":
        return _page(request, rotation)
    try:
        terms = _terms(request, rotation)
        if "settle" in request.POST and may_lead(viewer):
            swaps.settle(rotation, terms, by=viewer)
            said = _("%(name)s is on call in the place of %(giver)s.")
        else:
            swaps.offer(rotation, terms)
            said = _("%(name)s is asked. Nothing changes until they accept.")
    except CannotSwap as reason:
        return _page(request, rotation, problem=str(reason), status=400)
    transaction.on_commit(hints.moved)
    messages.success(request, said % {"name": terms.taker, "giver": terms.giver})
    return _back()


@require_POST
def answer(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Accepted or declined by who is asked; withdrawn by who asked, or by a lead."""
    viewer = viewer_of(request)
    swap = get_object_or_404(Swap.objects.select_related("rotation", "giver", "taker"), pk=pk)
    board.find(request, swap.rotation_id)
    offer = board.offered(swap, viewer)
    try:
        if verb == "accept" and offer.may_answer:
            swaps.accept(swap, by=viewer)
            said = _("You are on call for it now.")
        elif verb == "decline" and offer.may_answer:
            swaps.decline(swap, by=viewer)
            said = _("You declined. %(name)s stays on call.") % {"name": swap.giver}
        elif verb == "withdraw" and offer.may_withdraw:
            swaps.withdraw(swap)
            said = _("The offer is withdrawn.")
        else:
            raise Http404
    except CannotSwap as reason:
        messages.error(request, str(reason))
    else:
        transaction.on_commit(hints.moved)
        messages.success(request, said)
    return _back()


def _terms(request: HttpRequest, rotation: Rotation) -> Terms:
    """What the form says. Raises CannotSwap."""
    form = SwapForm(request.POST)
    form.fields["taker"].queryset = swaps.colleagues(rotation)  # type: ignore[attr-defined] # a ModelChoiceField
    if not form.is_valid():
        raise CannotSwap(_("Choose who takes over."))
    typed, viewer = form.cleaned_data, viewer_of(request)
    shifts = {_value(each): each for each in swaps.shifts(rotation, datetime.now(UTC))}
    shift, returned = shifts.get(typed["shift"]), shifts.get(typed["in_return"])
    if shift is None or shift.in_turn is None or (shift.in_turn != viewer and not may_lead(viewer)):
        raise CannotSwap(_("Choose a shift."))
    if typed["in_return"] and (returned is None or returned.in_turn != typed["taker"]):
        raise CannotSwap(_("What is given in return must be a shift of %(name)s.") % {"name": typed["taker"]})
    zone = ZoneInfo(rotation.time_zone)
    part = Stretch(_moment(typed["starts"], zone) or shift.start, _moment(typed["ends"], zone) or shift.end)
    if not shift.start <= part.start < part.end <= shift.end:
        raise CannotSwap(_("A part must lie within the shift, and end after it begins."))
    return Terms(shift.in_turn, typed["taker"], part, Stretch(returned.start, returned.end) if returned else None)


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """By the rotation's clock; the minute in which a running shift is looked at is taken as now."""
    if not text:
        return None
    try:
        moment = first_at(datetime.strptime(text, WALL), zone)  # noqa: DTZ007 - the zone is the rotation's
    except (ValueError, OverflowError):
        raise CannotSwap(_("Give times as in 2026-12-31 23:30.")) from None
    now = datetime.now(UTC)
    return max(now, moment)


def _page(request: HttpRequest, rotation: Rotation, *, problem: str = "", status: int = 200) -> TemplateResponse:
    viewer, typed = viewer_of(request), request.POST
    found = [each for each in swaps.shifts(rotation, datetime.now(UTC)) if each.in_turn]
    chosen = typed.get("shift") or request.GET.get("shift", "")
    shown: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Swap a shift of %(rotation)s") % {"rotation": rotation},
        "rotation": rotation,
        "problem": problem,
        "shifts": [_option(each, chosen) for each in found if each.in_turn == viewer or may_lead(viewer)],
        "returns": [_option(each, typed.get("in_return", "")) for each in found],
        "colleagues": swaps.colleagues(rotation),
        "typed": typed,
        "may_lead": may_lead(viewer),
    }
    return TemplateResponse(request, "desk/swap.html", shown, status=status)


def _option(shift: Shift, chosen: str) -> Option:
    return Option(_value(shift), shift, _value(shift) == chosen)


def _value(shift: Shift) -> str:
    return f"{shift.end:%Y-%m-%dT%H:%M:%SZ}"


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:desk_oncall"))
