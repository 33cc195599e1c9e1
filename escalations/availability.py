"""What an agent is told about people: is anybody there, who is before it, and when will somebody come.

Silence is the worst answer an agent can get, so every escalation that is not finished says it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models.expressions import RawSQL

from escalations import prepared, routing
from reviewers import duty
from reviewers.models import Pool, Reviewer, ReviewerQuerySet, Role

if TYPE_CHECKING:
    from uuid import UUID

    from escalations.models import Escalation

COUNTED_AT_MOST = 100  # places in the queue; each one more costs microseconds of every create

# Who of the pool could take it, who of them is on duty, who has room; how soon one is picked up; what is before it.
_COUNTS = f"""
    SELECT jsonb_build_array(count(*), count(*) FILTER (WHERE {routing.ON_DUTY}),
        count(*) FILTER (WHERE {routing.ON_DUTY} AND (r.capacity IS NULL OR {{held}} < r.capacity)),
        (SELECT pickup_seconds FROM reviewers_pool WHERE id = {{pool}}),
        (SELECT count(*) FROM (
            SELECT FROM escalations o
            WHERE o.pool_id = {{pool}} AND o.status IN ('open', 'assigned') AND NOT o.is_sandbox
              AND o.claimed_at IS NULL AND (o.queue_at, o.id) < ({{queue_at}}, {{id}})
            LIMIT {COUNTED_AT_MOST}) before))
    FROM {routing.SEATS}
    WHERE s.pool_id = {{pool}} AND r.is_active AND r.role <> 'read_only' AND {routing.KNOWS} @> {{tags}}
      AND NOT r.id = ANY({{declined_by}})"""
_ASK = _COUNTS.format(
    pool="%(pool)s",
    tags="%(tags)s::text[]",
    declined_by="%(declined_by)s::uuid[]",
    queue_at="%(queue_at)s::timestamptz",
    id="%(id)s::uuid",
    held="r.held",
)


def counted(row: str, held: str = "r.held") -> str:
    """SQL of the column `counts` for a row that `of` is asked about, which then needs no statement of its own."""
    names = ("tags", "declined_by", "queue_at", "id")
    counts = _COUNTS.format(pool=f"{row}.pool_id", held=held, **{name: f"{row}.{name}" for name in names})
    is_waiting = f"{row}.status IN ('open', 'assigned') AND {row}.claimed_at IS NULL AND NOT {row}.is_sandbox"
    return f"CASE WHEN {is_waiting} THEN ({counts}) END"


LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"  # behind everything of its moment


COUNTS = RawSQL(counted("escalations"), [])  # noqa: S611 - no value is in it; for a QuerySet of escalations


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
    wanted: dict[str, Any] = {"pool": escalation.pool_id, "tags": escalation.tags}
    wanted["declined_by"] = escalation.declined_by
    counts = getattr(escalation, "counts", None)
    if counts is None:
        return _asked(wanted | {"queue_at": escalation.queue_at, "id": escalation.pk})
    return _told(json.loads(counts) if isinstance(counts, str) else counts, wanted)


def ask(pool: int, *, tags: list[str], queue_at: datetime) -> Availability:
    """For something that would stand at that place of the pool's queue."""
    return _asked({"pool": pool, "tags": tags, "declined_by": [], "queue_at": queue_at, "id": LAST})


def _asked(wanted: dict[str, Any]) -> Availability:
    ((counts,),) = prepared.rows(_ASK, wanted)
    return _told(json.loads(counts) if isinstance(counts, str) else counts, wanted)


def _told(counts: list[Any], wanted: dict[str, Any]) -> Availability:
    able, on_duty, eligible, pickup, ahead = counts
    now = datetime.now(UTC)
    is_to_come = able > 0 and on_duty == 0
    who = {"tags": wanted["tags"], "declined_by": wanted["declined_by"]}
    opens = next_coverage(wanted["pool"], **who, at=now) if is_to_come else None
    state = State.STAFFED if on_duty else State.OFF_HOURS if opens else State.NOBODY
    starts = now if on_duty else opens
    estimated = starts + timedelta(seconds=pickup) if starts is not None and pickup is not None else None
    return Availability(state, eligible, ahead + 1, estimated, opens)


def next_coverage(
    pool: int, *, tags: list[str], declined_by: list[UUID] | None = None, at: datetime
) -> datetime | None:
    """The first moment from `at` on which somebody with these tags is on duty in the pool, while it is open."""
    place = Pool.objects.prefetch_related("holidays").get(pk=pool)
    wanted = sorted({*tags} - {*place.tags})
    people = ReviewerQuerySet(Reviewer).active().filter(seats__pool=pool, tags__contains=wanted)
    able = people.exclude(role=Role.READ_ONLY).exclude(pk__in=declined_by or [])
    plans = [duty.schedule(each, at) for each in able.prefetch_related("working_hours", "time_off")]
    doors = duty.closing(place)
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
