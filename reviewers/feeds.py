"""Calendars of who is on call, each at a secret address: of a rotation, or of what one person is on call for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reviewers import ical, oncall
from reviewers.ical import Entry
from reviewers.models import Feed, Rotation
from reviewers.models.oncall import feed_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from reviewers.models import Reviewer
    from reviewers.oncall import Shift

AHEAD = timedelta(days=180)
CACHED = 300  # seconds


def renew(owner: Reviewer, rotation: Rotation | None) -> Feed:
    """A new address. The older one is known no more."""
    return Feed.objects.update_or_create(owner=owner, rotation=rotation, defaults={"token": feed_token()})[0]


def addresses(owner: Reviewer) -> dict[int | None, str]:
    """By the rotation's id; None is the person's own."""
    return {each.rotation_id: _address(each) for each in Feed.objects.filter(owner=owner)}


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - the address says it all
    feeds = Feed.objects.select_related("owner", "rotation").filter(token=token, owner__is_active=True)
    if "\0" in token or (feed := feeds.first()) is None:
        raise Http404
    now = datetime.now(UTC)
    name = _("On call: %(name)s") % {"name": feed.rotation or feed.owner}
    told = ical.calendar(name, _entries(feed, now), at=now)
    headers = {"Cache-Control": f"private, max-age={CACHED}", "Content-Disposition": 'inline; filename="oncall.ics"'}
    return HttpResponse(told, content_type="text/calendar; charset=utf-8", headers=headers)


def _entries(feed: Feed, now: datetime) -> Iterator[Entry]:
    rotations = [feed.rotation] if feed.rotation else Rotation.objects.filter(is_active=True)
    for rotation in rotations:
        for shift in oncall.shifts(rotation, _beginning(now), now + AHEAD):
            if feed.rotation or shift.in_turn == feed.owner:
                yield Entry(_uid(rotation, shift), shift.start, shift.end, _summary(rotation, shift))


def _beginning(now: datetime) -> datetime:
    """The first of the month before: what is cut off there keeps its start, and so its name, for a month."""
    last_month = now.replace(day=1) - timedelta(days=1)
    return last_month.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _uid(rotation: Rotation, shift: Shift) -> str:
    return f"oncall-{rotation.pk}-{ical.moment(shift.start)}@{settings.PUBLIC_URL.split('://')[-1]}"


def _summary(rotation: Rotation, shift: Shift) -> str:
    if shift.reviewer:
        return _("%(name)s is on call for %(rotation)s") % {"name": shift.reviewer, "rotation": rotation}
    if shift.in_turn:
        said = _("Nobody is on call for %(rotation)s: %(name)s is off then")
        return said % {"rotation": rotation, "name": shift.in_turn}
    return _("Nobody is on call for %(rotation)s") % {"rotation": rotation}


def _address(feed: Feed) -> str:
    return f"{settings.PUBLIC_URL}{reverse('oncall_feed', args=[feed.token])}"
