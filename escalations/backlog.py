"""What nobody could take when it came: assigned, most urgent first, as soon as somebody becomes eligible."""

from collections.abc import Callable, Iterable

from django.db import connection, transaction

from escalations import lifecycle, routing, statements, timers
from escalations.models import Escalation
from reviewers import duty

BATCH = 200
BATCHES = 50  # of one kind in one sweep
_LIMIT = {"limit": BATCH}

_DESERTED = f"""
    SELECT e.* FROM escalations e
    WHERE e.status = 'open' AND NOT e.is_sandbox AND {statements.DESERTED}
    ORDER BY e.queue_at, e.id LIMIT %(limit)s"""

# Whether `sweep` would find anything. Each asks the few rows first: people, pools that others stand in for.
IS_DUE = f"""
    EXISTS (SELECT FROM reviewers_reviewer WHERE duty_changes_at <= %(now)s)
    OR EXISTS (SELECT FROM reviewers_pool WHERE open_changes_at <= %(now)s)
    OR EXISTS (
        SELECT FROM escalations WHERE expires_at <= now() AND status IN ('open', 'assigned') AND on_timeout <> 'keep')
    OR EXISTS (
        SELECT FROM reviewers_reviewer r
        WHERE EXISTS (
            SELECT FROM escalations e WHERE e.assigned_to = r.id AND e.status = 'assigned' AND {routing.IS_ABSENT}))
    OR EXISTS ({routing.LAPSING.replace("%(limit)s", "1")}) OR EXISTS ({routing.LEFT.replace("%(limit)s", "1")})
    OR EXISTS (
        SELECT FROM {routing.SEATS}
        WHERE {routing.ON_DUTY} AND (r.capacity IS NULL OR r.held < r.capacity) AND EXISTS (
            SELECT FROM escalations e
            WHERE e.pool_id = s.pool_id AND e.status = 'open' AND NOT e.is_sandbox AND {routing.COULD}))
    OR EXISTS (
        SELECT FROM reviewers_pool own JOIN escalations e ON e.pool_id = own.id
        WHERE own.fallback_id IS NOT NULL AND e.status = 'open' AND NOT e.is_sandbox AND {statements.DESERTED})"""


def assign(pool: int) -> int:
    """Assign what can be assigned in the pool, in the one queue order. Returns how many were assigned."""
    assigned = 0
    while _assign_first(pool):
        assigned += 1
    return assigned


def assign_up_to(escalation: Escalation) -> Escalation | None:
    """Assign what comes before it in its pool, then it; None when it stays open or somebody else has moved it."""
    while routed := _assign_first(escalation.pool_id):
        if routed.pk == escalation.pk:
            return routed
    return None


@transaction.atomic
def _assign_first(pool: int) -> Escalation | None:
    routing.take_turn(pool)
    first = next(iter(Escalation.objects.raw(routing.BACKLOG, {"pool": pool})), None)
    return first and lifecycle.route_in_turn(first)


def free_abandoned() -> None:
    """Give back what people hold who are no longer active."""
    _work_off(lambda: Escalation.objects.raw(routing.ABANDONED, _LIMIT), timers.take_from_the_absent)


def lapse_due() -> None:
    """Take from people what they did not claim in time, and what they claimed and left."""
    _work_off(lambda: Escalation.objects.raw(routing.LAPSING, _LIMIT), timers.lapse)
    _work_off(lambda: Escalation.objects.raw(routing.LEFT, _LIMIT), timers.lapse_claim)


def expire_due() -> None:
    """End what nobody answered before the agent's own deadline."""
    _work_off(lambda: Escalation.objects.expired().order_by("expires_at")[:BATCH], timers.expire)


def stand_in_due() -> None:
    """Let other pools stand in for those where nobody is on duty."""
    _work_off(lambda: Escalation.objects.raw(_DESERTED, _LIMIT), timers.stand_in)


def _work_off(find: Callable[[], Iterable[Escalation]], act: Callable[[Escalation], Escalation | None]) -> None:
    """Batch by batch, until nothing is due or nothing can be done about what is."""
    for _batch in range(BATCHES):
        due = list(find())
        done = [act(each) for each in due]
        if len(due) < BATCH or not any(done):
            return


def sweep() -> None:
    """The due work of routing. Safe to run anywhere, any number of times."""
    duty.refresh_due()
    expire_due()
    free_abandoned()
    lapse_due()
    with connection.cursor() as cursor:
        cursor.execute(routing.POOLS_WITH_BACKLOG)
        pools = [pool for (pool,) in cursor.fetchall()]
    for pool in pools:
        assign(pool)
    stand_in_due()
