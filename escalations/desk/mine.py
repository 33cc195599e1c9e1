"""My work: what somebody has claimed, what rests with the agent or until a time, and what they have answered today."""

from __future__ import annotations

import contextlib
import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib import admin
from django.db.models import F
from django.db.models.functions import Left
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from escalations import log
from escalations.desk import keymap, queue, rows, spoken, undo, why
from escalations.desk.answered import Report, report
from escalations.desk.listing import Listing
from escalations.desk.people import viewer_of
from escalations.models import Draft, Escalation, Event

if TYPE_CHECKING:
    from django.http import HttpRequest

    from reviewers.models import Reviewer

HELD_AT_MOST = 300
DONE_AT_MOST = 500  # of one day, counted; and so many are listed:
DONE_SHOWN = 100
DRAFTS_AT_MOST = 50


class Held(NamedTuple):
    """One that this person has; `waited` is how long the agent has been asked."""

    row: dict[str, Any]
    escalation: Escalation
    has_draft: bool
    why: str
    waited: str


class Done(NamedTuple):
    """An answer of today; `took` is from claim to answer, None when both were one act."""

    escalation: Escalation
    at: datetime
    took: timedelta | None
    words: str
    report: Report | None


@dataclass(frozen=True)
class Today:
    done: list[Done]
    count: int
    has_more: bool
    median: str

    @property
    def shown(self) -> list[Done]:
        return self.done[:DONE_SHOWN]


@require_safe
def page(request: HttpRequest) -> TemplateResponse:
    viewer = viewer_of(request)
    head = log.head()  # before the lists: what happens in between comes twice at worst, never not at all
    drafts = _drafts(viewer)
    groups = _held(viewer, {draft.escalation_id for draft in drafts})
    held = {each.escalation.pk for group in groups.values() for each in group}
    shown = {
        **admin.site.each_context(request),
        "title": _("My work"),
        "keys": keymap.of(keymap.MINE),
        "head": head,
        "now": timezone.now(),
        "groups": groups,
        "today": today(viewer, _zone(request)),
        "left_drafts": [draft for draft in drafts if draft.escalation_id not in held],
        "undo": undo.offered(request),
        "listing": Listing(),
    }
    return TemplateResponse(request, "desk/mine.html", shown)


def today(viewer: Reviewer, zone: ZoneInfo) -> Today:
    """What they have answered since midnight in that zone, the newest first, each once."""
    midnight = timezone.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    answers = (
        Event.objects.filter(type=Event.Type.RESOLVED, at__gte=midnight, reviewer=viewer)
        .select_related("escalation")
        .only("at", "facts", *(f"escalation__{name}" for name in ("number", "source_agent", "receipt", "status")))
        .annotate(excerpt=Left(F("escalation__issue_description"), queue.EXCERPT))
        .order_by("-at", "-id")[: DONE_AT_MOST + 1]
    )
    done = list({event.escalation_id: _done(event) for event in reversed(answers)}.values())[::-1]
    times = [each.took.total_seconds() for each in done if each.took is not None]
    return Today(
        done=done,
        count=min(len(done), DONE_AT_MOST),
        has_more=len(answers) > DONE_AT_MOST,
        median=spoken.span(statistics.median(times)) if times else "",
    )


def _held(viewer: Reviewer, drafted: set[Any]) -> dict[str, list[Held]]:
    """In the queue's order; each in the one place where it is looked for."""
    found = queue.only_rows(Escalation.objects.assigned_to(viewer)).in_queue_order()[:HELD_AT_MOST]
    groups: dict[str, list[Held]] = {"claimed": [], "assigned": [], "asked": [], "snoozed": []}
    now = timezone.now()
    for each in found:
        reason = why.of(each)
        waited = spoken.age((now - each.paused_at).total_seconds()) if each.paused_at else ""
        one = Held(rows.facts(each, now), each, each.pk in drafted, reason.short if reason else "", waited)
        groups[_group(each)].append(one)
    return groups


def _group(escalation: Escalation) -> str:
    if escalation.is_snoozed:
        return "snoozed"
    if escalation.waiting_on == "agent":
        return "asked"
    return "claimed" if escalation.claimed_at else "assigned"


def _drafts(viewer: Reviewer) -> list[Draft]:
    """Answers begun, also of what somebody else has got since."""
    visible = Escalation.objects.visible_to(viewer)
    found = Draft.objects.filter(reviewer=viewer, escalation__in=visible).select_related("escalation__assigned_to")
    return list(found.defer("content", "escalation__context_data").order_by("-saved_at")[:DRAFTS_AT_MOST])


def _done(event: Any) -> Done:  # noqa: ANN401 - an event with its annotation
    escalation = event.escalation
    escalation.excerpt = event.excerpt
    claimed_at = parse_datetime(event.facts.get("claimed_at") or "")
    took = event.at - claimed_at if claimed_at else timedelta(0)
    return Done(
        escalation=escalation,
        at=event.at,
        took=took if took > timedelta(seconds=1) else None,
        words=rows.title(escalation),
        report=report(escalation),
    )


def _zone(request: HttpRequest) -> ZoneInfo:
    """The browser's, where its script has told it."""
    with contextlib.suppress(ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(request.GET.get("zone") or "UTC")
    return ZoneInfo("UTC")
