"""Until when what somebody claimed is theirs, and how they keep it; what they do on its page keeps it, too."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from escalations import leases
from escalations.desk import neighbours
from escalations.desk.acting import by_form
from escalations.desk.people import viewer_of, wants_json
from escalations.desk.workbench import came_from, visible


@by_form
def keep(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody has pressed a key or a button there, or says so."""
    escalation = visible(request, number)
    until = leases.renew(escalation, by=viewer_of(request))
    said = _("It stays yours.") if until else _("It is not kept for you any more.")
    if wants_json(request):
        return JsonResponse({"until": until.timestamp() if until else None, "message": said})
    (messages.success if until else messages.warning)(request, said)
    return HttpResponseRedirect(neighbours.address(number, came_from(request)))
