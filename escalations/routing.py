"""Who gets it: strictly fair, and never a queue of creators on one lock.

Eligible are active people in the pool who are on duty, have all the tags, did not decline it, and are below their
capacity; among them whoever was served least is next (or holds least, if that is the pool's strategy), then whoever has
waited longest. A statement picks only seats at the least level
of its snapshot and passes over seats that another statement is just using. If that leaves nobody although somebody is
eligible, the caller asks again, one after the other under the pool's lock. So the spread among equally eligible people
never exceeds 1, whatever the concurrency.
"""

from typing import Any
from uuid import UUID

from django.db import connection

ASSIGNING = 7_034  # advisory locks (ASSIGNING, pool): one backlog router per pool

# What is kept of somebody's duty is believed only until the moment at which it changes (`reviewers/duty.py`).
ON_DUTY = """
    r.is_active AND r.role <> 'read_only' AND r.on_duty AND (r.duty_changes_at IS NULL OR r.duty_changes_at > now())
    AND p.is_open AND (p.open_changes_at IS NULL OR p.open_changes_at > now())"""
# What somebody knows in the pool `p`: their own tags, and those that everybody there is taken to know.
KNOWS = "(r.tags || p.tags)"
# Parameters: pool, tags, declined_by.
ELIGIBLE = f"""
    s.pool_id = %(pool)s AND {ON_DUTY} AND {KNOWS} @> %(tags)s::text[]
    AND NOT r.id = ANY(%(declined_by)s::uuid[]) AND (r.capacity IS NULL OR r.held < r.capacity)"""

SEATS = "reviewers_seat s JOIN reviewers_reviewer r ON r.id = s.reviewer_id JOIN reviewers_pool p ON p.id = s.pool_id"
LEVEL = "CASE p.strategy WHEN 'least_loaded' THEN r.held ELSE s.served END"

# Locks the seat and its reviewer, so that neither level nor capacity can move under the statement: a row that changed
# since the snapshot is checked again and fails `level = least`.
_PICK = f"""
    SELECT s.id AS seat_id, r.id AS reviewer_id, {KNOWS} AS tags
    FROM {SEATS}
    WHERE {ELIGIBLE}
      AND {LEVEL} = (SELECT min({LEVEL}) FROM {SEATS} WHERE {ELIGIBLE})
      AND {{condition}}
    ORDER BY {LEVEL}, s.turn LIMIT 1 FOR NO KEY UPDATE OF s, r"""

_SEATED = """
    UPDATE reviewers_seat s SET served = s.served + 1, turn = nextval('reviewers_turn')
    FROM pick WHERE s.id = pick.seat_id {unless}
    RETURNING s.reviewer_id"""

# An older task that the picked person could take comes first.
_NOBODY_IS_AHEAD = """AND NOT EXISTS (
    SELECT FROM escalations o
    WHERE o.pool_id = %(pool)s AND o.status = 'open' AND NOT o.is_sandbox AND o.queue_at < %(queue_at)s
      AND pick.tags @> o.tags AND NOT pick.reviewer_id = ANY(o.declined_by))"""

# For the statement that creates: waits for nobody.
PICK_FOR_NEW = f"""
    pick AS MATERIALIZED ({_PICK.format(condition="NOT %(is_sandbox)s")} SKIP LOCKED),
    got AS ({_SEATED.format(unless=_NOBODY_IS_AHEAD)})"""

# For a task that exists (its locked row is `was`): waits for a seat in use.
PICK_FOR_EXISTING = f"""
    pick AS MATERIALIZED ({_PICK.format(condition="EXISTS (SELECT FROM was)")}),
    got AS ({_SEATED.format(unless="")})"""

SOMEBODY_IS_ELIGIBLE = f"EXISTS (SELECT FROM {SEATS} WHERE {ELIGIBLE})"

# Everybody with a seat, who would be next first, and what speaks against the others.
WHO_IS_NEXT = f"""
    SELECT r.id, {LEVEL} AS level, p.strategy, {ELIGIBLE} AS is_eligible, {ON_DUTY} AS is_on_duty,
        p.is_open AND (p.open_changes_at IS NULL OR p.open_changes_at > now()) AS is_open,
        {KNOWS} @> %(tags)s::text[] AS has_tags, r.capacity IS NULL OR r.held < r.capacity AS has_room
    FROM {SEATS}
    WHERE s.pool_id = %(pool)s AND r.is_active AND r.role <> 'read_only'
    ORDER BY {ELIGIBLE} DESC, {LEVEL}, s.turn"""

# Nobody moved or declined it since it was read; else what is wanted is no longer true, and the backlog routes it.
IS_AS_KNOWN = "e.pool_id = %(pool)s AND e.declined_by <@ %(declined_by)s::uuid[]"
_COULD_TAKE = f"""
    SELECT {SOMEBODY_IS_ELIGIBLE}
        AND EXISTS (SELECT FROM escalations e WHERE e.id = %(id)s AND e.status = 'open' AND {IS_AS_KNOWN})"""

# On duty, with the tags of an escalation `e`, and not one who declined it.
COULD = f"{ON_DUTY} AND {KNOWS} @> e.tags AND NOT r.id = ANY(e.declined_by)"

# The first that can be assigned right now, in the one queue order.
BACKLOG = f"""
    SELECT e.id, e.pool_id, e.tags, e.declined_by FROM escalations e
    WHERE e.pool_id = %(pool)s AND e.status = 'open' AND NOT e.is_sandbox AND EXISTS (
        SELECT FROM {SEATS}
        WHERE s.pool_id = e.pool_id AND {COULD} AND (r.capacity IS NULL OR r.held < r.capacity))
    ORDER BY e.queue_at, e.id LIMIT 1"""

# Pools in which somebody could take something, and tasks of people who are not there: everything of those who are no
# longer active, and what the others have not claimed, unless a lead gave it to them.
POOLS_WITH_BACKLOG = """
    SELECT DISTINCT e.pool_id FROM escalations e WHERE e.status = 'open' AND NOT e.is_sandbox"""
IS_ABSENT = """
    (NOT r.is_active OR (e.claimed_at IS NULL AND e.assigned_by IS NULL AND NOT (
        r.on_duty AND (r.duty_changes_at IS NULL OR r.duty_changes_at > now()))))"""
ABANDONED = f"""
    SELECT e.id FROM escalations e JOIN reviewers_reviewer r ON r.id = e.assigned_to
    WHERE e.status = 'assigned' AND {IS_ABSENT} ORDER BY e.queue_at, e.id LIMIT %(limit)s"""
# To be claimed by then: from when it was assigned, or from when the pool came to say so, if that was later. What is
# still to come, in a simulation of the past, does not count.
CLAIMED_BY = """
    p.assign_within
    + greatest(e.assigned_at, CASE WHEN p.assign_within_since <= now() THEN p.assign_within_since END)"""
# Assigned and not claimed in time; the innermost bound is what the index serves.
LAPSING = f"""
    SELECT e.* FROM escalations e JOIN reviewers_pool p ON p.id = e.pool_id
    WHERE e.status = 'assigned' AND e.claimed_at IS NULL AND e.waiting_on = 'human'
      AND e.assigned_at <= now() - (SELECT min(assign_within) FROM reviewers_pool)
      AND {CLAIMED_BY} <= now()
    ORDER BY e.assigned_at LIMIT %(limit)s"""
# Claimed, and left for as long as the pool allows. That stands still while it waits on the agent.
LEASE_IS_OVER = """
    e.lease_until <= now() AND e.paused_at IS NULL AND (e.snoozed_at IS NULL OR e.snoozed_until IS NOT NULL)
    AND p.claim_within IS NOT NULL"""
LEFT = f"""
    SELECT e.* FROM escalations e JOIN reviewers_pool p ON p.id = e.pool_id
    WHERE {LEASE_IS_OVER} ORDER BY e.lease_until LIMIT %(limit)s"""


def take_turn(pool: int) -> None:
    """Wait for this pool's turn to route; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ASSIGNING, pool])


def could_take(escalation_id: UUID, wanted: dict[str, Any]) -> bool:
    """Whether it is open and somebody is eligible for what is `wanted`: pool, tags, declined_by."""
    with connection.cursor() as cursor:
        cursor.execute(_COULD_TAKE, wanted | {"id": escalation_id})
        return bool(cursor.fetchone()[0])
