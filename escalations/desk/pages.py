"""The pages of the desk that only show. Each is a view inside the admin site, for whoever is signed in."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from escalations import log
from escalations.desk import context, keymap, queue, rows
from escalations.desk.people import may_act, viewer_of
from escalations.desk.queue import Group, Listing, Order, View
from escalations.desk.workbench import bench
from escalations.models import Escalation
from reviewers.models import Pool

ASKED_AT_ONCE = 200  # ids that one request for rows may name


@require_safe
def live_queue(request: HttpRequest) -> TemplateResponse:
    viewer = viewer_of(request)
    listing = Listing.of(request.GET)
    head = log.head()  # before the lists: what happens in between comes twice at worst, never not at all
    now = timezone.now()
    counts = queue.counts(viewer, listing.pool)
    pools = list(Pool.objects.visible_to(viewer))
    groups = [_group(request, which, listing, counts) for which in Group]
    is_empty = not any(group["rows"] for group in groups)
    page = {
        **admin.site.each_context(request),
        "title": _("Live queue"),
        "head": head,
        "now": now,
        "listing": listing,
        "counts": counts,
        "groups": groups,
        "tabs": _tabs(listing, counts),
        "columns": _columns(listing),
        "pools": pools,
        "may_act": may_act(viewer),
        "keys": keymap.of(keymap.QUEUE),
        "socket_url": "/ws/queue/",
        "is_empty": is_empty,
        **(_emptiness(request) if is_empty else {}),
    }
    return TemplateResponse(request, "desk/queue.html", page)


@require_safe
def some_rows(request: HttpRequest) -> JsonResponse:
    """The rows asked for by id, as they are now: what a page needs that has missed events."""
    head = log.head()
    ids = [known for text in request.GET.get("ids", "").split(",")[:ASKED_AT_ONCE] if (known := _uuid(text))]
    visible = Escalation.objects.visible_to(viewer_of(request)).filter(pk__in=ids)
    found = {str(each.pk): rows.render(each) for each in queue.only_rows(visible)}
    return JsonResponse({"head": head, "now": timezone.now().timestamp(), "rows": found})


@require_safe
def escalation(request: HttpRequest, number: int) -> HttpResponse:
    visible = Escalation.objects.visible_to(viewer_of(request)).with_names()
    found = get_object_or_404(visible, number=number)
    return bench(request, found)


@require_safe
def raw_context(request: HttpRequest, number: int) -> HttpResponse:
    """Everything the agent sent, as text that no browser takes for a page."""
    found = get_object_or_404(Escalation.objects.visible_to(viewer_of(request)), number=number)
    return HttpResponse(context.raw(found.context_data), content_type="text/plain; charset=utf-8")


def _group(request: HttpRequest, which: Group, listing: Listing, counts: queue.Counts) -> dict[str, Any]:
    found = queue.group(viewer_of(request), which, listing)
    shown, has_more = found[: listing.shown], len(found) > listing.shown
    titles = {Group.MINE: _("Yours"), Group.WAITING: _("Waiting for somebody"), Group.OTHERS: _("In work by others")}
    return {
        "key": which.value,
        "title": titles[which],
        "rows": rows.listed(shown, timezone.now()),
        "count": len(shown) if listing.is_narrowed and not has_more else getattr(counts, which),
        "is_folded": which == Group.OTHERS,
        "is_open": which == Group.OTHERS and listing.view == View.OVERDUE,
        "more_url": _address(replace(listing, shown=listing.shown + queue.PAGE)) if has_more else None,
    }


def _tabs(listing: Listing, counts: queue.Counts) -> list[dict[str, Any]]:
    numbers = {View.FOR_ME: counts.to_do, View.OVERDUE: counts.overdue, View.UNASSIGNED: counts.unassigned}
    return [
        {
            "key": view.value,
            "label": view.label,
            "count": numbers[view],
            "url": _address(replace(listing, view=view, shown=queue.PAGE)),
            "is_current": view == listing.view,
        }
        for view in View
    ]


def _columns(listing: Listing) -> list[dict[str, Any]]:
    plain = [("what", _("Escalation")), ("agent", _("Agent")), ("pool", _("Pool"))]
    return [
        _sorting("priority", _("Priority"), Order.PRIORITY, listing),
        *({"key": key, "title": title} for key, title in plain),
        _sorting("age", _("Age"), Order.AGE, listing),
        {"key": "time", "title": _("Time left")},
        _sorting("owner", _("Status"), Order.STATUS, listing),
        {"key": "act", "title": _("Claim"), "is_hidden": True},
    ]


def _sorting(key: str, title: str, order: Order, listing: Listing) -> dict[str, Any]:
    is_sorted = listing.order == order
    turned = replace(listing, order=order, is_reversed=is_sorted and not listing.is_reversed)
    return {
        "key": key,
        "title": title,
        "url": _address(turned),
        "is_sorted": is_sorted,
        "direction": "descending" if listing.is_reversed else "ascending",
    }


def _emptiness(request: HttpRequest) -> dict[str, Any]:
    """What an empty list needs to say why it is empty."""
    viewer = viewer_of(request)
    last_at = Escalation.objects.visible_to(viewer).order_by("-created_at").values_list("created_at", flat=True).first()
    return {
        "last_at": last_at,
        "is_first_run": last_at is None,
        "counts_elsewhere": queue.counts(viewer),
        "may_add_agent": viewer.has_perm("escalations.add_agent"),
        "public_url": settings.PUBLIC_URL,
    }


def _address(listing: Listing) -> str:
    """All state of the list stands in its address; what is as usual is left out."""
    usual = Listing()
    said = {
        "view": listing.view if listing.view != usual.view else None,
        "sort": listing.sort if listing.sort != usual.sort else None,
        "pool": listing.pool,
        "shown": listing.shown if listing.shown != usual.shown else None,
    }
    query = urlencode({name: value for name, value in said.items() if value is not None})
    return f"{reverse('admin:index')}?{query}" if query else reverse("admin:index")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
