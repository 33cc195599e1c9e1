"""Who is on duty: the switch, the hours, the time off, and what they come to.

What they come to is kept in two columns, `on_duty` and the moment at which that changes. Routing reads them, and never
trusts them beyond that moment; a sweep brings up to date whoever has passed it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction
from django.db.models import Max, Min

from reviewers import clock
from reviewers.hours import Hours, Schedule, Span
from reviewers.models import Pool, Reviewer, ReviewerQuerySet, Seat, TimeOff, WorkingHours

AWAY_AT_MOST = timedelta(days=366)
BATCH = 500
KEPT = ("time_zone", "away_since", "away_until", "has_lapsed", "on_duty", "duty_changes_at")


class UnknownZone(Exception):
    """There is no such time zone."""


class CannotBeAway(Exception):
    """Choose a moment between now and a year ahead."""


@transaction.atomic
def go_away(reviewer: Reviewer, *, until: datetime | None = None, has_lapsed: bool = False) -> None:
    """Not on duty until then; without a moment, until they come back. Raises CannotBeAway."""
    now = clock.now()
    if until is not None and not timedelta(0) < until - now <= AWAY_AT_MOST:
        raise CannotBeAway
    _lock(reviewer)
    reviewer.away_since, reviewer.away_until, reviewer.has_lapsed = now, until, has_lapsed
    _settle(reviewer, now)


@transaction.atomic
def come_back(reviewer: Reviewer) -> None:
    """On duty again, as far as hours and time off allow it."""
    _lock(reviewer)
    reviewer.away_since, reviewer.away_until, reviewer.has_lapsed = None, None, False
    _settle(reviewer, clock.now())


@transaction.atomic
def keep_hours(reviewer: Reviewer, *, zone: str, hours: Iterable[Hours]) -> None:
    """Replace their working hours; none means all hours. Raises UnknownZone."""
    if zone not in available_timezones():
        raise UnknownZone
    _lock(reviewer)
    reviewer.time_zone = zone
    reviewer.working_hours.all().delete()
    WorkingHours.objects.bulk_create(WorkingHours(reviewer=reviewer, **each._asdict()) for each in hours)
    _settle(reviewer, clock.now())


@transaction.atomic
def take_off(reviewer: Reviewer, *, start_at: datetime, end_at: datetime, note: str = "") -> TimeOff:
    off = TimeOff.objects.create(reviewer=reviewer, start_at=start_at, end_at=end_at, note=note)
    refresh(reviewer)
    return off


def schedule(reviewer: Reviewer, after: datetime) -> Schedule:
    """What the person's rows say of the time after that moment. Two statements, unless they are prefetched."""
    hours = tuple(Hours(each.weekday, each.start, each.end) for each in reviewer.working_hours.all())
    off = [Span(each.start_at, each.end_at) for each in reviewer.time_off.all() if each.end_at > after]
    if reviewer.away_since:
        off.append(Span(reviewer.away_since, reviewer.away_until))
    return Schedule(ZoneInfo(reviewer.time_zone), hours, tuple(off))


def closing(pool: Pool) -> Schedule:
    """The pool is on but for its holidays."""
    return Schedule(ZoneInfo(pool.time_zone), closed=frozenset(each.on for each in pool.holidays.all()))


@transaction.atomic
def refresh(reviewer: Reviewer) -> None:
    """Work out what stands now, after hours or time off have changed or a moment has come."""
    _lock(reviewer)
    _settle(reviewer, clock.now())


def refresh_pool(pool: Pool, now: datetime | None = None) -> None:
    now = now or clock.now()
    plan = closing(pool)
    pool.is_open, pool.open_changes_at = plan.is_on(now), plan.next_change(now)
    pool.save(update_fields=["is_open", "open_changes_at"])


def refresh_due() -> int:
    """Bring up to date everybody whose duty has changed by now. Returns how many."""
    now = clock.now()
    due = list(ReviewerQuerySet(Reviewer).filter(duty_changes_at__lte=now).order_by("duty_changes_at")[:BATCH])
    for reviewer in due:
        refresh(reviewer)
    for pool in Pool.objects.filter(open_changes_at__lte=now):
        refresh_pool(pool, now)
    return len(due)


def level(reviewer: Reviewer) -> None:
    """Each seat starts at max(own served, least served of those on duty there)."""
    seats = Seat.objects.select_for_update().filter(reviewer=reviewer).order_by("pk")
    for seat in seats:
        Seat.objects.filter(pk=seat.pk).update(served=max(seat.served, least_served(seat.pool_id)))


def least_served(pool: int) -> int:
    """Of those who are on duty in the pool. Where nobody is, as much as anybody: who comes back later must not wait."""
    seats = Seat.objects.filter(pool=pool, reviewer__is_active=True)
    there = seats.filter(reviewer__on_duty=True).aggregate(least=Min("served"))["least"]
    return there if there is not None else seats.aggregate(most=Max("served"))["most"] or 0


def lock_seats(reviewer: Reviewer) -> None:
    """Until the transaction ends. Seats come before the person, as routing locks them."""
    list(Seat.objects.select_for_update(no_key=True).filter(reviewer=reviewer).order_by("pk"))


def _lock(reviewer: Reviewer) -> None:
    lock_seats(reviewer)
    reviewer.refresh_from_db(from_queryset=ReviewerQuerySet(Reviewer).select_for_update(no_key=True))


def _settle(reviewer: Reviewer, now: datetime) -> None:
    """Whoever comes on duty is level with those who are, so that nobody is flooded."""
    if reviewer.away_until is not None and reviewer.away_until <= now:
        reviewer.away_since, reviewer.away_until, reviewer.has_lapsed = None, None, False
    plan, was_on = schedule(reviewer, now), reviewer.on_duty
    reviewer.on_duty, reviewer.duty_changes_at = plan.is_on(now), plan.next_change(now)
    if reviewer.on_duty and not was_on:
        level(reviewer)
    reviewer.save(update_fields=list(KEPT))
