"""What waits at this moment, by the indexes of open work. The time of a scope does not matter here, all else does."""

from django.db.models import Count, F, FloatField, Func, IntegerField, Q, Value
from django.db.models.functions import Extract, Now

from escalations.models import Escalation, EscalationQuerySet, Priority, Status
from metrics.scope import Scope
from metrics.shapes import Age, Waiting

HOUR = 3600.0
DAY = 24 * HOUR
AGES: tuple[float, ...] = (HOUR / 4, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY)  # seconds: where one step ends


def narrowed(scope: Scope) -> EscalationQuerySet:
    """What is unfinished in the scope, of any time."""
    exact = {"pool": scope.pool, "agent": scope.agent, "priority": scope.priority}
    found = Escalation.objects.for_people().unfinished()
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    return found if scope.pools is None else found.filter(pool__in=scope.pools)


def waiting_now(scope: Scope) -> dict[Priority, Waiting]:
    """How many are open, assigned, and overdue at this moment, by priority.

    Overdue is what is unfinished past its due time and does not wait on its agent.
    """
    counted = (
        narrowed(scope)
        .order_by()
        .values("priority")
        .annotate(
            open=Count("pk", filter=Q(status=Status.OPEN)),
            assigned=Count("pk", filter=Q(status=Status.ASSIGNED)),
            overdue=Count("pk", filter=Q(due_at__lt=Now(), paused_at=None)),
        )
        .values_list("priority", "open", "assigned", "overdue")
    )
    found = {priority: Waiting(*counts) for priority, *counts in counted}
    return {priority: found.get(priority, Waiting()) for priority in Priority}


def backlog_by_age(scope: Scope) -> list[Age]:
    """How many are unfinished at this moment by how long ago they were asked, pauses included, and by priority."""
    seconds = Extract(Now() - F("created_at"), "epoch", output_field=FloatField())
    step = Func(seconds, Value(list(AGES)), function="width_bucket", output_field=IntegerField())
    rows = narrowed(scope).order_by().annotate(step=step).values_list("step", "priority").annotate(count=Count("pk"))
    found = {(at, priority): count for at, priority, count in rows}
    return [
        Age(from_, to, {priority: found.get((at, priority), 0) for priority in Priority})
        for at, (from_, to) in enumerate(zip((0.0, *AGES), (*AGES, None), strict=True))
    ]
