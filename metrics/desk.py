"""The pages of the desk that show figures: the page itself, what of it is of this moment, and each table as a file."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from escalations import export, log
from escalations.desk import keymap
from escalations.desk.people import viewer_of
from escalations.models import Escalation
from metrics import measures
from metrics.pages import asked, panels, summary, tiles, totals
from metrics.pages.asked import Asked
from metrics.scope import Unclear
from metrics.weekly import page as report
from reviewers.models import Pool


def patterns(site: AdminSite) -> list[URLPattern]:
    view = site.admin_view
    return [
        path("desk/metrics/", view(page), name="desk_metrics"),
        path("desk/metrics/now/", view(now), name="desk_metrics_now"),
        path("desk/metrics/report/", view(report.page), name="desk_metrics_report"),
        path("desk/metrics/<slug:key>.csv", view(table), name="desk_metrics_csv"),
    ]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    if not Escalation.objects.visible_to(viewer).exists():
        return _empty(request)
    try:
        wanted = Asked.by(request.GET, viewer)
    except Unclear as unclear:
        return _unclear(request, unclear)
    head = log.head()  # before the figures: what happens in between comes twice at worst, never not at all
    found, before = totals.of(wanted.scope), totals.of(wanted.scope.before())
    shown = {
        "head": head,
        "asked": wanted,
        "filters": asked.filters(wanted.said, viewer),
        "days": wanted.scope if wanted.is_dated else None,
        "kept": asked.kept(wanted.said),
        "main": tiles.main(found, before, wanted.before),
        "further": tiles.further(found, before, wanted.before),
        "panels": [make(wanted) for make in panels.PANELS.values()],
        "keys": keymap.of(keymap.METRICS),
        "is_quiet": not found.opened and not found.resolved,
        **_now(wanted),
    }
    return _answer(request, "metrics/page.html", shown)


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """The parts of the page that are of this moment, for its script."""
    try:
        wanted = Asked.by(request.GET, viewer_of(request))
    except Unclear as unclear:
        return HttpResponse(str(unclear), status=400, content_type="text/plain; charset=utf-8")
    shown = {"asked": wanted, "panel": panels.backlog(wanted), **_now(wanted)}
    return TemplateResponse(request, "metrics/now.html", shown)


@require_safe
def table(request: HttpRequest, key: str) -> HttpResponse:
    make = panels.PANELS.get(key)
    if make is None and key != "summary":
        raise Http404(_("There is no such table."))
    try:
        wanted = Asked.by(request.GET, viewer_of(request))
    except Unclear as unclear:
        return _unclear(request, unclear)
    found = make(wanted).table if make else summary.table(wanted)
    return export.attachment(export.table(found.head, found.lines()), f"metrics-{key}")


def _now(wanted: Asked) -> dict[str, Any]:
    return {"waiting": tiles.waiting(measures.waiting_now(wanted.scope))}


def _unclear(request: HttpRequest, unclear: Unclear) -> HttpResponse:
    said = asked.understood(request.GET)
    kept = {name: text for name, text in said.items() if name not in unclear.flaws}
    shown = {
        "flaws": [(asked.label(name), flaw) for name, flaw in unclear.flaws.items()],
        "filters": asked.filters(kept, viewer_of(request)),
        "kept": asked.kept(kept),
    }
    return _answer(request, "metrics/unclear.html", shown, status=400)


def _empty(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    shown = {
        "has_pools": Pool.objects.visible_to(viewer).exists(),
        "may_add_agent": viewer.has_perm("escalations.add_agent"),
        "public_url": settings.PUBLIC_URL,
    }
    return _answer(request, "metrics/empty.html", shown)


def _answer(request: HttpRequest, template: str, shown: dict[str, Any], *, status: int = 200) -> HttpResponse:
    shown = {**admin.site.each_context(request), "title": _("Metrics"), **shown}
    return TemplateResponse(request, template, shown, status=status)
