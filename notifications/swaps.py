"""Both hear what becomes of a swap on call: each state once, also after the sweep was away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from notifications.announcing import Announcement, announce
from reviewers import swaps
from reviewers.models import Swap

if TYPE_CHECKING:
    from datetime import datetime

    from reviewers.models import Reviewer

BATCH = 200
IS_DUE = """
    EXISTS (SELECT FROM reviewers_swap WHERE NOT (told = state))
    OR EXISTS (SELECT FROM reviewers_swap WHERE state = 'open' AND expires_at <= %(now)s)"""
State = Swap.State


def sweep() -> None:
    """End what nobody answered in time, and tell of what is new."""
    swaps.expire()
    with transaction.atomic():
        people = ("rotation", "giver", "taker")
        news = Swap.objects.exclude(told=F("state")).select_for_update(skip_locked=True, of=("self",)).order_by("pk")
        for swap in news.select_related(*people)[:BATCH]:
            announce(_announcement(swap), _hearers(swap))
            Swap.objects.filter(pk=swap.pk).update(told=swap.state)


def _hearers(swap: Swap) -> list[Reviewer]:
    match swap.state:
        case State.OPEN | State.WITHDRAWN:
            return [swap.taker]
        case State.DECLINED:
            return [swap.giver]
    return [swap.giver, swap.taker]


def _announcement(swap: Swap) -> Announcement:
    named = {"giver": swap.giver, "taker": swap.taker, "rotation": swap.rotation}
    subjects = {
        State.OPEN: _("%(giver)s asks you to be on call for %(rotation)s"),
        State.ACCEPTED: _("Swapped on call for %(rotation)s: %(taker)s takes over from %(giver)s"),
        State.DECLINED: _("%(taker)s cannot be on call for you in %(rotation)s"),
        State.WITHDRAWN: _("%(giver)s no longer asks you to be on call for %(rotation)s"),
        State.EXPIRED: _("A swap on call for %(rotation)s was not answered in time: nothing changes"),
    }
    subject = subjects[State(swap.state)] % named
    return Announcement("swap", f"swap:{swap.pk}:{swap.state}", subject, _said(swap), "/desk/oncall/")


def _said(swap: Swap) -> str:
    zone = ZoneInfo(swap.rotation.time_zone)
    said = [_("%(name)s: %(time)s.") % {"name": swap.taker, "time": _time(swap.start_at, swap.end_at, zone)}]
    if swap.return_start_at and swap.return_end_at:
        time = _time(swap.return_start_at, swap.return_end_at, zone)
        said.append(_("In return %(name)s: %(time)s.") % {"name": swap.giver, "time": time})
    said.append(_("Times are those of %(zone)s.") % {"zone": swap.rotation.time_zone})
    if swap.state == State.OPEN:
        by = f"{swap.expires_at.astimezone(zone):%a %-d %b %H:%M}"
        said.append(_("Accept or decline it on the page On call, by %(time)s.") % {"time": by})
    return " ".join(said)


def _time(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    return f"{start.astimezone(zone):%a %-d %b %H:%M} – {end.astimezone(zone):%a %-d %b %H:%M}"
