"""How an escalation reads as a row of the queue. The row is the same for everybody who looks at it.

Who holds it stands in its data; whether that is "you", and which buttons are yours, the page decides.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from escalations.desk import spoken, why
from escalations.models import Escalation, Priority, Status
from reviewers.models import Reviewer

TITLE = 200  # characters
TAGS = 4
KEPT = 2000  # rendered rows


def facts(
    escalation: Escalation, now: datetime | None = None, viewer: Reviewer | None = None, drafts: Collection[UUID] = ()
) -> dict[str, Any]:
    """What the row template shows, ready made: a list has hundreds of rows. `drafts`: what the viewer has begun.

    The escalation comes from `queue.only_rows`, perhaps laid over by an event.
    """
    now = now or timezone.now()
    words, reference = _words(get_language()), {"reference": escalation.reference}
    found = {
        **reference,
        "escalation": escalation,
        "number": str(escalation.number),
        "address": _addresses() % escalation.number,
        "title": title(escalation),
        "priority": words[escalation.priority],
        "badge": escalation.priority,
        "stage": stage(escalation),
        "stage_words": words[f"stage {stage(escalation)}"],
        "owner": escalation.assignee_name,
        "is_mine": viewer is not None and viewer.pk == escalation.assigned_to_id,
        "is_claimable": not escalation.is_finished and escalation.claimed_at is None,
        "agent": escalation.source_agent,
        "pool": escalation.pool_name,
        "tags": tuple(escalation.tags[:TAGS]),
        "message_count": escalation.message_count,
        "is_bumped": escalation.bumped_at is not None,
        "claim_words": words["claim"] % reference,
        "pick_words": words["pick"] % reference,
        "wake_words": words["wake"] % reference,
        "has_draft": escalation.pk in drafts,
        "why": why.of(escalation),
        **_moments(escalation, now),
        **_time_left(escalation, now, words),
        **_rest(escalation, now),
    }
    return found | {"classes": _classes(found), "attributes": _attributes(found)}


def _moments(escalation: Escalation, now: datetime) -> dict[str, str]:
    return {
        "age": spoken.age((now - escalation.created_at).total_seconds()),
        "queue_at": _seconds(escalation.queue_at),
        "created_at": _seconds(escalation.created_at),
        "due_at": _seconds(escalation.due_at),
        "asked": escalation.created_at.isoformat(),
        "due": escalation.due_at.isoformat(),
    }


def _classes(found: dict[str, Any]) -> str:
    is_gone = found["escalation"].is_finished
    named = {"overdue": found["is_overdue"], "gone": is_gone, "mine": found["is_mine"]}
    return "".join(f" {name}" for name, holds in named.items() if holds)


def _attributes(found: dict[str, Any]) -> str:
    """What scripts know of a row. Made here because a template takes five times as long for it."""
    escalation = found["escalation"]
    return format_html(
        'id="e-{}" data-id="{}" data-version="{}" data-priority="{}" data-stage="{}" data-owner="{}" data-pool="{}"'
        ' data-queue="{}" data-created="{}" data-due="{}"{}{}',
        *(escalation.number, escalation.pk, escalation.version, escalation.priority, found["stage"]),
        *(escalation.assigned_to_id or "", escalation.pool_id),
        *(found["queue_at"], found["created_at"], found["due_at"]),
        format_html(" {}", "data-hold") if found["is_on_hold"] else "",
        format_html(' data-snoozed="{}"', found["snoozed_until"]) if escalation.snoozed_at else "",
    )


def _time_left(escalation: Escalation, now: datetime, said: dict[str, str]) -> dict[str, Any]:
    left = (escalation.due_at - now).total_seconds()
    is_running = not escalation.is_finished and escalation.waiting_on != "agent"
    is_overdue = is_running and left < 0
    is_soon = is_running and spoken.is_due_soon(escalation.created_at, escalation.due_at, now)
    words = said["overdue"] if is_overdue else said["left"]
    resting = "–" if escalation.is_finished else said["on hold"]
    return {
        "is_on_hold": not escalation.is_finished and not is_running,
        "is_overdue": is_overdue,
        "time_class": "chip" if is_overdue else "due-soon" if is_soon else "",
        "time_words": words % {"time": spoken.span(abs(left))} if is_running else resting,
    }


def _rest(escalation: Escalation, now: datetime) -> dict[str, Any]:
    """Whether it is put aside, and whether the agent has said something since."""
    until = escalation.snoozed_until
    return {
        "is_snoozed": escalation.snoozed_at is not None and (until is None or until > now),
        "snoozed_until": _seconds(until) if until else "",
        "wakes_at": until,
        "has_reply": escalation.message_count > 0 and escalation.waiting_on == "human" and not escalation.is_finished,
    }


@cache
def _words(_language: str | None) -> dict[str, str]:
    """Looked up once: to find ten words in a catalogue takes longer than all the rest of a row."""
    stages = {each.value: str(each.label) for each in Status} | {
        "assigned": _("Assigned to"),
        "claimed": _("Claimed by"),
    }
    return {
        **{each.value: str(each.label) for each in Priority},
        **{f"stage {name}": words for name, words in stages.items()},
        "claim": _("Claim %(reference)s"),
        "pick": _("Select %(reference)s"),
        "wake": _("Wake %(reference)s"),
        "overdue": _("Overdue %(time)s"),
        "left": _("%(time)s left"),
        "on hold": _("On hold"),
    }


@cache
def _addresses() -> str:
    """The address of an escalation's page, with a place for the number: asking Django each time costs a row's worth."""
    return reverse("admin:desk_escalation", args=[1]).replace("ESC-1/", "ESC-%d/")


def _seconds(at: datetime) -> str:
    """For scripts, so the same in every language."""
    return f"{at.timestamp():.6f}"


def title(escalation: Escalation) -> str:
    """The first words of the issue, on one line."""
    text = escalation.__dict__.get("excerpt") or escalation.issue_description
    return " ".join(text.split())[:TITLE]


def stage(escalation: Escalation) -> str:
    """Where it stands, in the word a row uses: an assigned one that is claimed is in work."""
    if escalation.status == Status.ASSIGNED and escalation.claimed_at:
        return "claimed"
    return escalation.status


def render(escalation: Escalation, now: datetime | None = None) -> str:
    return _html(facts(escalation, now))


def listed(
    escalations: Iterable[Escalation], now: datetime, viewer: Reviewer, drafts: Collection[UUID], came_from: str = ""
) -> list[dict[str, Any]]:
    """The facts of each, and its `html`; `came_from` is the query that leads back to the list."""
    found = [facts(escalation, now, viewer, drafts) for escalation in escalations]
    return [each | {"html": _html(each, came_from)} for each in found]


def _html(found: dict[str, Any], came_from: str = "") -> str:
    shown = tuple((name, value) for name, value in found.items() if name != "escalation")
    return _kept(get_language(), came_from, shown)


@lru_cache(maxsize=KEPT)
def _kept(_language: str | None, came_from: str, shown: tuple[tuple[str, Any], ...]) -> str:
    """The same facts make the same row: most of a list is as it was when somebody looked last."""
    return get_template("desk/row.html").render({"row": dict(shown), "from": came_from})
