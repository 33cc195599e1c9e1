"""Lists that only show: long, never counted to the end, never edited."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from escalations.paging import Uncounted


class BarList(ChangeList):
    """A list whose search and filters are one form above it, and which says all of them in its address."""

    has_bar = True

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What else the address says: the order, and whatever narrows the list without a control of its own."""
        shown = {SEARCH_VAR, *(name for spec in self.filter_specs for name in spec.expected_parameters())}
        pairs = self.filter_params.items()
        return [(name, value) for name, values in pairs if name not in shown for value in values]


class LongList(admin.ModelAdmin[Any]):
    list_per_page = 50
    list_max_show_all = 0
    sortable_by: ClassVar[tuple[str, ...]] = ()
    paginator = Uncounted
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions: Any = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ANN401, ARG002
        return BarList

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
