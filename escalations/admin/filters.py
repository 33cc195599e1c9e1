"""Filters of long lists. None of them asks a long table what its values are: that would read all of it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from escalations.models import Agent
from reviewers.admin.seats import signed_in
from reviewers.models import Reviewer

SUGGESTED = 200  # names offered while one types


class Choice(admin.SimpleListFilter):
    """One of a few known words. An unknown one filters nothing."""

    kind = "choice"
    words: tuple[tuple[Any, str | Promise], ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401, ARG002 - Django's own
        return list(self.words)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        known = {str(value) for value, _word in self.lookup_choices}
        value = self.value()
        return self.chosen(queryset, value) if value in known else queryset

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): value})


class Typed(admin.SimpleListFilter):
    """A name that is typed, with suggestions: for what there may be thousands of."""

    kind = "typed"

    def has_output(self) -> bool:
        return True

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401, ARG002
        return [(name, name) for name in self.names(request)]

    def names(self, request: HttpRequest) -> list[str]:
        """What is offered, at most `SUGGESTED`; anything else may be typed as well."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        typed = (self.value() or "").strip()
        return self.named(queryset, typed) if typed and "\0" not in typed else queryset

    def named(self, queryset: QuerySet[Any], name: str) -> QuerySet[Any]:
        raise NotImplementedError


class Period(admin.SimpleListFilter):
    """From one day to another, both included, in UTC; either may be left out."""

    kind = "period"
    parameter_name = "from"
    until_name = "to"
    column = "created_at"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[Model], model_admin: Any) -> None:  # noqa: ANN401
        super().__init__(request, params, model, model_admin)
        if self.until_name in params:
            self.used_parameters[self.until_name] = params.pop(self.until_name)[-1]

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name, self.until_name]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401, ARG002
        return []

    @property
    def since(self) -> date | None:
        return _day(self.used_parameters.get(self.parameter_name))

    @property
    def until(self) -> date | None:
        return _day(self.used_parameters.get(self.until_name))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        if self.since:
            queryset = queryset.filter(**{f"{self.column}__gte": _midnight(self.since)})
        if self.until:
            queryset = queryset.filter(**{f"{self.column}__lt": _midnight(self.until) + timedelta(days=1)})
        return queryset


class Person(Typed):
    """Somebody by their name or email."""

    parameter_name = "person"
    column = "reviewer"

    def names(self, request: HttpRequest) -> list[str]:
        return [each.email for each in Reviewer.objects.visible_to(signed_in(request)).order_by("email")[:SUGGESTED]]

    def named(self, queryset: QuerySet[Any], name: str) -> QuerySet[Any]:
        found = Reviewer.objects.filter(Q(email=name.lower()) | Q(name__iexact=name))
        return queryset.filter(**{f"{self.column}__in": list(found.values_list("pk", flat=True)[:SUGGESTED])})


class AgentNamed(Typed):
    title = _("agent")
    parameter_name = "agent"

    def names(self, request: HttpRequest) -> list[str]:  # noqa: ARG002
        return list(Agent.objects.order_by("name").values_list("name", flat=True)[:SUGGESTED])

    def named(self, queryset: QuerySet[Any], name: str) -> QuerySet[Any]:
        found = Agent.objects.filter(name=name).first()
        return queryset.filter(agent=found) if found else queryset.none()


def _day(text: str | None) -> date | None:
    """None for what is no day, or one that no calendar here reaches."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 1970 <= day.year < 9999 else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
