"""The measures. The docstring of each is its definition; sandbox escalations never count.

A measure speaks of the escalations it is given: whoever asks narrows them to what they may see, and to a time.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Now

from escalations.models import EscalationQuerySet, Event, Priority, Status


@dataclass(frozen=True)
class Spread:
    """How long something took, in seconds; without a single case there is no figure."""

    count: int
    mean: float | None = None
    median: float | None = None
    p95: float | None = None


@dataclass(frozen=True)
class Asked:
    """What one agent asked, and how much of it has its answer."""

    source_agent: str
    created: int
    resolved: int


@dataclass(frozen=True)
class Waiting:
    """What is unfinished right now. What is overdue is among the open and the assigned ones."""

    open: int = 0
    assigned: int = 0
    overdue: int = 0


def time_to_first_assignment(escalations: EscalationQuerySet) -> Spread:
    """From creation to the first moment somebody was chosen for it, by routing, by a lead, or by taking it.

    The first of all `assigned_at` in its history; later assignments do not count. What was never assigned does not
    count either.
    """
    asked = escalations.for_people().annotate(until=_first_assigned_at())
    return _spreads(asked, by="NULL").get(None, Spread(0))


def resolution_time(escalations: EscalationQuerySet) -> dict[Priority, Spread]:
    """From creation to the answer that stands, by priority. What was reopened counts until its last answer."""
    resolved = escalations.for_people().filter(status=Status.RESOLVED).annotate(until=F("resolved_at"))
    found = _spreads(resolved, by="priority")
    return {priority: found.get(priority, Spread(0)) for priority in Priority}


def escalations_per_agent(escalations: EscalationQuerySet) -> list[Asked]:
    """How many each agent created, and how many of these are resolved; the busiest first."""
    resolved = Count("pk", filter=Q(status=Status.RESOLVED))
    counted = escalations.for_people().values("source_agent").annotate(created=Count("pk"), resolved=resolved)
    return [Asked(**row) for row in counted.order_by("-created", "source_agent")]


def waiting_now(escalations: EscalationQuerySet) -> dict[Priority, Waiting]:
    """How many are open, assigned, and overdue (unfinished past `due_at`) at this moment, by priority."""
    counted = (
        escalations.for_people()
        .unfinished()
        .order_by()
        .values("priority")
        .annotate(
            open=Count("pk", filter=Q(status=Status.OPEN)),
            assigned=Count("pk", filter=Q(status=Status.ASSIGNED)),
            overdue=Count("pk", filter=Q(due_at__lt=Now())),
        )
        .values_list("priority", "open", "assigned", "overdue")
    )
    found = {priority: Waiting(*counts) for priority, *counts in counted}
    return {priority: found.get(priority, Waiting()) for priority in Priority}


def _first_assigned_at() -> Case:
    """Most were assigned when they were created: only the others need a look at their events."""
    events = Event.objects.filter(escalation=OuterRef("pk")).order_by().values("escalation")
    earliest = events.annotate(first=Min(Cast(KT("facts__assigned_at"), DateTimeField()))).values("first")
    return Case(When(assigned_at=F("created_at"), then=F("created_at")), default=Subquery(earliest))


def _spreads(escalations: EscalationQuerySet, *, by: str) -> dict[str | None, Spread]:
    """The spread of the time from creation to the annotation `until`, for each value of `by`.

    Around the queryset's own statement, so that each `until` is worked out once. Those without one do not count.
    """
    took = ExpressionWrapper(F("until") - F("created_at"), output_field=DurationField())
    try:
        sql, params = escalations.annotate(took=took).order_by().values("priority", "took").query.sql_with_params()
    except EmptyResultSet:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH lived AS MATERIALIZED ({sql})
            SELECT {by}, count(took), avg(took), percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY took)
            FROM lived WHERE took IS NOT NULL GROUP BY 1""",
            params,
        )
        return {word: Spread(count, *map(_seconds, (mean, *shares))) for word, count, mean, shares in cursor}


def _seconds(length: timedelta) -> float:
    return round(length.total_seconds(), 3)
