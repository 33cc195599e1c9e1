"""Lists that only show: long, never counted to the end, never edited."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from escalations.paging import Uncounted


class LongList(admin.ModelAdmin[Any]):
    list_per_page = 50
    list_max_show_all = 0
    sortable_by: ClassVar[Sequence[str]] = ()
    paginator = Uncounted
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's own
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:  # noqa: ANN401, ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:  # noqa: ANN401, ARG002
        return False

    def response_action(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        *location: Any,  # noqa: ANN401 - as Django passes it
    ) -> HttpResponse | None:
        """As Django's, for a selection that may hold anything: what cannot be an id selects nothing."""
        try:
            return super().response_action(request, queryset, *location)
        except (ValidationError, ValueError):
            messages.warning(request, _("Nothing was done: that selection cannot be read. Select again."))
            return HttpResponseRedirect(request.get_full_path())
