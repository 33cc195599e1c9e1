"""What an agent is told about people: is anybody there, who is before it, and when will somebody come.

Silence is the worst answer an agent can get, so every escalation that is not finished says it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from escalations import routing
from reviewers import duty
from reviewers.models import Pool, Reviewer, ReviewerQuerySet, Role

if TYPE_CHECKING:
    from uuid import UUID

    from escalations.models import Escalation

COUNTED_AT_MOST = 1000  # places in the queue

_ASK = f"""
    SELECT count(*), count(*) FILTER (WHERE {routing.ON_DUTY}),
        count(*) FILTER (WHERE {routing.ON_DUTY} AND (r.capacity IS NULL OR r.held < r.capacity)),
        (SELECT pickup_seconds FROM reviewers_pool WHERE id = %(pool)s),
        (SELECT count(*) FROM (
            SELECT FROM escalations o
            WHERE o.pool_id = %(pool)s AND o.status IN ('open', 'assigned') AND NOT o.is_sandbox
              AND o.claimed_at IS NULL AND (o.queue_at, o.id) < (%(queue_at)s, %(id)s::uuid)
            LIMIT {COUNTED_AT_MOST}) before)
    FROM {routing.SEATS}
    WHERE s.pool_id = %(pool)s AND r.is_active AND r.role <> 'read_only' AND r.tags @> %(tags)s::text[]
      AND NOT r.id = ANY(%(declined_by)s::uuid[])"""
LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"  # behind everything of its moment


class State(StrEnum):
    STAFFED = "staffed"  # somebody who could take it is on duty
    OFF_HOURS = "off_hours"  # nobody is, but it is known when somebody will be
    NOBODY = "nobody"


class Availability(NamedTuple):
    """`queue_position` is 1 for what is next. Moments are null where they are not known."""

    state: State
    eligible_now: int
    queue_position: int
    estimated_pickup_at: datetime | None
    next_coverage_at: datetime | None


def of(escalation: Escalation) -> Availability | None:
    """None for what is finished or in somebody's hands; a sandbox escalation needs nobody."""
    if escalation.is_finished or escalation.claimed_at is not None or escalation.is_sandbox:
        return None
    return ask(
        escalation.pool_id,
        tags=escalation.tags,
        declined_by=escalation.declined_by,
        queue_at=escalation.queue_at,
        before=str(escalation.pk),
    )


def ask(
    pool: int, *, tags: list[str], queue_at: datetime, declined_by: list[UUID] | None = None, before: str = LAST
) -> Availability:
    """For something that stands, or would stand, at that place of the pool's queue."""
    wanted: dict[str, Any] = {"pool": pool, "tags": tags, "declined_by": declined_by or []}
    wanted |= {"queue_at": queue_at, "id": before}
    with connection.cursor() as cursor:
        cursor.execute(_ASK, wanted)
        able, on_duty, eligible, pickup, ahead = cursor.fetchone()
    now = datetime.now(UTC)
    is_to_come = able > 0 and on_duty == 0
    opens = next_coverage(pool, tags=tags, declined_by=declined_by, at=now) if is_to_come else None
    state = State.STAFFED if on_duty else State.OFF_HOURS if opens else State.NOBODY
    starts = now if on_duty else opens
    estimated = starts + timedelta(seconds=pickup) if starts is not None and pickup is not None else None
    return Availability(state, eligible, ahead + 1, estimated, opens)


def next_coverage(
    pool: int, *, tags: list[str], declined_by: list[UUID] | None = None, at: datetime
) -> datetime | None:
    """The first moment from `at` on which somebody with these tags is on duty in the pool, while it is open."""
    people = ReviewerQuerySet(Reviewer).active().filter(seats__pool=pool, tags__contains=tags)
    able = people.exclude(role=Role.READ_ONLY).exclude(pk__in=declined_by or [])
    plans = [duty.schedule(each, at) for each in able.prefetch_related("working_hours", "time_off")]
    doors = duty.closing(Pool.objects.prefetch_related("holidays").get(pk=pool))
    moment = doors.next_on(at)
    while moment is not None and plans:
        comings = [coming for plan in plans if (coming := plan.next_on(moment)) is not None]
        if not comings or doors.is_on(min(comings)):
            return min(comings, default=None)
        moment = doors.next_on(min(comings))
    return None


def measure() -> None:
    """Keep for each pool how long, by the median of the last hundred of a week, a task waits to be claimed."""
    with connection.cursor() as cursor:
        cursor.execute(_MEASURE)


_MEASURE = """
    UPDATE reviewers_pool p SET pickup_seconds = found.median
    FROM (SELECT each.id, (SELECT percentile_cont(0.5) WITHIN GROUP (
                ORDER BY extract(epoch FROM taken.claimed_at - taken.created_at))
            FROM (SELECT e.claimed_at, e.created_at FROM escalations e
                  WHERE e.pool_id = each.id AND e.created_at > now() - interval '7 days' AND NOT e.is_sandbox
                    AND e.claimed_at IS NOT NULL
                  ORDER BY e.created_at DESC, e.id DESC LIMIT 100) taken) AS median
          FROM reviewers_pool each) found
    WHERE p.id = found.id AND p.pickup_seconds IS DISTINCT FROM found.median"""
