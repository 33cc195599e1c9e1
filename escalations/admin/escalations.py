"""Every escalation there was: to search, to read, to act on. Nothing here writes a fact but the verbs."""

import json
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from escalations import export, lifecycle, log
from escalations.admin import bulk
from escalations.admin.filters import AgentNamed, Choice, Period, Typed
from escalations.admin.lists import LongList
from escalations.models import Escalation, EscalationQuerySet, Priority, Reason, Status
from reviewers.admin.seats import signed_in
from reviewers.models import Pool, Reviewer, Role, Seat, Tag

LARGEST = 2**63 - 1
EXCERPT = 160  # characters of the issue in a list
CONTEXT_SHOWN = 20_000  # characters; the desk's page shows all of it
UNCATEGORISED = "none"


class InStatus(Choice):
    title = _("status")
    parameter_name = "status"
    words = (("unfinished", _("Unfinished")), *((status.value, status.label) for status in Status))

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return (
            cast("EscalationQuerySet", queryset).unfinished()
            if value == "unfinished"
            else queryset.filter(status=value)
        )


class OfPriority(Choice):
    title = _("priority")
    parameter_name = "priority"
    words = tuple((priority.value, priority.label) for priority in Priority)


class InPool(Choice):
    title = _("pool")
    parameter_name = "pool"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:  # noqa: ANN401, ARG002 - Django's own
        return [(pool.pk, pool.name) for pool in Pool.objects.visible_to(signed_in(request))]


class IsOverdue(Choice):
    title = _("time")
    parameter_name = "overdue"
    words = (("yes", _("Overdue")),)

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:  # noqa: ARG002
        return cast("EscalationQuerySet", queryset).overdue()


class Tagged(Typed):
    title = _("tag")
    parameter_name = "tag"

    def names(self, request: HttpRequest) -> list[str]:  # noqa: ARG002
        return list(Tag.objects.values_list("name", flat=True)[:200])

    def named(self, queryset: QuerySet[Any], name: str) -> QuerySet[Any]:
        return queryset.filter(tags__contains=[name])


class OfReason(Choice):
    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401, ARG002
        return [*Reason.objects.values_list("slug", "name"), (UNCATEGORISED, _("Uncategorised"))]

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(reason=None if value == UNCATEGORISED else value)


class Asked(Period):
    title = _("asked")


@admin.register(Escalation)
class EscalationAdmin(LongList):
    list_display = ("reference", "badge", "issue", "status", "source_agent", "pool", "assignee", "asked")
    list_display_links = ("reference", "issue")
    list_filter = (InStatus, OfPriority, IsOverdue, InPool, AgentNamed, Tagged, OfReason, Asked)
    ordering = ("-created_at", "-id")
    sortable_by = ("asked",)
    search_fields = ("number",)
    search_help_text = _("A number such as ESC-1042, an id, or words of the issue.")
    change_form_template = "admin/escalations/escalation/change_form.html"
    change_list_template = "admin/escalations/escalation/change_list.html"
    actions = ("export_csv", "hand_over", "give_back")
    fieldsets = (
        (None, {"fields": ("issue_description", "status", "priority", "pool", "tags", "source_agent")}),
        (_("Who and when"), {"fields": ("assignee", "created_at", "assigned_at", "claimed_at", "due_at")}),
        (_("The answer"), {"fields": ("outcome", "resolution_notes", "decided_by_name", "resolved_at", "finished_at")}),
        (_("From the agent"), {"fields": ("context", "metadata", "webhook_url", "dedupe_key", "run_id", "id")}),
    )

    def get_queryset(self, request: HttpRequest) -> EscalationQuerySet:
        return seen_by(signed_in(request)).with_names()

    def get_changelist_instance(self, request: HttpRequest) -> Any:  # noqa: ANN401 - Django's own
        """The list carries the first words of the issue and none of the contexts."""
        changes = super().get_changelist_instance(request)
        changes.result_list = changes.result_list.defer(
            "issue_description", "resolution_notes", *export.UNREAD
        ).annotate(excerpt=Left("issue_description", EXCERPT))
        return changes

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
        """With the head of the log from before the list, so that no change falls in between."""
        return super().changelist_view(request, (extra_context or {}) | {"head": log.head()})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().change_view(request, object_id, form_url, (extra_context or {}) | {"head": log.head()})

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Escalation],
        search_term: str,
    ) -> tuple[QuerySet[Escalation], bool]:
        return (_found(queryset, search_term.strip()) if search_term.strip() else queryset), False

    def has_lead_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).role in {Role.ADMIN, Role.LEAD}

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: EscalationQuerySet) -> HttpResponse | None:
        try:
            return export.response(queryset)
        except export.TooLarge as refusal:
            messages.warning(request, refusal.detail)
            return None

    @admin.action(description=_("Assign to somebody…"), permissions=["lead"])
    def hand_over(self, request: HttpRequest, queryset: EscalationQuerySet) -> HttpResponse | None:
        viewer = signed_in(request)
        form = bulk.AssignForm(viewer, request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, queryset, _now("Assign to somebody"), form)
        to, note = form.cleaned_data["to"], form.cleaned_data["note"]
        report = self._each(queryset, lambda pk: lifecycle.assign(pk, to=to, by=viewer, note=note))
        said = ngettext(
            "%(count)d escalation is with %(name)s now.", "%(count)d escalations are with %(name)s now.", report.done
        )
        report.tell(request, said % {"count": report.done, "name": to.display_name})
        return None

    @admin.action(description=_("Take back and release…"), permissions=["lead"])
    def give_back(self, request: HttpRequest, queryset: EscalationQuerySet) -> HttpResponse | None:
        viewer = signed_in(request)
        form = bulk.ReleaseForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, queryset, _now("Take back and release"), form)
        report = self._each(queryset, lambda pk: lifecycle.release(pk, by=viewer, reason=form.cleaned_data["note"]))
        said = ngettext(
            "%(count)d escalation was released. Whoever is next gets it.",
            "%(count)d escalations were released. Whoever is next gets them.",
            report.done,
        )
        report.tell(request, said % {"count": report.done})
        return None

    @admin.display(description=_("priority"))
    def badge(self, escalation: Escalation) -> SafeString:
        return format_html(
            '<span class="badge {}" data-escalation="{}" data-version="{}">{}</span>',
            *(escalation.priority, escalation.pk, escalation.version, escalation.get_priority_display()),
        )

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
    def context(self, escalation: Escalation) -> SafeString:
        text = json.dumps(escalation.context_data, indent=1, ensure_ascii=False)
        return format_html(
            '<pre tabindex="0">{}{}</pre>', text[:CONTEXT_SHOWN], "…" if len(text) > CONTEXT_SHOWN else ""
        )

    def _ask(self, request: HttpRequest, queryset: EscalationQuerySet, title: str, form: Any) -> TemplateResponse:  # noqa: ANN401
        """The page before a bulk action: what is chosen, and what the verb needs to know."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "chosen": queryset.select_related(None).only("pk", "number")[: bulk.AT_MOST],
            "action": request.POST["action"],
            "at_most": bulk.AT_MOST,
        }
        return TemplateResponse(request, "admin/escalations/escalation/bulk.html", context)

    def _each(self, queryset: EscalationQuerySet, verb: Callable[[UUID], object]) -> bulk.Report:
        return bulk.apply(verb, list(queryset.select_related(None).only("pk", "number")[: bulk.AT_MOST]))


def seen_by(viewer: Reviewer) -> EscalationQuerySet:
    """As `visible_to`, with the pools as values: so the planner knows how much of the history is theirs."""
    pools = pools_of(viewer)
    return Escalation.objects.for_people() if pools is None else Escalation.objects.for_people().filter(pool__in=pools)


def pools_of(viewer: Reviewer) -> list[int] | None:
    """The ids of the pools whose escalations they see; None: all of them."""
    if viewer.role == Role.ADMIN:
        return None
    return list(Seat.objects.filter(reviewer=viewer).values_list("pool_id", flat=True))


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
