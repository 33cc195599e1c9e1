"""Every escalation there was: to search, to read, to act on. Nothing here writes a fact but the verbs."""

import json
from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import QuerySet
from django.db.models.functions import Left, Now
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from escalations.models import UNFINISHED, Escalation
from escalations.paging import Uncounted
from reviewers.models import Pool, Reviewer

LARGEST = 2**63 - 1
EXCERPT = 160  # characters of the issue in a list
CONTEXT_SHOWN = 20_000  # characters; the desk's page shows all of it


class InPool(admin.SimpleListFilter):
    title = _("pool")
    parameter_name = "pool"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:  # noqa: ANN401, ARG002 - Django's own
        return [(pool.pk, pool.name) for pool in Pool.objects.visible_to(cast("Reviewer", request.user))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Escalation]) -> QuerySet[Escalation]:  # noqa: ARG002
        chosen = self.value() or ""
        return queryset.filter(pool=int(chosen)) if chosen.isdecimal() and int(chosen) <= LARGEST else queryset


class IsOverdue(admin.SimpleListFilter):
    title = _("time")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401, ARG002
        return [("yes", _("Overdue"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Escalation]) -> QuerySet[Escalation]:  # noqa: ARG002
        return queryset.filter(status__in=UNFINISHED, due_at__lt=Now()) if self.value() else queryset


@admin.register(Escalation)
class EscalationAdmin(admin.ModelAdmin[Escalation]):
    list_display = ("reference", "badge", "issue", "status", "source_agent", "pool", "assignee", "asked")
    list_display_links = ("reference", "issue")
    list_filter = ("status", "priority", InPool, IsOverdue)
    list_per_page = 50
    ordering = ("-created_at", "-id")
    sortable_by = ("asked",)
    paginator = Uncounted
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("number",)
    search_help_text = _("A number such as ESC-1042, an id, or words of the issue.")
    change_form_template = "admin/escalations/escalation/change_form.html"
    actions = None
    fieldsets = (
        (None, {"fields": ("issue_description", "status", "priority", "pool", "tags", "source_agent")}),
        (_("Who and when"), {"fields": ("assignee", "created_at", "assigned_at", "claimed_at", "due_at")}),
        (_("The answer"), {"fields": ("outcome", "resolution_notes", "decided_by_name", "resolved_at", "finished_at")}),
        (_("From the agent"), {"fields": ("context", "metadata", "webhook_url", "dedupe_key", "run_id", "id")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Escalation]:
        return Escalation.objects.visible_to(cast("Reviewer", request.user)).with_names()

    def get_changelist_instance(self, request: HttpRequest) -> Any:  # noqa: ANN401 - Django's own
        """The list carries the first words of the issue and none of the contexts."""
        changes = super().get_changelist_instance(request)
        changes.result_list = changes.result_list.defer(
            "issue_description", "context_data", "metadata", "resolution_notes"
        ).annotate(excerpt=Left("issue_description", EXCERPT))
        return changes

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Escalation],
        search_term: str,
    ) -> tuple[QuerySet[Escalation], bool]:
        return (_found(queryset, search_term.strip()) if search_term.strip() else queryset), False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Escalation | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Escalation | None = None) -> bool:  # noqa: ARG002
        return False

    @admin.display(description=_("priority"))
    def badge(self, escalation: Escalation) -> str:
        return format_html('<span class="badge {}">{}</span>', escalation.priority, escalation.get_priority_display())

    @admin.display(description=_("issue"))
    def issue(self, escalation: Escalation) -> str:
        text: str = escalation.__dict__.get("excerpt") or escalation.issue_description
        return " ".join(text.split())

    @admin.display(description=_("assigned to"), empty_value="–")
    def assignee(self, escalation: Escalation) -> str | None:
        return escalation.assignee_name

    @admin.display(description=_("asked (UTC)"), ordering="created_at")
    def asked(self, escalation: Escalation) -> str:
        return f"{escalation.created_at:%Y-%m-%d %H:%M}"

    @admin.display(description=_("context"))
    def context(self, escalation: Escalation) -> str:
        text = json.dumps(escalation.context_data, indent=1, ensure_ascii=False)
        return format_html(
            '<pre tabindex="0">{}{}</pre>', text[:CONTEXT_SHOWN], "…" if len(text) > CONTEXT_SHOWN else ""
        )


def _found(queryset: QuerySet[Escalation], term: str) -> QuerySet[Escalation]:
    """By number, by id, or by words, each through its index."""
    number = term.upper().removeprefix("ESC-")
    if number.isdecimal() and number.isascii() and int(number) <= LARGEST:
        return queryset.filter(number=int(number))
    try:
        return queryset.filter(pk=UUID(term))
    except ValueError:
        words = SearchVector("issue_description", config="simple")
        return queryset.alias(words=words).filter(words=SearchQuery(term, config="simple", search_type="plain"))
