"""How the desk answers whoever acts: with a page for a form, with JSON for a script; nothing typed is ever lost.

A refusal is 409 (403 when the role is the reason) and says what stands instead. A script that is going to leave its
page says so (`Prefer: return=minimal`): then the message waits for the next page, whose address is in `go`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from escalations import lifecycle
from escalations.desk import neighbours, next_up, rows, undo
from escalations.desk.people import viewer_of, wants_json
from escalations.desk.workbench import bench, came_from, missing, visible
from escalations.models import Escalation
from escalations.refusals import Held, NotAllowed, Refusal, Stale
from reviewers.models import Reviewer

View = Callable[[HttpRequest, int], HttpResponse]


class Deed(NamedTuple):
    """One verb for one form: what is called, what is said when it is done, and the form that it came with."""

    verb: Callable[[], Escalation]
    said: str
    form_name: str = ""
    form: forms.Form | None = None
    did: undo.Did | None = None  # what could be taken back

    @property
    def kept(self) -> dict[str, Any]:
        """What was typed, for the page that says why it was not done."""
        return {self.form_name: self.form} if self.form is not None else {}


def by_form(view: View) -> View:
    """Only a form changes something. Who had to sign in first comes back by a link, and finds the escalation again."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answer(request: HttpRequest, number: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:desk_escalation", args=[number]))
        try:
            return view(request, number)
        except Escalation.DoesNotExist:
            return missing(request, number)

    return answer


def do(request: HttpRequest, escalation: Escalation, deed: Deed) -> HttpResponse:
    try:
        done = deed.verb()
    except Refusal as refusal:
        return _refused(request, escalation, refusal, deed)
    if deed.did:
        undo.remember(request, deed.did, [escalation])
    else:
        undo.forget(request)
    if request.POST.get("then") == "next":
        return _next(request, deed.said)
    if wants_json(request) and not _leaves(request):
        token = request.session.get(undo.KEPT_AS, {}).get("token") if deed.did else None
        return JsonResponse({"message": deed.said, "row": rows.render(done), "undo": token})
    listing = came_from(request)
    messages.success(request, deed.said)
    return _go(request, listing.address if done.is_finished else neighbours.address(done.number, listing), deed.said)


def unfit(request: HttpRequest, escalation: Escalation, deed: Deed) -> HttpResponse:
    """The form cannot be sent as it is; its own page says what to mend."""
    if wants_json(request):
        flaws = deed.form.errors.get_json_data() if deed.form is not None else {}
        said = " ".join(flaw["message"] for field in flaws.values() for flaw in field)
        return JsonResponse({"message": said}, status=400)
    return bench(request, escalation.number, status=400, **deed.kept)


def sentence(refusal: Refusal, escalation: Escalation) -> str:
    if isinstance(refusal, Held):
        return _("%(reference)s was claimed by %(name)s at %(time)s UTC. Nothing was changed.") % {
            "reference": escalation.reference,
            "name": refusal.holder_name,
            "time": f"{refusal.since:%H:%M:%S}",
        }
    return refusal.detail


def _next(request: HttpRequest, said: str) -> HttpResponse:
    """On to what the server picks; back to the queue when nothing is left to take."""
    listing = came_from(request)
    messages.success(request, said)
    viewer = viewer_of(request)
    taken = lifecycle.take_next(by=viewer)
    if taken is None:
        messages.info(request, next_up.nothing_for(viewer))
        return _go(request, listing.address, said)
    undo.remember(request, undo.Did.CLAIMED, [taken])
    messages.success(request, _("%(reference)s is yours now.") % {"reference": taken.reference})
    return _go(request, neighbours.address(taken.number, listing), said)


def _go(request: HttpRequest, address: str, said: str) -> HttpResponse:
    return JsonResponse({"message": said, "go": address}) if wants_json(request) else HttpResponseRedirect(address)


def _refused(request: HttpRequest, escalation: Escalation, refusal: Refusal, deed: Deed) -> HttpResponse:
    status = 403 if isinstance(refusal, NotAllowed) else 409
    now = visible(request, escalation.number)
    said = sentence(_plainer(refusal, now, viewer_of(request)), now)
    if wants_json(request):
        return JsonResponse({"message": said, "row": rows.render(now)}, status=status)
    return bench(request, now.number, status=status, refused=said, **deed.kept)


def _plainer(refusal: Refusal, now: Escalation, viewer: Reviewer) -> Refusal:
    """Who has it now says more than that it has changed."""
    holder, since = now.assigned_to, now.claimed_at
    if isinstance(refusal, Stale) and holder and since and holder != viewer and not now.is_finished:
        return Held(holder.pk, holder.display_name, since)
    return refusal


def _leaves(request: HttpRequest) -> bool:
    return "return=minimal" in request.headers.get("prefer", "")
