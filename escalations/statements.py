"""The SQL of a transition: one statement that compares, sets, counts what people hold, and writes the event."""

from escalations import causes, log, routing
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
LAPSED = f"""
    e.claimed_at IS NULL AND e.waiting_on = 'human' AND e.assigned_to = %(holder)s AND EXISTS (
        SELECT FROM reviewers_pool p WHERE p.id = e.pool_id AND {routing.CLAIMED_BY} <= now())"""
LEFT = f"""
    e.claimed_at IS NOT NULL AND e.assigned_to = %(holder)s AND EXISTS (
        SELECT FROM reviewers_pool p WHERE p.id = e.pool_id AND {routing.LEASE_IS_OVER})"""
# The holder did something. Not for every key they press: a lease that has hardly begun stays.
RENEW = """
    UPDATE escalations e SET lease_until = now() + p.claim_within FROM reviewers_pool p
    WHERE e.id = %(id)s AND e.assigned_to = %(reviewer)s AND e.status = 'assigned' AND e.paused_at IS NULL
      AND p.id = e.pool_id
      AND e.lease_until <= now() + p.claim_within - least(make_interval(secs => %(fresh)s), p.claim_within / 2)
    RETURNING e.lease_until"""
# Nobody of its pool is on duty, and somebody of the pool that stands in could take it now.
DESERTED = f"""
    NOT EXISTS (SELECT FROM {routing.SEATS} WHERE s.pool_id = e.pool_id AND {routing.COULD})
    AND EXISTS (
        SELECT FROM {routing.SEATS} JOIN reviewers_pool own ON own.fallback_id = p.id
        WHERE own.id = e.pool_id AND {routing.COULD} AND (r.capacity IS NULL OR r.held < r.capacity))"""
# A policy's time has come: its row is read in the very statement, so that an edit or a claim just before it holds.
AGE = "(now() - e.created_at - e.paused_for)"
PASSED_ON = f"""
    (e.lapse_count >= 2 OR ((e.lapse_count > 0 OR e.declined_by <> '{{}}') AND NOT EXISTS (
        SELECT FROM {routing.SEATS}
        WHERE s.pool_id = e.pool_id AND r.is_active AND r.role <> 'read_only' AND {routing.KNOWS} @> e.tags
          AND NOT r.has_lapsed AND NOT r.id = ANY(e.declined_by))))"""
NOBODY = f"""
    (e.status = 'open' AND NOT EXISTS (
        SELECT FROM {routing.SEATS}
        WHERE s.pool_id = e.pool_id AND {routing.COULD} AND (r.capacity IS NULL OR r.held < r.capacity)))"""
POLICY_DUE = f"""
    NOT e.is_sandbox AND e.paused_at IS NULL AND EXISTS (
        SELECT FROM escalations_policy y
        WHERE y.id = %(policy)s AND y.is_active AND y.action = %(action)s AND {AGE} >= y.after
          AND (y.priority IS NULL OR y.priority = e.priority) AND (y.pool_id IS NULL OR y.pool_id = e.pool_id)
          AND CASE y.condition WHEN 'unresolved' THEN true WHEN 'unclaimed' THEN e.claimed_at IS NULL
                WHEN 'nobody' THEN {NOBODY} ELSE e.claimed_at IS NULL AND {PASSED_ON} END
          AND CASE y.action WHEN 'bump' THEN e.bumped_at IS NULL
                WHEN 'move' THEN e.claimed_at IS NULL AND e.pool_id <> y.target_pool_id
                WHEN 'reassign' THEN e.claimed_at IS NULL AND (
                    e.status = 'assigned' AND e.assigned_to IS DISTINCT FROM y.target_reviewer_id)
                ELSE true END
          AND NOT EXISTS (
            SELECT FROM escalations_step d WHERE d.escalation_id = e.id AND d.policy_id = y.id
              AND (y.repeat_every IS NULL OR {AGE} < d.age + y.repeat_every)))"""
# Written with what the policy does; two at once cannot both write the same round.
STEP = f"""
    , step AS (
        INSERT INTO escalations_step (escalation_id, policy_id, round, age)
        SELECT e.id, %(policy)s, coalesce((
                SELECT max(d.round) + 1 FROM escalations_step d
                WHERE d.escalation_id = e.id AND d.policy_id = %(policy)s), 0), {AGE}
        FROM after e)"""
EXPIRED = "e.expires_at <= now() AND e.on_timeout <> 'keep' AND e.paused_at IS NULL"
NEXT = f"""
    e.claimed_at IS NULL AND e.waiting_on = 'human' AND (e.assigned_to = %(reviewer)s OR (
        (e.status = 'open' OR e.priority = 'urgent') AND NOT %(reviewer)s = ANY(e.declined_by)
        AND (e.tags = '{{}}' OR e.tags <@ (
            SELECT {routing.KNOWS} FROM reviewers_reviewer r, reviewers_pool p
            WHERE r.id = %(reviewer)s AND p.id = e.pool_id))))"""
FIRST = "ORDER BY e.queue_at, e.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"

# Labels of why they came, many at once. No news to the agent: the version stays. What a reviewer said, no machine
# changes; a reason that has been retired meanwhile is given to nobody.
LABEL = f"""
    WITH label AS (
        SELECT * FROM unnest(%(ids)s::uuid[], %(reasons)s::text[], %(confidences)s::float8[])
            AS l (id, reason, confidence)
        WHERE l.reason IS NULL OR EXISTS (SELECT FROM escalations_reason r WHERE r.slug = l.reason AND r.is_active)),
    was AS MATERIALIZED (
        SELECT e.id, e.reason AS before, label.reason, label.confidence FROM escalations e JOIN label USING (id)
        WHERE {{guard}} AND (e.reason, e.reason_source, e.reason_confidence)
            IS DISTINCT FROM (label.reason, %(source)s::text, label.confidence)
        ORDER BY e.id FOR NO KEY UPDATE OF e),
    after AS (
        UPDATE escalations e SET reason = was.reason, reason_source = %(source)s, reason_confidence = was.confidence
        FROM was WHERE e.id = was.id RETURNING e.*, was.before),
    event AS (
        INSERT INTO events ({log.COLUMNS}, {causes.COLUMNS})
        SELECT after.id, after.agent_id, 'escalation.categorised', %(actor_type)s, %(reviewer)s::uuid, %(key)s,
            jsonb_build_object('category', after.reason, 'source', after.reason_source,
                'confidence', after.reason_confidence, 'before', after.before),
            {log.FACTS.format(row="after")}, clock_timestamp(), {causes.VALUES}
        FROM after ORDER BY after.id)
    SELECT id FROM after"""
BY_MACHINE = "e.reason_source IS DISTINCT FROM 'reviewer'"

# One by one: a prepared statement must not change what it returns when a migration adds a column.
COLUMNS = ", ".join(f"after.{field.column}" for field in Escalation._meta.concrete_fields)  # noqa: SLF001
NAMED = f"""
    SELECT {COLUMNS}, p.name AS pool_name, coalesce(nullif(r.name, ''), r.email) AS assignee_name
    FROM after JOIN reviewers_pool p ON p.id = after.pool_id
    LEFT JOIN reviewers_reviewer r ON r.id = after.assigned_to"""

IDS = "SELECT after.id FROM after"

CHANGE = """
    UPDATE escalations e SET status = {status}, version = e.version + 1, {sets}
    FROM was {source} WHERE e.id = was.id RETURNING e.*"""
KEEP = "SELECT was.* FROM was"

# `was` locks the row; waiting there for somebody else's change ends with the guard being checked on their result.
# People are locked in the order of their ids, so that two hand-overs in opposite directions cannot block each other.
TRANSITION = f"""
    WITH was AS MATERIALIZED (
        SELECT e.* FROM escalations e
        WHERE {{where}} AND e.status IN ({{before}}) AND (%(version)s::int IS NULL OR e.version = %(version)s)
          AND {{guard}}
        {{tail}}),
    {{pick}}
    after AS ({{after}}),
    moved AS (
        SELECT who, sum(tasks) AS tasks FROM (
            SELECT assigned_to AS who, -1 AS tasks FROM was WHERE status = 'assigned' AND EXISTS (SELECT FROM after)
            UNION ALL SELECT assigned_to, 1 FROM after WHERE status = 'assigned') each
        GROUP BY who HAVING sum(tasks) <> 0),
    locked AS MATERIALIZED (
        SELECT r.id, moved.tasks FROM reviewers_reviewer r JOIN moved ON moved.who = r.id
        ORDER BY r.id FOR NO KEY UPDATE OF r),
    held AS (UPDATE reviewers_reviewer r SET held = r.held + locked.tasks FROM locked WHERE r.id = locked.id),
    event AS ({log.INSERT}){{also}}
    {{result}}"""
