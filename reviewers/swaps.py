"""Swaps on call: somebody offers a time that falls to them, a colleague accepts, and both times become overrides.

Whoever accepts holds the rotation's row, so that of two who would take the same time one does. What the plan says is
asked again then: it may be another than on the day of the offer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from reviewers import duty, oncall
from reviewers.models import Override, Reviewer, ReviewerQuerySet, Role, Rotation, Swap, TimeOff

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from reviewers.oncall import Shift

AHEAD = timedelta(days=60)  # how far shifts are offered
State = Swap.State


class CannotSwap(Exception):
    """The message is a sentence for whoever tries."""


class Stretch(NamedTuple):
    """From `start` until before `end`."""

    start: datetime
    end: datetime


class Terms(NamedTuple):
    """Who gives which time to whom, and for which."""

    giver: Reviewer
    taker: Reviewer
    given: Stretch
    returned: Stretch | None = None


def colleagues(rotation: Rotation) -> ReviewerQuerySet:
    """Who may be on call in it: whoever has a turn, or answers in one of its pools."""
    seated = Q(seats__pool__rotation=rotation) & ~Q(role=Role.READ_ONLY)
    return ReviewerQuerySet(Reviewer).active().filter(seated | Q(turns__rotation=rotation)).distinct()


def shifts(rotation: Rotation, now: datetime) -> list[Shift]:
    """Those that somebody could give away. The last is left out where it is cut off, which is at midnight."""
    ends = (now + AHEAD).replace(hour=0, minute=0, second=0, microsecond=0)
    found = [each for each in oncall.shifts(rotation, now, ends) if each.in_turn]
    return found[:-1] if len(found) > 1 and found[-1].end == ends else found


def offer(rotation: Rotation, terms: Terms) -> Swap:
    """Open until the first of the times begins; one that has begun is offered until it ends. Raises CannotSwap."""
    now = datetime.now(UTC)
    _check(rotation, terms, now)
    return _keep(rotation, terms, now, State.OPEN, None)


@transaction.atomic
def settle(rotation: Rotation, terms: Terms, *, by: Reviewer) -> Swap:
    """Without asking: a lead says so. Raises CannotSwap."""
    now = datetime.now(UTC)
    _lock(rotation)
    _check(rotation, terms, now)
    swap = _keep(rotation, terms, now, State.ACCEPTED, by)
    _carry_out(swap, now)
    return swap


@transaction.atomic
def accept(swap: Swap, *, by: Reviewer) -> None:
    """Back, too, if they were away and it has begun. Raises CannotSwap, also when the plan has changed since."""
    now = datetime.now(UTC)
    _lock(swap.rotation)
    _end(swap, State.ACCEPTED, Swap.objects.filter(taker=by, expires_at__gt=now))
    _check(swap.rotation, _terms(swap), now)
    if by.away_since and swap.start_at <= now:
        duty.come_back(by)
    _carry_out(swap, now)


def decline(swap: Swap, *, by: Reviewer) -> None:
    _end(swap, State.DECLINED, Swap.objects.filter(taker=by))


def withdraw(swap: Swap) -> None:
    _end(swap, State.WITHDRAWN, Swap.objects.all())


def expire() -> int:
    """Offers that nobody answered in time. Returns how many."""
    return Swap.objects.filter(state=State.OPEN, expires_at__lte=datetime.now(UTC)).update(state=State.EXPIRED)


def ahead(rotation: Rotation, now: datetime) -> QuerySet[Swap]:
    """Offers of times that are still to come, with what became of them."""
    return rotation.swaps.filter(end_at__gt=now).select_related("giver", "taker", "set_by")


def _end(swap: Swap, state: Swap.State, allowed: QuerySet[Swap]) -> None:
    """Only the first who answers does."""
    if not allowed.filter(pk=swap.pk, state=State.OPEN).update(state=state):
        raise CannotSwap(_("This offer is not open any more."))
    swap.state = state


def _check(rotation: Rotation, terms: Terms, now: datetime) -> None:
    if not rotation.is_active:
        raise CannotSwap(_("This rotation is not active."))
    if terms.giver == terms.taker:
        raise CannotSwap(_("Choose somebody else than who has the shift."))
    if not colleagues(rotation).filter(pk=terms.taker.pk).exists():
        raise CannotSwap(_("%(name)s takes no part in this rotation.") % {"name": terms.taker})
    _check_time(rotation, terms.given, now, holder=terms.giver, successor=terms.taker)
    if terms.returned:
        _check_time(rotation, terms.returned, now, holder=terms.taker, successor=terms.giver)


def _check_time(rotation: Rotation, time: Stretch, now: datetime, *, holder: Reviewer, successor: Reviewer) -> None:
    start, end = max(time.start, now), time.end
    if not start < end <= now + AHEAD + timedelta(days=1):
        raise CannotSwap(_("Choose a time that lies within the next two months and ends after it begins."))
    if any(each.in_turn != holder for each in oncall.shifts(rotation, start, end)):
        raise CannotSwap(_("Not all of that time falls to %(name)s.") % {"name": holder})
    if TimeOff.objects.filter(reviewer=successor, start_at__lt=end, end_at__gt=start).exists():
        raise CannotSwap(_("%(name)s is off then.") % {"name": successor})


def _keep(rotation: Rotation, terms: Terms, now: datetime, state: Swap.State, by: Reviewer | None) -> Swap:
    given, returned = terms.given, terms.returned
    return Swap.objects.create(
        rotation=rotation,
        giver=terms.giver,
        taker=terms.taker,
        start_at=given.start,
        end_at=given.end,
        return_start_at=returned and returned.start,
        return_end_at=returned and returned.end,
        expires_at=min(each.start if each.start > now else each.end for each in filter(None, (given, returned))),
        state=state,
        set_by=by,
    )


def _carry_out(swap: Swap, now: datetime) -> None:
    """Other offers of the same time have nothing to give any more."""
    terms = _terms(swap)
    _stand_in(swap.rotation, terms.taker, terms.given, now)
    if terms.returned:
        _stand_in(swap.rotation, terms.giver, terms.returned, now)
    same = Swap.objects.filter(rotation=swap.rotation, giver=swap.giver, state=State.OPEN)
    same.filter(start_at__lt=swap.end_at, end_at__gt=swap.start_at).update(state=State.WITHDRAWN)


def _stand_in(rotation: Rotation, reviewer: Reviewer, time: Stretch, now: datetime) -> None:
    start = max(time.start, now)
    Override.objects.create(rotation=rotation, reviewer=reviewer, start_at=start, end_at=time.end, note=_("Swapped"))


def _terms(swap: Swap) -> Terms:
    has_return = swap.return_start_at is not None and swap.return_end_at is not None
    returned = Stretch(swap.return_start_at, swap.return_end_at) if has_return else None  # type: ignore[arg-type] # has_return
    return Terms(swap.giver, swap.taker, Stretch(swap.start_at, swap.end_at), returned)


def _lock(rotation: Rotation) -> None:
    Rotation.objects.select_for_update().only("pk").get(pk=rotation.pk)
