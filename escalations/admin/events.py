"""The audit log: every change, by whom and when. It is read and never written here."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from escalations import export
from escalations.admin.escalations import pools_of
from escalations.admin.filters import AgentNamed, Choice, Period, Person
from escalations.admin.lists import LongList
from escalations.models import Event
from reviewers.admin.seats import signed_in

HEAD = ("Number", "When (UTC)", "Type", "Escalation", "By", "Kind of actor", "Agent", "API key", "Said", "Version")


class OfType(Choice):
    title = _("type")
    parameter_name = "type"
    words = tuple((type_.value, type_.label) for type_ in Event.Type)


class Happened(Period):
    title = _("happened")
    column = "at"


class By(Person):
    title = _("person")


@admin.register(Event)
class EventAdmin(LongList):
    list_display = ("at", "type", "of", "who", "said", "key", "seq")
    list_filter = (OfType, Happened, By, AgentNamed)
    list_per_page = 100
    list_select_related = ("escalation", "reviewer", "key")
    ordering = ("-at", "-id")
    actions = ("export_csv",)
    change_list_template = "admin/escalations/event/change_list.html"
    fields = ("at", "type", "of", "who", "key", "told", "then", "seq")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        unread = ("issue_description", "resolution_notes", *export.UNREAD)
        events = super().get_queryset(request).defer(*(f"escalation__{name}" for name in unread))
        pools = pools_of(signed_in(request))
        return events if pools is None else events.filter(escalation__is_sandbox=False, escalation__pool__in=pools)

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Event]) -> HttpResponse | None:
        found = queryset.select_related("escalation", "agent", "reviewer", "key")[: export.AT_MOST + 1]
        try:
            return export.attachment(export.table(HEAD, map(_line, found)), "audit-log")
        except export.TooLarge as refusal:
            messages.warning(request, refusal.detail)
            return None

    @admin.display(description=_("escalation"))
    def of(self, event: Event) -> SafeString:
        url = reverse("admin:desk_escalation", args=[event.escalation.number])
        return format_html('<a href="{}">{}</a>', url, event.escalation.reference)

    @admin.display(description=_("by"))
    def who(self, event: Event) -> str:
        return event.actor_name or _now("the desk")

    @admin.display(description=_("with it"), empty_value="–")
    def said(self, event: Event) -> str:
        text = _said(event)
        return f"{text[:80]}…" if len(text) > 80 else text

    @admin.display(description=_("with it"))
    def told(self, event: Event) -> SafeString:
        return _pretty(event.data)

    @admin.display(description=_("how it was after it"))
    def then(self, event: Event) -> SafeString:
        return _pretty(event.facts)


def _said(event: Event) -> str:
    return " ".join(str(value) for value in event.data.values() if isinstance(value, str | int))


def _pretty(value: object) -> SafeString:
    return format_html('<pre tabindex="0">{}</pre>', json.dumps(value, indent=1, ensure_ascii=False))


def _line(event: Event) -> list[Any]:
    return [
        event.seq,
        export.moment(event.at),
        event.type,
        event.escalation.reference,
        event.actor_name or "",
        event.get_actor_type_display(),
        event.agent.name,
        str(event.key or ""),
        export.compact(event.data) if event.data else "",
        event.facts.get("version"),
    ]
