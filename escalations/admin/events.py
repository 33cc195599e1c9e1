"""The audit log: every change, by whom and when. It is read and never written here."""

from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from escalations.models import Escalation, Event
from escalations.paging import Uncounted
from reviewers.models import Reviewer, Role


@admin.register(Event)
class EventAdmin(admin.ModelAdmin[Event]):
    list_display = ("at", "type", "of", "who", "key", "seq")
    list_filter = ("type",)
    list_per_page = 100
    list_select_related = ("escalation", "reviewer", "key")
    ordering = ("-id",)
    sortable_by = ()
    paginator = Uncounted
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    fields = ("at", "type", "of", "who", "key", "data", "facts", "seq")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        viewer = cast("Reviewer", request.user)
        events = (
            super()
            .get_queryset(request)
            .defer("escalation__issue_description", "escalation__context_data", "escalation__metadata")
        )
        if viewer.role == Role.ADMIN:
            return events
        return events.filter(escalation__is_sandbox=False, escalation__pool__seats__reviewer=viewer)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's own
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:  # noqa: ARG002
        return False

    @admin.display(description=_("escalation"))
    def of(self, event: Event) -> str:
        escalation: Escalation = event.escalation
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:desk_escalation", args=[escalation.number]), escalation.reference
        )

    @admin.display(description=_("by"), empty_value="the desk")
    def who(self, event: Event) -> str | None:
        return event.actor_name
