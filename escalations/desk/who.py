"""Who would get it? The pool's people in routing's own order, and what speaks against each of the others."""

from typing import Any, NamedTuple

from django import forms
from django.contrib import admin
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from escalations import availability, routing
from escalations.desk.people import viewer_of
from escalations.models import QUEUE_DELAY, Priority
from reviewers.models import Pool, Reviewer


class TaskForm(forms.Form):
    priority = forms.ChoiceField(choices=Priority, initial=Priority.MEDIUM, label=gettext_lazy("Priority"))
    tags = forms.CharField(required=False, max_length=500, label=gettext_lazy("Tags (separated by commas)"))

    def clean_tags(self) -> list[str]:
        return sorted({word.strip() for word in self.cleaned_data["tags"].split(",") if word.strip()})


class Candidate(NamedTuple):
    person: Reviewer
    is_eligible: bool
    why: str


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    pool = get_object_or_404(Pool.objects.visible_to(viewer_of(request)).select_related("fallback"), pk=pk)
    asked = request.GET if {"priority", "tags"} & set(request.GET) else {"priority": Priority.MEDIUM, "tags": ""}
    form = TaskForm(asked)
    shown = {
        **admin.site.each_context(request),
        "title": _("Who would get it?"),
        "pool": pool,
        "form": form,
        "found": _found(pool, form.cleaned_data) if form.is_valid() else None,
    }
    return TemplateResponse(request, "desk/who.html", shown, status=200 if form.is_valid() else 400)


def candidates(pool: Pool, tags: list[str]) -> list[Candidate]:
    """Everybody who sits there, who would be next first."""
    with connection.cursor() as cursor:
        cursor.execute(routing.WHO_IS_NEXT, {"pool": pool.pk, "tags": tags, "declined_by": []})
        names = [column.name for column in cursor.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    people = Reviewer.objects.in_bulk([each["id"] for each in found])
    return [
        Candidate(
            people[each["id"]], each["is_eligible"], _why(each, people[each["id"]], sorted({*tags} - {*pool.tags}))
        )
        for each in found
        if each["id"] in people
    ]


def _found(pool: Pool, asked: dict[str, Any]) -> dict[str, Any]:
    tags, delay = asked["tags"], QUEUE_DELAY[Priority(asked["priority"])]
    told = availability.ask(pool.pk, tags=tags, queue_at=timezone.now() + delay)
    found = candidates(pool, tags)
    return {
        "next": [each for each in found if each.is_eligible],
        "others": [each for each in found if not each.is_eligible],
        "before": told.queue_position - 1,
        "known_here": sorted({*tags} & {*pool.tags}),
        "coverage": told.next_coverage_at,
    }


def _why(row: dict[str, Any], person: Reviewer, tags: list[str]) -> str:
    """`tags`: those that the pool itself does not give."""
    if row["is_eligible"]:
        return _level(row)
    against = [
        (not row["is_open"], _("the pool is closed today")),
        (row["is_open"] and not row["is_on_duty"], _absence(person)),
        (not row["has_room"], _("holds %(held)s, and that is their capacity") % {"held": person.held}),
        (not row["has_tags"], _lacking(sorted(set(tags) - set(person.tags)))),
    ]
    return ", ".join(text for holds, text in against if holds)


def _level(row: dict[str, Any]) -> str:
    count = {"count": row["level"]}
    if row["strategy"] == Pool.Strategy.LEAST_LOADED:
        return ngettext("holds %(count)s task", "holds %(count)s tasks", row["level"]) % count
    return ngettext("was given %(count)s task so far", "was given %(count)s tasks so far", row["level"]) % count


def _absence(person: Reviewer) -> str:
    if person.away_since:
        return _("is away")
    return _("is off by their hours or on time off")


def _lacking(tags: list[str]) -> str:
    words = ngettext("lacks the tag %(tags)s", "lacks the tags %(tags)s", len(tags))
    return words % {"tags": ", ".join(tags)}
