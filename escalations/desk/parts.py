"""Pages of pieces of a context: what was too much for the workbench, and everything raw."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from escalations.desk import context
from escalations.desk.context import sections
from escalations.desk.people import viewer_of
from escalations.models import Escalation

FURTHEST = 10**9


@require_safe
def part(request: HttpRequest, number: int) -> HttpResponse:
    """`?at=` is a JSON pointer, `as` a kind, `from` and `to` are places in a list, or characters of a text."""
    found = _visible(request, number)
    path = request.GET.get("at", "")
    span = _place(request.GET.get("from"), 0), _place(request.GET.get("to"), FURTHEST)
    try:
        section = context.part(found.context_data, (path, request.GET.get("as", "")), span)
    except LookupError:
        raise Http404(_("There is nothing at this place of the context.")) from None
    page = {
        **admin.site.each_context(request),
        "title": f"{found.reference} {sections.title_of(path)}",
        "e": found,
        "section": section,
        "place": sections.title_of(path),
        "start": span[0],
    }
    return TemplateResponse(request, "desk/context/part.html", page)


@require_safe
def raw(request: HttpRequest, number: int) -> HttpResponse:
    """Everything the agent sent, as text that no browser takes for a page."""
    found = _visible(request, number)
    return HttpResponse(context.raw(found.context_data), content_type="text/plain; charset=utf-8")


def _visible(request: HttpRequest, number: int) -> Escalation:
    return get_object_or_404(Escalation.objects.visible_to(viewer_of(request)), number=number)


def _place(text: str | None, otherwise: int) -> int:
    is_number = text is not None and text.isascii() and text.isdecimal() and len(text) <= 9
    return int(text or 0) if is_number else otherwise
