"""Configuration changes: who changed which agent, key, pool, person or endpoint, as Django notes it. Only read."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from escalations.admin.filters import Choice, Period, Person
from escalations.admin.lists import LongList


class Kind(Choice):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401, ARG002
        models = [model for model in admin.site._registry if model is not LogEntry]  # noqa: SLF001 - no public name
        kinds = ContentType.objects.get_for_models(*models)
        found = [(kind.pk, str(model._meta.verbose_name)) for model, kind in kinds.items()]  # noqa: SLF001
        return sorted(found, key=lambda each: each[1].lower())

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(content_type=int(value))


class Done(Choice):
    title = _("what was done")
    parameter_name = "done"
    words = ((ADDITION, _("Added")), (CHANGE, _("Changed")), (DELETION, _("Removed")))

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(action_flag=int(value))


class Changed(Period):
    title = _("changed")
    column = "action_time"


class ChangedBy(Person):
    title = _("person")
    column = "user"


@admin.register(LogEntry)
class ChangeAdmin(LongList):
    list_display = ("at", "who", "done", "kind", "what", "how")
    list_display_links = ("at",)
    list_filter = (Kind, Done, ChangedBy, Changed)
    list_per_page = 100
    list_select_related = ("user", "content_type")
    ordering = ("-action_time", "-id")
    fields = ("at", "who", "done", "kind", "what", "how")

    def has_view_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:  # noqa: ARG002
        return request.user.is_superuser  # also asked for whoever is not signed in

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=_("when (UTC)"))
    def at(self, entry: LogEntry) -> str:
        return f"{entry.action_time:%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("by"))
    def who(self, entry: LogEntry) -> str:
        return entry.user.get_full_name()

    @admin.display(description=_("done"))
    def done(self, entry: LogEntry) -> str:
        return str(dict(Done.words).get(entry.action_flag, ""))

    @admin.display(description=_("kind"))
    def kind(self, entry: LogEntry) -> str:
        return str(entry.content_type.name if entry.content_type else "")

    @admin.display(description=_("what"))
    def what(self, entry: LogEntry) -> str:
        url = None if entry.is_deletion() else entry.get_admin_url()
        return format_html('<a href="{}">{}</a>', url, entry.object_repr) if url else entry.object_repr

    @admin.display(description=_("how"), empty_value="–")
    def how(self, entry: LogEntry) -> str:
        return "" if entry.is_addition() else entry.get_change_message()
