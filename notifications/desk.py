"""Pages of the desk about notifications: by which channel for what, a test of each, and the one-time links."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.db import transaction
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from escalations import addresses, lifecycle
from escalations.desk.people import viewer_of
from escalations.models import Escalation, Priority
from escalations.refusals import Refusal
from notifications import channels, links, quiet
from notifications.models import Delivery, Endpoint, Kind, QuietHours
from reviewers import once
from reviewers.models import Reviewer


class QuietForm(forms.Form):
    start = forms.TimeField(required=False)
    end = forms.TimeField(required=False)


VERBS: dict[str, Callable[..., Escalation]] = {"claim": lifecycle.claim, "release": lifecycle.release}


def patterns(site: AdminSite) -> list[URLPattern]:
    view = site.admin_view
    return [
        path("desk/notifications/", view(page), name="desk_notifications"),
        path("desk/notifications/webhook/", view(keep_hook), name="desk_notifications_hook"),
        path("desk/notifications/test/<slug:kind>/", view(send_test), name="desk_notifications_test"),
        path("desk/notifications/quiet/", view(keep_quiet), name="desk_notifications_quiet"),
        path("desk/notifications/tests/", view(tests), name="desk_notifications_tests"),
        path("desk/oncall/page-me/", view(page_me), name="desk_page_me"),
        path("desk/link/<str:token>/", view(follow), name="desk_link"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    if request.method == "POST":
        channels.prefer(viewer, {each: _kinds(request.POST.getlist(each)) for each in Priority.values})
        messages.success(request, _("Your notifications are saved."))
        return _back()
    return _page(request)


@require_POST
def keep_hook(request: HttpRequest) -> HttpResponse:
    """A webhook of one's own; its signing secret is shown once."""
    url = request.POST.get("url", "").strip()
    try:
        if url:
            addresses.validate(url)
    except addresses.UnusableAddress as refused:
        return _page(request, {"hook_problem": refused.text, "hook": url}, status=400)
    secret = channels.set_hook(viewer_of(request), url)
    if secret is None:
        messages.success(request, _("Nothing is sent to a webhook any more."))
        return _back()
    note = _("Messages are signed as Standard Webhooks has it.")
    named = [(_("Signing secret"), secret)]
    return once.show(request, _("Your webhook"), named, back=reverse("admin:desk_notifications"), note=note)


@require_POST
def send_test(request: HttpRequest, kind: str) -> HttpResponse:
    viewer = viewer_of(request)
    endpoint = channels.reach([viewer])[viewer.pk].get(kind)
    if endpoint is None:
        raise Http404
    channels.send_test(endpoint)
    messages.success(request, _("A test is on its way. If it does not come within a minute, load this page again."))
    return _back()


@require_POST
def page_me(request: HttpRequest) -> HttpResponse:
    """By every channel, as a call would come; the page of who is on call says what became of each."""
    if channels.send_tests(viewer_of(request)):
        messages.success(request, _("Tests are on their way. Below stands which arrive."))
    else:
        messages.error(request, _("You have no channel: nothing can reach you."))
    return HttpResponseRedirect(f"{reverse('admin:desk_oncall')}#own")


@require_safe
def tests(request: HttpRequest) -> HttpResponse:
    """Only the list of them, for who waits for it."""
    return TemplateResponse(request, "notifications/paged.html", {"channels": tested(viewer_of(request))})


@require_POST
def keep_quiet(request: HttpRequest) -> HttpResponse:
    viewer, form = viewer_of(request), QuietForm(request.POST)
    typed = {"quiet": {name: request.POST.get(name, "") for name in ("start", "end")}}
    if not form.is_valid():
        return _page(request, typed | {"quiet_problem": _("Give times as in 22:00.")}, status=400)
    try:
        quiet.keep(viewer, form.cleaned_data["start"], form.cleaned_data["end"])
    except quiet.NoQuietHours:
        problem = _("Give a beginning and another end, or neither of them.")
        return _page(request, typed | {"quiet_problem": problem}, status=400)
    messages.success(request, _("Your quiet hours are saved."))
    return _back()


def tested(viewer: Reviewer) -> list[dict[str, Any]]:
    """The channels of theirs that a call would use, each with its latest test."""
    known = channels.reach([viewer])[viewer.pk]
    found = (_channel(viewer, kind, known.get(kind)) for kind in channels.FOR_PEOPLE)
    return [each for each in found if not each["missing"]]


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at it changes nothing: mail programs and scanners open links, too. The button acts, once."""
    viewer, meant = viewer_of(request), links.read(token)
    found = Delivery.objects.filter(pk=meant.delivery, endpoint__reviewer=viewer) if meant else Delivery.objects.none()
    delivery = found.select_related("event__escalation").first()
    if meant is None or delivery is None or delivery.event is None or delivery.acted_at:
        said = _("This link has been used, is older than 24 hours, or was meant for somebody else.")
        return _link_page(request, {"over": said}, status=410)
    escalation = delivery.event.escalation
    if request.method != "POST":
        return _link_page(request, {"escalation": escalation, "verb": meant.verb, "label": links.LABELS[meant.verb]})
    if not found.filter(acted_at=None).update(acted_at=Now()):
        return _link_page(request, {"over": _("This link has just been used.")}, status=410)
    _act(request, escalation, meant.verb)
    return HttpResponseRedirect(reverse("admin:desk_escalation", args=[escalation.number]))


def _act(request: HttpRequest, escalation: Escalation, verb: str) -> None:
    try:
        with transaction.atomic():
            VERBS[verb](escalation.pk, by=viewer_of(request))
    except (Refusal, Escalation.DoesNotExist) as refused:
        said = refused.detail if isinstance(refused, Refusal) else _("It is in a pool in which you have no seat.")
        messages.error(request, said)
    else:
        done = {"claim": _("%(reference)s is yours now."), "release": _("You gave %(reference)s back.")}
        messages.success(request, done[verb] % {"reference": escalation.reference})


def _link_page(request: HttpRequest, facts: dict[str, Any], *, status: int = 200) -> HttpResponse:
    shown = {**admin.site.each_context(request), "title": _("A link from a message"), **facts}
    headers = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return TemplateResponse(request, "notifications/link.html", shown, status=status, headers=headers)


def _page(request: HttpRequest, facts: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    known = channels.reach([viewer])[viewer.pk]
    wishes = channels.wanted([viewer.pk])
    shown = {
        **admin.site.each_context(request),
        "title": _("Notifications"),
        "channels": [_channel(viewer, kind, known.get(kind)) for kind in channels.FOR_PEOPLE],
        "priorities": [
            {
                "value": each.value,
                "label": each.label,
                "kinds": [(kind, kind.label, kind in wishes[viewer.pk, each]) for kind in channels.FOR_PEOPLE],
            }
            for each in Priority
        ],
        "hook": known[Kind.HOOK].url if Kind.HOOK in known else "",
        "quiet": _quiet_of(viewer),
        "clock": datetime.now(ZoneInfo(viewer.time_zone)),
    }
    return TemplateResponse(request, "notifications/page.html", shown | (facts or {}), status=status)


def _channel(viewer: Reviewer, kind: Kind, endpoint: Endpoint | None) -> dict[str, Any]:
    """What stands on the page of one channel: where it leads, and how it has been doing."""
    missing = {
        Kind.EMAIL: _("This installation sends no email yet; an admin sets EMAIL_URL."),
        Kind.SLACK: _("Your account in Slack is not linked yet; a lead links it."),
        Kind.HOOK: _("None is set."),
    }
    is_usable = endpoint is not None and kind in {*channels.addresses_of(viewer), Kind.HOOK}
    return {
        "kind": kind.value,
        "label": kind.label,
        "where": viewer.email if kind == Kind.EMAIL else "",
        "missing": "" if is_usable else missing[kind],
        "trouble": endpoint.disabled_reason or endpoint.trouble if endpoint else "",
        "last": endpoint.deliveries.filter(type="notice.test").first() if endpoint else None,
    }


def _quiet_of(viewer: Reviewer) -> dict[str, str]:
    kept = QuietHours.objects.filter(reviewer=viewer).first()
    return {"start": f"{kept.start:%H:%M}" if kept else "", "end": f"{kept.end:%H:%M}" if kept else ""}


def _kinds(chosen: list[str]) -> list[str]:
    return [kind.value for kind in channels.FOR_PEOPLE if kind.value in chosen]


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:desk_notifications"))
