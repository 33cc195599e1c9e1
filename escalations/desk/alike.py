"""Answers that were given before to what reads alike; asked for when somebody looks, so that the workbench waits for
nothing."""

from typing import NamedTuple

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from escalations import similar
from escalations.desk import neighbours
from escalations.desk.people import viewer_of
from escalations.desk.workbench import May, came_from, missing, visible
from escalations.models import Escalation


class Offer(NamedTuple):
    """`use_url` opens the workbench with this answer in the form; nothing is sent."""

    escalation: Escalation
    use_url: str


@require_safe
def page(request: HttpRequest, number: int) -> HttpResponse:
    try:
        escalation = visible(request, number)
    except Escalation.DoesNotExist:
        return missing(request, number)
    viewer = viewer_of(request)
    here = neighbours.address(escalation.number, came_from(request))
    found = similar.to(escalation, viewer=viewer)
    shown = {
        **admin.site.each_context(request),
        "title": _("Similar, already answered"),
        "e": escalation,
        "may": May.of(escalation, viewer),
        "here_url": here,
        "similar": [Offer(each.escalation, _using(here, each.escalation)) for each in found],
    }
    return TemplateResponse(request, "desk/similar.html", shown)


def _using(here: str, other: Escalation) -> str:
    return f"{here}{'&' if '?' in here else '?'}{urlencode({'use': other.number})}"
