"""Webhook deliveries: read with every try, and sent again. Nothing of them is edited."""

import json
import re
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from escalations.admin.filters import Choice
from escalations.admin.lists import LongList
from notifications import attempts, audience, deliveries, fanout
from notifications.admin.endpoints import seen_by
from notifications.models import Attempt, Delivery, DeliveryQuerySet, Endpoint
from notifications.slack import posts
from reviewers.admin.seats import signed_in

SHOWN = 20_000  # characters of a body
ENDPOINTS_OFFERED = 100
NOTICES = tuple(f"notice.{code}" for code in audience.CODES)
IDENTIFIER = re.compile(r"[0-9]{1,18}")  # what a bigint column holds


class InState(Choice):
    title = _("state")
    parameter_name = "status"
    words = tuple((status.value, status.label) for status in Delivery.Status)


class OfType(Choice):
    """The types there are, told by the code that sends them."""

    title = _("type")
    parameter_name = "type"
    words = tuple((type_, type_) for type_ in (*sorted(fanout.SENT), deliveries.TEST, *NOTICES, posts.UPDATE))

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(type=value)


class ToEndpoint(Choice):
    """The endpoints one may configure; a link from an endpoint's page works for any of them."""

    title = _("endpoint")
    parameter_name = "endpoint"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401, ARG002 - Django's own
        found = seen_by(signed_in(request))[:ENDPOINTS_OFFERED]
        return [(endpoint.pk, endpoint.url) for endpoint in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The agent is named as well, since its deliveries have an index."""
        chosen = _endpoint(request, self.value())
        return queryset.filter(endpoint=chosen, agent=chosen.agent_id) if chosen else queryset


@admin.register(Delivery)
class DeliveryAdmin(LongList):
    list_display = ("made", "type", "of", "to", "status", "tried", "next_try")
    list_filter = (InState, OfType, ToEndpoint)
    ordering = ("-id",)
    search_fields = ("id",)
    search_help_text = _("The number of an escalation such as ESC-1042, or the id of a delivery.")
    change_form_template = "admin/notifications/delivery/change_form.html"
    change_list_template = "admin/notifications/delivery/change_list.html"
    actions = ("send_again",)
    fieldsets = (
        (None, {"fields": ("type", "of", "endpoint", "status", "next_try", "delivered_at", "trouble")}),
        (_("Tries"), {"fields": ("tries", "replays", "replayed_at", "replayed_by")}),
        (_("What is sent"), {"fields": ("headers", "message")}),
    )

    def get_queryset(self, request: HttpRequest) -> DeliveryQuerySet:
        mine = Delivery.objects.visible_to(signed_in(request)).select_related("endpoint", "agent", "event")
        heavy = ("issue_description", "context_data", "metadata")
        paths = ("event__escalation", "post__escalation")
        return mine.select_related(*paths).defer("body", *(f"{path}__{name}" for path in paths for name in heavy))

    def get_urls(self) -> list[Any]:
        ours = [
            path("replay/", self.admin_site.admin_view(self.replay_dead), name="notifications_delivery_replay_dead"),
            path("<uuid:pk>/replay/", self.admin_site.admin_view(self.replay), name="notifications_delivery_replay"),
        ]
        return [*ours, *super().get_urls()]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Delivery],
        search_term: str,
    ) -> tuple[QuerySet[Delivery], bool]:
        return (_found(queryset, search_term.strip()) if search_term.strip() else queryset), False

    def has_send_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("notifications.change_delivery")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
        context = (extra_context or {}) | {"may_send": self.has_send_permission(request)}
        return super().changelist_view(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = (extra_context or {}) | {"may_send": self.has_send_permission(request)}
        return super().change_view(request, object_id, form_url, context)

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._replay(request, queryset)

    def replay(self, request: HttpRequest, pk: str) -> HttpResponse:
        self._check_send(request)
        delivery = get_object_or_404(self.get_queryset(request), pk=pk)
        self._replay(request, self.get_queryset(request).filter(pk=pk))
        self.log_change(request, delivery, "Sent again.")
        return HttpResponseRedirect(reverse("admin:notifications_delivery_change", args=[delivery.pk]))

    def replay_dead(self, request: HttpRequest) -> HttpResponse:
        """First how many there are, then all of them again; with `endpoint` in the address, those of one endpoint."""
        if not self.has_send_permission(request):
            raise PermissionDenied
        endpoint = _endpoint(request, request.GET.get("endpoint"))
        dead = self.get_queryset(request).dead()
        dead = dead.filter(endpoint=endpoint) if endpoint else dead
        back = reverse("admin:notifications_delivery_changelist")
        if request.method == "POST":
            self._replay(request, dead)
            return HttpResponseRedirect(back)
        page = {"title": _("Send again what was given up"), "count": dead.count(), "endpoint": endpoint, "back": back}
        context = self.admin_site.each_context(request) | page
        return TemplateResponse(request, "admin/notifications/delivery/replay_dead.html", context)

    def _check_send(self, request: HttpRequest) -> None:
        if request.method != "POST" or not self.has_send_permission(request):
            raise PermissionDenied

    def _replay(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        rows = Delivery.objects.filter(pk__in=chosen.order_by().values("pk"))
        count = deliveries.replay(rows, by=signed_in(request).display_name)
        said = ngettext("%(count)d delivery is sent again.", "%(count)d deliveries are sent again.", count)
        messages.success(request, said % {"count": count})

    @admin.display(description=_("made (UTC)"))
    def made(self, delivery: Delivery) -> str:
        return f"{delivery.created_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("escalation"))
    def of(self, delivery: Delivery) -> str:
        about = delivery.event or delivery.post
        if about is None:
            return "–"
        escalation = about.escalation
        url = reverse("admin:desk_escalation", args=[escalation.number])
        return format_html('<a href="{}">{}</a>', url, escalation.reference)

    @admin.display(description=_("tries"))
    def tried(self, delivery: Delivery) -> int:
        return delivery.attempts

    @admin.display(description=_("to"))
    def to(self, delivery: Delivery) -> str:
        return delivery.endpoint.url

    @admin.display(description=_("next try (UTC)"))
    def next_try(self, delivery: Delivery) -> str:
        if delivery.next_attempt_at is None:
            return "–"
        if delivery.endpoint.disabled_at:
            return str(_("waits: the endpoint is switched off"))
        if delivery.agent and delivery.agent.paused_at:
            return str(_("waits: the agent is paused"))
        return f"{delivery.next_attempt_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("trouble there now"))
    def trouble(self, delivery: Delivery) -> str:
        return delivery.endpoint.trouble or "–"

    @admin.display(description=_("tries"))
    def tries(self, delivery: Delivery) -> SafeString:
        heads = ("n", _("at (UTC)"), _("status"), "ms", _("what happened"), _("answer"))
        rows = format_html_join("", "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>", map(_row, delivery.tries.all()))
        head = format_html_join("", '<th scope="col">{}</th>', ((text,) for text in heads))
        table = format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, rows)
        return format_html(
            '<div class="scrolls" role="region" aria-label="{}" tabindex="0">{}</div>', _("tries"), table
        )

    @admin.display(description=_("headers"))
    def headers(self, delivery: Delivery) -> SafeString:
        lines = [
            ("webhook-id", delivery.message_id),
            ("webhook-timestamp", _("the moment of the try")),
            ("webhook-signature", _("made anew for each try")),
            ("Content-Type", "application/json"),
            ("User-Agent", attempts.USER_AGENT),
            ("Idempotency-Key", delivery.message_id),
            ("X-Attempt", _("the number of the try")),
        ]
        return format_html("<pre>{}</pre>", format_html_join("\n", "{}: {}", lines))

    @admin.display(description=_("body"))
    def message(self, delivery: Delivery) -> SafeString:
        if delivery.post_id:
            return format_html("{}", _("Made when it is sent, from the task as it is then."))
        text = json.dumps(json.loads(bytes(delivery.body)), indent=1, ensure_ascii=False)
        return format_html('<pre tabindex="0">{}{}</pre>', text[:SHOWN], "…" if len(text) > SHOWN else "")


def _endpoint(request: HttpRequest, chosen: str | None) -> Endpoint | None:
    if not IDENTIFIER.fullmatch(chosen or ""):
        return None
    return seen_by(signed_in(request)).filter(pk=int(chosen or "")).first()


def _found(queryset: QuerySet[Delivery], term: str) -> QuerySet[Delivery]:
    """By escalation or by id, each through its index."""
    number = term.upper().removeprefix("ESC-")
    if number.isdecimal() and number.isascii() and len(number) < 19:
        return queryset.filter(event__escalation__number=int(number))
    try:
        return queryset.filter(pk=UUID(term))
    except ValueError:
        return queryset.none()


def _row(attempt: Attempt) -> tuple[Any, ...]:
    what = attempt.detail or (_("delivered") if attempt.is_success else _("on its way, or its process died"))
    status = attempt.status_code or attempt.error or "–"
    return attempt.n, f"{attempt.started_at:%Y-%m-%d %H:%M:%S}", status, attempt.ms, what, attempt.answer
