"""The measures. The docstring of each is its definition; sandbox escalations never count.

A measure speaks of the escalations it is given: whoever asks narrows them to what they may see, and to a time.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import (
    Aggregate,
    Avg,
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
from django.db.models.expressions import CombinedExpression
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
    """What is unfinished right now. Who is overdue is among the open and the assigned ones."""

    open: int = 0
    assigned: int = 0
    overdue: int = 0


class Percentile(Aggregate):
    """The value below which the share lies, interpolated between its neighbours."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: str, share: float) -> None:
        super().__init__(expression, output_field=DurationField(), share=share)


def time_to_first_assignment(escalations: EscalationQuerySet) -> Spread:
    """From creation to the first moment somebody was chosen for it, by routing, by a lead, or by taking it.

    The first of all `assigned_at` in its history; later assignments do not count. What was never assigned does not
    count either.
    """
    known = escalations.for_people().annotate(first=_first_assigned_at()).exclude(first=None)
    return _spread(**known.annotate(took=_length("first")).aggregate(**_figures()))


def resolution_time(escalations: EscalationQuerySet) -> dict[Priority, Spread]:
    """From creation to the answer that stands, by priority. What was reopened counts until its last answer."""
    resolved = escalations.for_people().filter(status=Status.RESOLVED).annotate(took=_length("resolved_at"))
    told = resolved.order_by().values("priority").annotate(**_figures()).values_list("priority", *_figures())
    found = {priority: _spread(*figures) for priority, *figures in told}
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
    """Most were assigned when they were created, and never again: only the others need a look at their events."""
    events = Event.objects.filter(escalation=OuterRef("pk")).order_by().values("escalation")
    earliest = events.annotate(first=Min(Cast(KT("facts__assigned_at"), DateTimeField()))).values("first")
    return Case(When(assigned_at=F("created_at"), then=F("created_at")), default=Subquery(earliest))


def _length(until: str) -> ExpressionWrapper[CombinedExpression]:
    return ExpressionWrapper(F(until) - F("created_at"), output_field=DurationField())


def _figures() -> dict[str, Aggregate]:
    return {
        "count": Count("pk"),
        "mean": Avg("took"),
        "median": Percentile("took", 0.5),
        "p95": Percentile("took", 0.95),
    }


def _spread(count: int, mean: timedelta | None, median: timedelta | None, p95: timedelta | None) -> Spread:
    return Spread(count, _seconds(mean), _seconds(median), _seconds(p95))


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else round(length.total_seconds(), 3)
