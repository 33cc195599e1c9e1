"""The page of one escalation: what is asked, what the agent knows, what happened, and what you can do."""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from escalations import leases, log
from escalations.desk import answered, context, keymap, neighbours, reason, reuse, rows, spoken, timeline, undo, why
from escalations.desk.answering.form import AnswerForm
from escalations.desk.answering.panel import panel
from escalations.desk.handover import HandOverForm
from escalations.desk.listing import Listing
from escalations.desk.people import may_act, may_lead, viewer_of
from escalations.desk.thread import AskForm
from escalations.models import Escalation, Priority, Status
from reviewers.models import Reviewer

MESSAGES_SHOWN = 6  # of the thread; earlier ones are folded


@dataclass(frozen=True)
class May:
    """What this person can do with this escalation now. The verbs decide again when it is done."""

    claim: bool
    answer: bool
    ask: bool
    snooze: bool
    wake: bool
    release: bool
    decline: bool
    hand_over: bool
    prioritise: bool
    correct: bool

    @classmethod
    def of(cls, escalation: Escalation, viewer: Reviewer) -> "May":
        acts = may_act(viewer) and not escalation.is_finished
        is_mine = escalation.assigned_to_id == viewer.pk
        is_ours = acts and (is_mine or escalation.claimed_at is None)
        leads = may_lead(viewer)
        return cls(
            claim=acts and escalation.claimed_at is None,
            answer=is_ours,
            ask=is_ours,
            snooze=is_ours and not escalation.is_snoozed,
            wake=acts and is_mine and escalation.is_snoozed,
            release=acts and escalation.assigned_to_id is not None and (is_mine or leads),
            decline=acts and is_mine,
            hand_over=acts and leads,
            prioritise=acts and leads,
            correct=may_act(viewer) and escalation.status == Status.RESOLVED and (is_mine or leads),
        )

    def __str__(self) -> str:
        """In words, so that a page notices when they change."""
        return " ".join(each.name for each in fields(self) if getattr(self, each.name))

    @property
    def anything_else(self) -> bool:
        return self.ask or self.snooze or self.wake or self.release or self.decline or self.hand_over or self.prioritise


@require_safe
def page(request: HttpRequest, number: int) -> HttpResponse:
    try:
        return bench(request, number)
    except Escalation.DoesNotExist:
        return missing(request, number)


def visible(request: HttpRequest, number: int) -> Escalation:
    """Raises Escalation.DoesNotExist also for one that this person may not see."""
    return Escalation.objects.visible_to(viewer_of(request)).with_names().get(number=number)


def missing(request: HttpRequest, number: int) -> TemplateResponse:
    """Why there is nothing at this address, without telling what others have."""
    reference = f"ESC-{number}"
    title = _("%(reference)s is not here for you") % {"reference": reference}
    page = {**admin.site.each_context(request), "title": title, "reference": reference, "listing": came_from(request)}
    return TemplateResponse(request, "desk/missing.html", page, status=404)


def bench(
    request: HttpRequest,
    number: int,
    *,
    status: int = 200,
    refused: str = "",
    answer: AnswerForm | None = None,
    **typed: Any,  # noqa: ANN401 - the other forms, as they were sent
) -> TemplateResponse:
    """`refused` says why a verb was not done; what was typed comes back in its form: `answer`, `ask`, `hand_over`.

    Raises Escalation.DoesNotExist when there is none that this person may see.
    """
    viewer = viewer_of(request)
    head = log.head()  # before the escalation: what happens in between comes twice at worst, never not at all
    escalation = visible(request, number)
    if "x-refresh" not in request.headers:  # a page that keeps itself up to date is nobody's doing
        leases.renew(escalation, by=viewer)
    may = May.of(escalation, viewer)
    page: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"{escalation.reference} {rows.title(escalation)}",
        "keys": keymap.of(keymap.BENCH),
        "head": head,
        "now": timezone.now(),
        "refused": refused,
        "may_act": may_act(viewer),
        "undo": undo.offered(request),
        "answer": panel(viewer, escalation, may, answer or (reuse.form(request, escalation) if may.answer else None)),
        **_facts(escalation, viewer),
        **_thread(escalation),
        **_way(request, escalation, viewer),
        **_forms(escalation, may, typed),
    }
    return TemplateResponse(request, "desk/escalation.html", page, status=status)


def came_from(request: HttpRequest) -> Listing:
    """The view of the queue that the page was opened from."""
    return Listing.of_text(request.POST.get("from") or request.GET.get("from") or "")


def _thread(escalation: Escalation) -> dict[str, Any]:
    """The newest messages stand open; the agent's may have come while nobody looked."""
    messages = escalation.messages
    cut = len(messages) - MESSAGES_SHOWN if len(messages) > MESSAGES_SHOWN else 0
    waited = timezone.now() - escalation.paused_at if escalation.paused_at else timedelta(0)
    return {
        "earlier": messages[:cut],
        "latest": messages[cut:],
        "waited": spoken.age(waited.total_seconds()),
    }


def _facts(escalation: Escalation, viewer: Reviewer) -> dict[str, Any]:
    moments = timeline.of(escalation)
    is_mine = escalation.assigned_to_id == viewer.pk
    holds = is_mine and not escalation.is_finished
    return {
        "e": escalation,
        "row": rows.facts(escalation),
        "is_mine": is_mine,
        "why": why.of(escalation),
        "reason": reason.of(escalation),
        "action": answered.action(escalation),
        "given": answered.of(escalation),
        "shown": context.shown(escalation.context_data, escalation.digest),
        "moments": moments,
        "reached": timeline.reached(escalation, moments),
        **_lease(escalation, viewer, moments),
        "note": timeline.hand_over_note(moments) if holds else None,
        "sees_deliveries": viewer.has_perm("notifications.view_delivery"),
    }


def _lease(escalation: Escalation, viewer: Reviewer, moments: list[timeline.Moment]) -> dict[str, Any]:
    """Until when it is theirs if they do nothing; or that it was, and is not any more."""
    holds = escalation.assigned_to_id == viewer.pk and escalation.claimed_at is not None
    within = escalation.pool.claim_within
    if holds and within:
        return {"lapses_at": escalation.lapses_at, "lapses_within": int(within.total_seconds())}
    left = timeline.left_by(viewer, moments) if not escalation.is_finished else None
    return {"left_at": left and left.at}


def _way(request: HttpRequest, escalation: Escalation, viewer: Reviewer) -> dict[str, Any]:
    """Back to the view that this page was opened from, and on to its neighbours there."""
    listing = came_from(request)
    near = neighbours.of(escalation, viewer=viewer, listing=listing)
    return {
        "listing": listing,
        "near": near,
        "previous_url": near.previous and neighbours.address(near.previous, listing),
        "next_url": near.next and neighbours.address(near.next, listing),
        "here_url": neighbours.address(escalation.number, listing),
    }


def _forms(escalation: Escalation, may: May, typed: dict[str, Any]) -> dict[str, Any]:
    return {
        "may": may,
        "ask": typed.get("ask") or AskForm(),
        "hand_over": (typed.get("hand_over") or HandOverForm(escalation)) if may.hand_over else None,
        "priorities": Priority,
        "priority": typed.get("priority"),
        "failed": next(iter(typed), ""),
        "unsent": _unsent(may, typed),
    }


def _unsent(may: May, typed: dict[str, Any]) -> str:
    """What was typed into a form that is no longer there."""
    if "ask" in typed and not may.ask:
        return str(typed["ask"]["message"].value() or "")
    if "hand_over" in typed and not may.hand_over:
        return str(typed["hand_over"]["note"].value() or "")
    return ""
