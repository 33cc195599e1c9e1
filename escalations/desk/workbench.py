"""The page of one escalation: what is asked, what the agent knows, what happened, and what you can do."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone

from escalations.desk import context, rows, timeline
from escalations.desk.forms import AnswerForm, HandOverForm
from escalations.desk.people import may_act, may_lead, viewer_of
from escalations.models import Escalation
from reviewers.models import Reviewer


@dataclass(frozen=True)
class May:
    """What this person can do with this escalation now. The verbs decide again when it is done."""

    claim: bool
    answer: bool
    release: bool
    decline: bool
    hand_over: bool

    @classmethod
    def of(cls, escalation: Escalation, viewer: Reviewer) -> "May":
        acts = may_act(viewer) and not escalation.is_finished
        is_mine = escalation.assigned_to_id == viewer.pk
        leads = acts and may_lead(viewer)
        return cls(
            claim=acts and escalation.claimed_at is None,
            answer=acts and (is_mine or escalation.claimed_at is None),
            release=acts and escalation.assigned_to_id is not None and (is_mine or leads),
            decline=acts and is_mine,
            hand_over=leads,
        )

    @property
    def anything(self) -> bool:
        return self.claim or self.answer or self.release or self.hand_over


def bench(
    request: HttpRequest,
    escalation: Escalation,
    *,
    status: int = 200,
    refused: str = "",
    answer: AnswerForm | None = None,
    hand_over: HandOverForm | None = None,
) -> TemplateResponse:
    """`refused` says why a verb was not done; what was typed comes back in the forms."""
    viewer = viewer_of(request)
    may = May.of(escalation, viewer)
    moments = timeline.of(escalation)
    page: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"{escalation.reference} {rows.title(escalation)}",
        "e": escalation,
        "row": rows.facts(escalation),
        "now": timezone.now(),
        "is_mine": escalation.assigned_to_id == viewer.pk,
        "may": may,
        "shown": context.shown(escalation.context_data),
        "moments": moments,
        "reached": timeline.reached(escalation, moments),
        "answer": answer or AnswerForm(),
        "hand_over": (hand_over or HandOverForm(escalation)) if may.hand_over else None,
        "refused": refused,
    }
    return TemplateResponse(request, "desk/escalation.html", page, status=status)
