"""The SQL of a transition: one statement that compares, sets, counts what people hold, and writes the event."""

from escalations import log, routing
from escalations.models import Escalation

# Guards: conditions on the escalation `e` beside its status.
OWNS = "e.agent_id = %(agent)s AND e.is_sandbox = %(is_sandbox)s"
_PERSON = """
    (NOT e.is_sandbox AND (%(pools)s::bigint[] = '{{}}' OR e.pool_id = ANY(%(pools)s::bigint[])) AND EXISTS (
        SELECT FROM reviewers_reviewer a
        WHERE a.id = %(reviewer)s AND a.is_active AND {role} AND (a.role = 'admin' OR EXISTS (
            SELECT FROM reviewers_seat s WHERE s.pool_id = e.pool_id AND s.reviewer_id = a.id))))"""
MAY_ACT = _PERSON.format(role="a.role <> 'read_only'")
# Who holds it, or could claim it now.
ANSWERS = f"{MAY_ACT} AND (e.claimed_at IS NULL OR e.assigned_to = %(reviewer)s)"
ASKS_FOR_NO_FORM = "(e.response_schema IS NULL AND e.allowed_decisions = '{}')"
MESSAGES_AT_MOST = 200  # of one escalation
MORE_MAY_BE_SAID = f"e.message_count < {MESSAGES_AT_MOST}"
LEADS = _PERSON.format(role="a.role IN ('admin', 'lead')")
CAN_TAKE = """
    EXISTS (SELECT FROM reviewers_seat s JOIN reviewers_reviewer r ON r.id = s.reviewer_id
            WHERE s.pool_id = e.pool_id AND r.id = %(to)s AND r.is_active AND r.role <> 'read_only')"""
HOLDER_IS_ABSENT = f"EXISTS (SELECT FROM reviewers_reviewer r WHERE r.id = e.assigned_to AND {routing.IS_ABSENT})"
LAPSED = """
    e.claimed_at IS NULL AND e.waiting_on = 'human' AND EXISTS (
        SELECT FROM reviewers_pool p WHERE p.id = e.pool_id AND e.assigned_at + p.assign_within <= now())"""
# Nobody of its pool is on duty, and somebody of the pool that stands in could take it now.
DESERTED = f"""
    NOT EXISTS (SELECT FROM {routing.SEATS} WHERE s.pool_id = e.pool_id AND {routing.COULD})
    AND EXISTS (
        SELECT FROM {routing.SEATS} JOIN reviewers_pool own ON own.fallback_id = p.id
        WHERE own.id = e.pool_id AND {routing.COULD} AND (r.capacity IS NULL OR r.held < r.capacity))"""
EXPIRED = "e.expires_at <= now() AND e.on_timeout <> 'keep' AND e.paused_at IS NULL"
NEXT = """
    e.claimed_at IS NULL AND e.waiting_on = 'human' AND (e.assigned_to = %(reviewer)s OR (
        (e.status = 'open' OR e.priority = 'urgent') AND NOT %(reviewer)s = ANY(e.declined_by)
        AND e.tags <@ (SELECT a.tags FROM reviewers_reviewer a WHERE a.id = %(reviewer)s)))"""
FIRST = "ORDER BY e.queue_at, e.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"

# One by one: a prepared statement must not change what it returns when a migration adds a column.
COLUMNS = ", ".join(f"after.{field.column}" for field in Escalation._meta.concrete_fields)  # noqa: SLF001
NAMED = f"""
    SELECT {COLUMNS}, p.name AS pool_name, coalesce(nullif(r.name, ''), r.email) AS assignee_name
    FROM after JOIN reviewers_pool p ON p.id = after.pool_id
    LEFT JOIN reviewers_reviewer r ON r.id = after.assigned_to"""

# `was` locks the row; waiting there for somebody else's change ends with the guard being checked on their result.
# People are locked in the order of their ids, so that two hand-overs in opposite directions cannot block each other.
TRANSITION = f"""
    WITH was AS MATERIALIZED (
        SELECT e.* FROM escalations e
        WHERE {{where}} AND e.status IN ({{before}}) AND (%(version)s::int IS NULL OR e.version = %(version)s)
          AND {{guard}}
        {{tail}}),
    {{pick}}
    after AS (
        UPDATE escalations e SET status = {{status}}, version = e.version + 1, {{sets}}
        FROM was {{source}} WHERE e.id = was.id RETURNING e.*),
    moved AS (
        SELECT who, sum(tasks) AS tasks FROM (
            SELECT assigned_to AS who, -1 AS tasks FROM was WHERE status = 'assigned' AND EXISTS (SELECT FROM after)
            UNION ALL SELECT assigned_to, 1 FROM after WHERE status = 'assigned') each
        GROUP BY who HAVING sum(tasks) <> 0),
    locked AS MATERIALIZED (
        SELECT r.id, moved.tasks FROM reviewers_reviewer r JOIN moved ON moved.who = r.id
        ORDER BY r.id FOR NO KEY UPDATE OF r),
    held AS (UPDATE reviewers_reviewer r SET held = r.held + locked.tasks FROM locked WHERE r.id = locked.id),
    event AS ({log.INSERT})
    {NAMED}"""
