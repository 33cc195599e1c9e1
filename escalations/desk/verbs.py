"""What people do on the desk: each view translates a form into one verb of `escalations.lifecycle`.

A form works without JavaScript and is answered with a page; the live queue asks for JSON and gets the row. A refusal
is 409 (403 when the role is the reason) and says what stands instead; what was typed is kept.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from escalations import lifecycle
from escalations.desk import rows
from escalations.desk.forms import AnswerForm, HandOverForm, ReasonForm
from escalations.desk.people import viewer_of
from escalations.desk.workbench import bench
from escalations.models import Escalation
from escalations.refusals import Held, NotAllowed, Refusal

View = Callable[[HttpRequest, int], HttpResponse]


def _by_form(view: View) -> View:
    """Only a form changes something. Who had to sign in first comes back by a link, and finds the escalation again."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answer(request: HttpRequest, number: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:desk_escalation", args=[number]))
        return view(request, number)

    return answer


@_by_form
def claim(request: HttpRequest, number: int) -> HttpResponse:
    escalation = _visible(request, number)
    said = _("%(reference)s is yours now.") % {"reference": escalation.reference}
    return _do(request, escalation, lambda: lifecycle.claim(escalation, by=viewer_of(request)), said)


@_by_form
def release(request: HttpRequest, number: int) -> HttpResponse:
    escalation = _visible(request, number)
    reason = _reason(request)
    said = _("You gave %(reference)s back.") % {"reference": escalation.reference}
    return _do(request, escalation, lambda: lifecycle.release(escalation, by=viewer_of(request), reason=reason), said)


@_by_form
def decline(request: HttpRequest, number: int) -> HttpResponse:
    escalation = _visible(request, number)
    reason = _reason(request)
    said = _("You declined %(reference)s. It will not be given to you again.") % {"reference": escalation.reference}
    return _do(request, escalation, lambda: lifecycle.decline(escalation, by=viewer_of(request), reason=reason), said)


@_by_form
def resolve(request: HttpRequest, number: int) -> HttpResponse:
    escalation = _visible(request, number)
    answer = AnswerForm(request.POST)
    if not answer.is_valid():
        return bench(request, escalation, status=400, answer=answer)
    notes = answer.cleaned_data["notes"]
    said = _("%(reference)s is answered.") % {"reference": escalation.reference}
    return _do(
        request,
        escalation,
        lambda: lifecycle.resolve(escalation, by=viewer_of(request), notes=notes),
        said,
        answer=answer,
    )


@_by_form
def hand_over(request: HttpRequest, number: int) -> HttpResponse:
    escalation = _visible(request, number)
    form = HandOverForm(escalation, request.POST)
    if not form.is_valid():
        return bench(request, escalation, status=400, hand_over=form)
    to, note = form.cleaned_data["to"], form.cleaned_data["note"]
    said = _("%(reference)s is with %(name)s now.") % {"reference": escalation.reference, "name": to.display_name}
    return _do(request, escalation, lambda: lifecycle.assign(escalation, to=to, by=viewer_of(request), note=note), said)


def sentence(refusal: Refusal, escalation: Escalation) -> str:
    if isinstance(refusal, Held):
        return _("%(reference)s was claimed by %(name)s at %(time)s UTC. Nothing was changed.") % {
            "reference": escalation.reference,
            "name": refusal.holder_name,
            "time": f"{refusal.since:%H:%M:%S}",
        }
    return refusal.detail


def _do(
    request: HttpRequest,
    escalation: Escalation,
    verb: Callable[[], Escalation],
    said: str,
    *,
    answer: AnswerForm | None = None,
) -> HttpResponse:
    try:
        done = verb()
    except Refusal as refusal:
        return _refused(request, escalation, refusal, answer)
    if _wants_json(request):
        return JsonResponse({"message": said, "row": rows.render(done)})
    messages.success(request, said)
    back = "admin:index" if done.is_finished else "admin:desk_escalation"
    return HttpResponseRedirect(reverse(back, args=[] if done.is_finished else [done.number]))


def _refused(request: HttpRequest, escalation: Escalation, refusal: Refusal, answer: AnswerForm | None) -> HttpResponse:
    status = 403 if isinstance(refusal, NotAllowed) else 409
    now = _visible(request, escalation.number)
    said = sentence(refusal, now)
    if _wants_json(request):
        return JsonResponse({"message": said, "row": rows.render(now)}, status=status)
    return bench(request, now, status=status, refused=said, answer=answer)


def _visible(request: HttpRequest, number: int) -> Escalation:
    return get_object_or_404(Escalation.objects.visible_to(viewer_of(request)).with_names(), number=number)


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    return str(form.cleaned_data["reason"]) if form.is_valid() else ""


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("accept", "") == "application/json"
