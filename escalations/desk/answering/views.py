"""Sending an answer, correcting one, and everything before that: drafts, rows, templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from escalations import canned, drafts, leases, lifecycle
from escalations.desk import neighbours
from escalations.desk.acting import Deed, by_form, do, unfit
from escalations.desk.answering import steps
from escalations.desk.answering.form import AnswerForm, inputs_of
from escalations.desk.answering.panel import content_of, typed_of
from escalations.desk.people import may_act, viewer_of, wants_json
from escalations.desk.workbench import came_from, missing, visible
from escalations.models import AnswerTemplate, Draft, Escalation
from escalations.refusals import Held, Refusal, Stale

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from escalations.desk.answering.typed import Typed


@by_form
def resolve(request: HttpRequest, number: int) -> HttpResponse:
    escalation = visible(request, number)
    form = AnswerForm(escalation, request.POST)
    said = _("%(reference)s is answered.") % {"reference": escalation.reference}

    def verb() -> Escalation:
        try:
            by, is_avoidable = viewer_of(request), "avoidable" in request.POST
            return lifecycle.resolve(
                escalation, by=by, answer=form.answer, version=form.version, avoidable=is_avoidable
            )
        except Stale as stale:
            raise _held(request, number) or stale from None

    return _send(request, escalation, form, verb, said)


@by_form
def correct(request: HttpRequest, number: int) -> HttpResponse:
    escalation = visible(request, number)
    form = AnswerForm(escalation, request.POST, is_correction=True)
    said = _("The answer of %(reference)s is corrected. The agent hears of it.") % {"reference": escalation.reference}

    def verb() -> Escalation:
        return lifecycle.correct(escalation, by=viewer_of(request), answer=form.answer)

    return _send(request, escalation, form, verb, said)


@by_form
def draft(request: HttpRequest, number: int) -> HttpResponse:
    """Keep what is typed, and take a step of the form that needs the server: a row more, a template, all as it was."""
    escalation = visible(request, number)
    if not may_act(viewer_of(request)):
        raise PermissionDenied
    leases.renew(escalation, by=viewer_of(request))
    typed = inputs_of(request.POST)
    is_correction = request.POST.get("for") == "correct"
    begun = AnswerForm(escalation, is_correction=is_correction).begun()
    step = request.POST.get("step", "")
    after = begun if step == "discard" else steps.take(step, typed, begun, _inserted(request, escalation, typed))
    saved = _save(request, escalation, after, begun, is_correction=is_correction)
    if wants_json(request):
        return JsonResponse({"saved_at": saved.saved_at.timestamp() if saved else None})
    if step in {"", "save"}:
        messages.success(request, _("Your draft is saved."))
    return HttpResponseRedirect(f"{neighbours.address(number, came_from(request))}#answer")


@require_safe
def template(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """The text of a template, filled in for this escalation."""
    try:
        escalation = visible(request, number)
    except Escalation.DoesNotExist:
        return missing(request, number)
    found = get_object_or_404(AnswerTemplate, pk__in=[each.pk for each in canned.offered(escalation)], pk=pk)
    text = canned.render(found.text, escalation, by=viewer_of(request))
    return JsonResponse({"text": text, "decision": found.decision})


def _send(
    request: HttpRequest, escalation: Escalation, form: AnswerForm, verb: Callable[[], Escalation], said: str
) -> HttpResponse:
    """What could not be sent is kept, whatever becomes of the page."""

    def kept() -> Escalation:
        try:
            done = verb()
        except Refusal:
            _keep(request, escalation, form)
            raise
        drafts.discard(escalation, by=viewer_of(request))
        return done

    deed = Deed(kept, said, "answer", form)
    if form.is_valid():
        return do(request, escalation, deed)
    _keep(request, escalation, form)
    return unfit(request, escalation, deed)


def _keep(request: HttpRequest, escalation: Escalation, form: AnswerForm) -> None:
    """With what stands in the draft already of a part that was not sent, because the decision needs none of it."""
    viewer = viewer_of(request)
    if not may_act(viewer):
        return
    before = typed_of(drafts.of(escalation, by=viewer), is_correction=form.is_correction) or {}
    typed = steps.with_absent_parts(form.typed, before)
    begun = AnswerForm(escalation, is_correction=form.is_correction).begun()
    _save(request, escalation, typed, begun, is_correction=form.is_correction)


def _save(
    request: HttpRequest, escalation: Escalation, typed: Typed, begun: Typed, *, is_correction: bool
) -> Draft | None:
    """None when nothing is left to keep: it is as it began."""
    if steps.is_same(typed, begun):
        drafts.discard(escalation, by=viewer_of(request))
        return None
    content = content_of(typed, is_correction=is_correction)
    return drafts.save(escalation, by=viewer_of(request), content=content)


def _held(request: HttpRequest, number: int) -> Held | None:
    """Who was too late wants to know who was faster, not that something has changed."""
    now, viewer = visible(request, number), viewer_of(request)
    if now.claimed_at is None or now.assigned_to is None or now.assigned_to == viewer:
        return None
    return Held(now.assigned_to.pk, now.assigned_to.display_name, now.claimed_at)


def _inserted(request: HttpRequest, escalation: Escalation, typed: Typed) -> steps.Inserted | None:
    """The template that was chosen without a script."""
    chosen = next(reversed(typed.get("template", ())), "")
    found = next((each for each in canned.offered(escalation) if str(each.pk) == chosen), None) if chosen else None
    if found is None:
        return None
    return steps.Inserted(canned.render(found.text, escalation, by=viewer_of(request)), found.decision)
