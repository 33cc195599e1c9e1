"""What people do on the desk: each view translates a form into one verb of `escalations.lifecycle`."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from escalations import lifecycle, reasons
from escalations.desk import undo
from escalations.desk.acting import Deed, by_form, do, unfit
from escalations.desk.handover import HandOverForm, ReasonForm
from escalations.desk.people import viewer_of
from escalations.desk.thread import AskForm
from escalations.desk.workbench import visible
from escalations.models import Escalation


@by_form
def claim(request: HttpRequest, number: int) -> HttpResponse:
    escalation = visible(request, number)
    said = _("%(reference)s is yours now.") % {"reference": escalation.reference}
    verb = lambda: lifecycle.claim(escalation, by=viewer_of(request))  # noqa: E731
    return do(request, escalation, Deed(verb, said, did=undo.Did.CLAIMED))


@by_form
def release(request: HttpRequest, number: int) -> HttpResponse:
    escalation = visible(request, number)
    reason = _reason(request)
    said = _("You gave %(reference)s back.") % {"reference": escalation.reference}
    verb = lambda: lifecycle.release(escalation, by=viewer_of(request), reason=reason)  # noqa: E731
    return do(request, escalation, Deed(verb, said, did=undo.Did.RELEASED))


@by_form
def decline(request: HttpRequest, number: int) -> HttpResponse:
    escalation = visible(request, number)
    reason = _reason(request)
    said = _("You declined %(reference)s. It will not be given to you again.") % {"reference": escalation.reference}
    verb = lambda: lifecycle.decline(escalation, by=viewer_of(request), reason=reason)  # noqa: E731
    return do(request, escalation, Deed(verb, said))


@by_form
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Ask the agent back; the answer waits, and so does the clock."""
    escalation = visible(request, number)
    form = AskForm(request.POST)
    said = _("You asked %(agent)s. The clock stands still until it replies.") % {"agent": escalation.source_agent}

    def verb() -> Escalation:
        return lifecycle.ask(escalation, by=viewer_of(request), message=form.cleaned_data["message"])

    deed = Deed(verb, said, "ask", form)
    return do(request, escalation, deed) if form.is_valid() else unfit(request, escalation, deed)


@by_form
def hand_over(request: HttpRequest, number: int) -> HttpResponse:
    escalation = visible(request, number)
    form = HandOverForm(escalation, request.POST)
    if not form.is_valid():
        return unfit(request, escalation, Deed(lambda: escalation, "", "hand_over", form))
    to, note = form.cleaned_data["to"], form.cleaned_data["note"]
    said = _("%(reference)s is with %(name)s now.") % {"reference": escalation.reference, "name": to.display_name}

    def verb() -> Escalation:
        return lifecycle.assign(escalation, to=to, by=viewer_of(request), note=note)

    return do(request, escalation, Deed(verb, said, "hand_over", form, undo.Did.ASSIGNED))


@by_form
def correct_reason(request: HttpRequest, number: int) -> HttpResponse:
    escalation = visible(request, number)
    chosen = request.POST.get("reason", "")

    def verb() -> Escalation:
        reasons.correct(escalation, by=viewer_of(request), reason=None if chosen == reasons.NO_REASON else chosen)
        return visible(request, number)

    said = _("Why %(reference)s came is noted. What is alike will be sorted better.")
    return do(request, escalation, Deed(verb, said % {"reference": escalation.reference}))


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    return str(form.cleaned_data["reason"]) if form.is_valid() else ""
