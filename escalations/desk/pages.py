"""The pages of the desk that only show. Each is a view inside the admin site, for whoever is signed in."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from escalations import log
from escalations.desk import bar, keymap, queue, rows, saved_views, undo
from escalations.desk.listing import PAGE, Listing, View
from escalations.desk.people import may_act, may_lead, viewer_of
from escalations.desk.queue import Group
from escalations.models import Draft, Escalation
from reviewers.models import Pool, Reviewer

ASKED_AT_ONCE = 200  # ids that one request for rows may name
DRAFTS_AT_MOST = 1000
SCRIPTS = [f"desk/{name}.js" for name in ("live", "sending", "keys", "rows", "queue", "acts")]


@require_safe
def live_queue(request: HttpRequest) -> TemplateResponse:
    viewer = viewer_of(request)
    listing = Listing.of(request.GET)
    head = log.head()  # before the lists: what happens in between comes twice at worst, never not at all
    counts = queue.counts_of(request, listing)
    pools = list(Pool.objects.visible_to(viewer))
    saved = saved_views.of(viewer)
    groups = _groups(request, listing, counts)
    is_empty = not any(group["rows"] for group in groups)
    page = {
        **admin.site.each_context(request),
        "title": _("Live queue"),
        "head": head,
        "now": timezone.now(),
        "listing": listing,
        "from": _came_from(listing),
        "counts": counts,
        "wakes": _wakes(viewer) if counts.snoozed and listing.view != View.SNOOZED else "",
        "matching": counts.of(View.FOR_ME) if listing.view == View.FOR_ME else sum(group["count"] for group in groups),
        "groups": groups,
        "tabs": bar.tabs(listing, counts, saved),
        "saved": saved,
        "filters": bar.filters(listing, pools, queue.choices(viewer)),
        "chips": bar.chips(listing, pools),
        "orders": bar.orders(listing),
        "columns": bar.columns(listing),
        "pools": pools,
        "may_act": may_act(viewer),
        "may_lead": may_lead(viewer),
        "undo": undo.offered(request),
        "keys": keymap.of(keymap.QUEUE),
        "scripts": SCRIPTS,
        "socket_url": "/ws/queue/",
        "is_empty": is_empty,
        **(_emptiness(request) if is_empty else {}),
    }
    return TemplateResponse(request, "desk/queue.html", page)


@require_safe
def some_rows(request: HttpRequest) -> JsonResponse:
    """The rows asked for by id, as they are now: what a page needs that has missed events.

    With them, which of them the filters of the page let through, and how many it lists in all.
    """
    viewer, listing = viewer_of(request), Listing.of(request.GET)
    head = log.head()
    ids = [known for text in request.GET.get("ids", "").split(",")[:ASKED_AT_ONCE] if (known := _uuid(text))]
    visible = Escalation.objects.visible_to(viewer).filter(pk__in=ids)
    found = {str(each.pk): rows.render(each) for each in queue.only_rows(visible)} if ids else {}
    matching = queue.narrowed(visible, listing).values_list("pk", flat=True) if ids and listing.filters else ids
    counts = queue.counts(viewer, listing).by_key() | {"to-do": queue.counts(viewer).to_do}
    return JsonResponse(
        {
            "head": head if log.number() == head else None,  # what came meanwhile may be counted, or not
            "now": timezone.now().timestamp(),
            "rows": found,
            "matching": [str(pk) for pk in matching],
            "counts": counts,
        }
    )


def _groups(request: HttpRequest, listing: Listing, counts: queue.Counts) -> list[dict[str, Any]]:
    begun = Draft.objects.filter(reviewer=viewer_of(request)).values_list("escalation_id", flat=True)
    drafts = frozenset(begun[:DRAFTS_AT_MOST])
    return [_group(request, which, listing, getattr(counts, which), drafts) for which in Group]


def _group(request: HttpRequest, which: Group, listing: Listing, count: int, drafts: frozenset[UUID]) -> dict[str, Any]:
    found = queue.group(viewer_of(request), which, listing) if count else []
    shown, has_more = found[: listing.shown], len(found) > listing.shown
    return {
        "key": which.value,
        "title": _titles(listing)[which],
        "rows": rows.listed(shown, timezone.now(), viewer_of(request), drafts, _came_from(listing)),
        "count": count,
        "is_folded": which == Group.OTHERS and listing.view == View.FOR_ME and not listing.filters,
        "more_url": replace(listing, shown=listing.shown + PAGE).address if has_more else None,
    }


def _came_from(listing: Listing) -> str:
    return f"?from={quote(listing.query)}" if listing.query else ""


def _wakes(viewer: Reviewer) -> str:
    """When the snoozes end whose rows this page does not have: they come back by the clock, without an event."""
    asleep = Escalation.objects.assigned_to(viewer).filter(queue.SNOOZED, snoozed_until__isnull=False)
    soonest = asleep.order_by("snoozed_until").only("snoozed_until")[:ASKED_AT_ONCE]
    return " ".join(f"{each.pk}@{each.snoozed_until.timestamp():.3f}" for each in soonest if each.snoozed_until)


def _titles(listing: Listing) -> dict[Group, str]:
    own = {View.SNOOZED: _("Snoozed by you"), View.ON_AGENT: _("You wait for the agent")}
    return {
        Group.MINE: own.get(listing.view, _("Yours")),
        Group.WAITING: _("Waiting for somebody"),
        Group.OTHERS: _("In work by others"),
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
        "sees_all": viewer.has_perm("escalations.view_escalation"),
        "public_url": settings.PUBLIC_URL,
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
