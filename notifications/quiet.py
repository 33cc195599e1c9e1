"""Quiet hours, by each person's own clock: what is not urgent waits until they end, and comes then as one message.

Whatever is due is asked again when it is about to leave, so that a retry or a worker that was away wakes nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from notifications.messages import DIGEST
from notifications.models import Attempt, Delivery, QuietHours
from reviewers.hours import Hours, Schedule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, time
    from uuid import UUID

    from notifications.outbox import Leased
    from reviewers.models import Reviewer

WEEK = range(7)


class NoQuietHours(Exception):
    """Quiet hours need a beginning and another end."""


def end(quiet: QuietHours, zone: str, at: datetime) -> datetime | None:
    """When they end, if that moment is in them."""
    plan = Schedule(ZoneInfo(zone), tuple(Hours(day, quiet.start, quiet.end) for day in WEEK))
    return plan.next_change(at) if plan.is_on(at) else None


def ends(people: Iterable[Reviewer], at: datetime) -> dict[UUID, datetime]:
    """Of those whose hours are quiet then: until when."""
    zones = {each.pk: each.time_zone for each in people}
    found = ((row.pk, end(row, zones[row.pk], at)) for row in QuietHours.objects.filter(reviewer__in=zones))
    return {pk: until for pk, until in found if until is not None}


def keep(reviewer: Reviewer, start: time | None, until: time | None) -> None:
    """Every day from `start` until `until`; without both, none. What waits is told when the new ones end."""
    if (start is None) != (until is None) or (start is not None and start == until):
        raise NoQuietHours
    with transaction.atomic():
        if start is None or until is None:
            QuietHours.objects.filter(reviewer=reviewer).delete()
        else:
            QuietHours.objects.update_or_create(reviewer=reviewer, defaults={"start": start, "end": until})
        now = timezone.now()
        held = Delivery.objects.filter(endpoint__reviewer=reviewer, status=Delivery.Status.PENDING, type=DIGEST)
        held.filter(attempts=0, is_urgent=False, lease=None).update(
            next_attempt_at=ends([reviewer], now).get(reviewer.pk, now)
        )


def heed(leased: Sequence[Leased]) -> list[Leased]:
    """Those of them that may leave now. The others are put off until quiet hours end, as if never tried."""
    ids = [each.id for each in leased]
    quiet = Delivery.objects.filter(pk__in=ids, is_urgent=False, endpoint__reviewer__quiet_hours__isnull=False)
    now, held = timezone.now(), set()
    for delivery in quiet.select_related("endpoint__reviewer__quiet_hours").defer("body"):
        person = delivery.endpoint.reviewer
        until = end(person.quiet_hours, person.time_zone, now) if person else None
        if until:
            held.add(delivery.pk)
            _put_off(next(each for each in leased if each.id == delivery.pk), until)
    return [each for each in leased if each.id not in held]


@transaction.atomic
def _put_off(leased: Leased, until: datetime) -> None:
    mine = Delivery.objects.filter(pk=leased.id, lease=leased.lease)
    if mine.update(lease=None, next_attempt_at=until, step=F("step") - 1, attempts=F("attempts") - 1):
        Attempt.objects.filter(delivery=leased.id, n=leased.attempt).delete()
