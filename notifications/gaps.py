"""Gaps on call are told before they come: once when they are seen, and once more when they are a day ahead.

A gap is the same one for as long as some of it stays open, however its ends move. One that was covered and opens again
is another.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from escalations import policies
from escalations.models import Policy
from notifications import announcing
from notifications.announcing import Announcement
from notifications.models import GapWarning
from reviewers import oncall
from reviewers.models import Pool

if TYPE_CHECKING:
    from datetime import datetime

    from reviewers.oncall import Shift

LOOKING = 7_034_003  # the advisory lock of whoever looks for gaps
CODE = "gap"
REMIND = timedelta(hours=24)
KEPT = timedelta(days=30)


@transaction.atomic
def sweep() -> None:
    """Tell of the gaps that lie ahead. One process at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOOKING])
        if cursor.fetchone() != (True,):
            return
    now = timezone.now()
    for pool in Pool.objects.filter(rotation__isnull=False).select_related("rotation", "manager"):
        _look(pool, now)
    without = GapWarning.objects.filter(pool__rotation=None, covered_at=None)
    _cover(list(without), now)
    GapWarning.objects.filter(Q(covered_at__isnull=False) | Q(end_at__lt=now), end_at__lt=now - KEPT).delete()


def _look(pool: Pool, now: datetime) -> None:
    assert pool.rotation is not None  # noqa: S101 - as selected
    ahead = now + timedelta(days=settings.GAP_WARNING_DAYS)
    known = list(GapWarning.objects.filter(pool=pool, covered_at=None, end_at__gt=now).order_by("start_at"))
    found = oncall.gaps(pool.rotation, now, ahead)
    for gap in found:
        told = [each for each in known if each.start_at <= gap.end and each.end_at >= gap.start]
        if not told:
            _tell(pool, gap, _first(pool, gap, now))
        for warning in told:
            _remind(warning, pool, gap, now)
    gone = [each for each in known if not any(each.start_at <= gap.end and each.end_at >= gap.start for gap in found)]
    _cover(gone, now)


def _first(pool: Pool, gap: Shift, now: datetime) -> GapWarning:
    """One that is less than a day ahead is told of once."""
    is_near = gap.start <= now + REMIND
    return GapWarning.objects.create(
        pool=pool, start_at=gap.start, end_at=gap.end, told_at=now, reminded_at=now if is_near else None
    )


def _remind(warning: GapWarning, pool: Pool, gap: Shift, now: datetime) -> None:
    if gap.end > warning.end_at:
        warning.end_at = gap.end
        warning.save(update_fields=["end_at"])
    if warning.reminded_at is None and gap.start <= now + REMIND:
        warning.reminded_at = now
        warning.save(update_fields=["reminded_at"])
        _tell(pool, gap, warning, is_again=True)


def _cover(warnings: list[GapWarning], now: datetime) -> None:
    for warning in warnings:
        GapWarning.objects.filter(pk=warning.pk).update(covered_at=now)
        announcing.withdraw(code=CODE, key=_key(warning))


def _tell(pool: Pool, gap: Shift, warning: GapWarning, *, is_again: bool = False) -> None:
    people = policies.hearers(Policy.Action.NOTIFY_MANAGER, pool, timezone.now()).reviewers
    key = f"{_key(warning)}:{'again' if is_again else 'first'}"
    announcing.announce(Announcement(CODE, key, _subject(pool, gap), _said(gap), "/desk/oncall/"), people)


def _subject(pool: Pool, gap: Shift) -> str:
    assert pool.rotation is not None  # noqa: S101 - as selected
    zone = ZoneInfo(pool.rotation.time_zone)
    start, end = (f"{each.astimezone(zone):%a %-d %b %H:%M}" for each in (gap.start, gap.end))
    named = {"pool": pool, "start": start, "end": end, "zone": pool.rotation.time_zone}
    return _("Nobody is on call for %(pool)s from %(start)s to %(end)s (%(zone)s)") % named


def _said(gap: Shift) -> str:
    first = _("It falls to %(name)s, who is off then.") % {"name": gap.in_turn} if gap.in_turn else ""
    return " ".join(filter(None, (first, _("Let somebody stand in, on the page On call."))))


def _key(warning: GapWarning) -> str:
    return f"gap:{warning.pk}"
