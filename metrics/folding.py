"""The SQL of the roll-ups: what escalations contribute, and the difference to what was added up of them before."""

from metrics import cuts, histograms
from metrics.models import SUMS, Grain, Kind

AGAIN_WITHIN = "interval '7 days'"
IN_A_LOOP_FROM = 3  # the so-many-th of one run

# What the others' figures depend on, and never on them. Gives back those that are new, or whose waiting has ended.
KNOW = """
    INSERT INTO metrics_fact AS f
        (id, created_at, agent_id, fingerprint, run_id, first_pool, first_queue_at, claimed_at, waited)
    SELECT e.id, e.created_at, e.agent_id,
        md5(CASE WHEN e.dedupe_key IS NOT NULL THEN 'key ' || e.dedupe_key
                 ELSE 'words ' || regexp_replace(lower(btrim(e.issue_description)), '\\s+', ' ', 'g') END)::uuid,
        e.run_id, coalesce(k.pool, e.pool_id), coalesce(k.queue_at, e.queue_at), k.claimed_at,
        tstzrange(e.created_at, CASE WHEN coalesce(k.claimed_at, e.finished_at) IS NOT NULL
            THEN greatest(e.created_at, coalesce(k.claimed_at, e.finished_at)) END, '()')
    FROM escalations e CROSS JOIN LATERAL (
        SELECT min((v.facts->>'claimed_at')::timestamptz) AS claimed_at,
            min((v.facts->>'pool')::bigint) FILTER (WHERE v.type = 'escalation.created') AS pool,
            min((v.facts->>'queue_at')::timestamptz) FILTER (WHERE v.type = 'escalation.created') AS queue_at
        FROM events v WHERE v.escalation_id = e.id) k
    WHERE e.id = ANY(%(ids)s) AND NOT e.is_sandbox
    ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, run_id = excluded.run_id,
            first_pool = excluded.first_pool, first_queue_at = excluded.first_queue_at,
            claimed_at = excluded.claimed_at, waited = excluded.waited
        WHERE (f.fingerprint, f.run_id, f.first_pool, f.first_queue_at, f.claimed_at, f.waited) IS DISTINCT FROM
            (excluded.fingerprint, excluded.run_id, excluded.first_pool, excluded.first_queue_at,
             excluded.claimed_at, excluded.waited)
    RETURNING id"""

# Whose figures change with what has become known of these. Committed in another order than they happened, an earlier
# one may be seen after a later one; there are hardly ever any.
TOUCHED = f"""
    WITH known AS MATERIALIZED (SELECT * FROM metrics_fact WHERE id = ANY(%(ids)s))
    SELECT f.id FROM known k JOIN metrics_fact f ON f.agent_id = k.agent_id AND f.fingerprint = k.fingerprint
        AND f.created_at BETWEEN k.created_at AND k.created_at + {AGAIN_WITHIN}
    WHERE f.is_counted AND NOT f.is_repeated AND NOT k.is_counted
    UNION
    SELECT f.id FROM known k JOIN metrics_fact f ON f.agent_id = k.agent_id AND f.run_id = k.run_id
        AND f.created_at >= k.created_at
    WHERE f.is_counted AND NOT f.is_looped AND NOT k.is_counted
    UNION
    SELECT f.id FROM known k JOIN metrics_fact f ON f.first_pool = k.first_pool AND f.claimed_at > k.created_at
    WHERE f.is_counted AND NOT f.is_inverted AND NOT k.is_counted
      AND f.first_queue_at > k.first_queue_at AND k.waited @> f.claimed_at
    UNION
    SELECT f.id FROM known k JOIN metrics_fact f ON f.first_pool = k.first_pool AND f.claimed_at >= upper(k.waited)
    WHERE f.is_counted AND f.is_inverted AND f.first_queue_at > k.first_queue_at"""

# Never negative, should a clock have jumped; without a length there is none.
_MICROSECONDS = """
        CASE WHEN {length} < interval '0' THEN 0 ELSE (extract(epoch FROM {length}) * 1000000)::bigint END"""

_FRESH = f"""
    SELECT f.id, f.created_at, f.agent_id, e.pool_id, e.priority, coalesce(e.reason, '') AS reason, e.tags,
        {_MICROSECONDS.format(length="k.assigned_at - e.created_at")} AS assigned_in,
        {_MICROSECONDS.format(length="f.claimed_at - e.created_at")} AS claimed_in,
        CASE WHEN h.answered
             THEN {_MICROSECONDS.format(length="e.resolved_at - e.created_at - e.paused_for")} END AS resolved_in,
        k.first_assignee, k.first_claimer, CASE WHEN h.answered THEN e.assigned_to END AS answerer,
        k.assignees, k.claimers, CASE WHEN h.answered THEN e.resolved_at END AS answered_at, e.outcome,
        h.answered OR (e.status = 'expired' AND e.finished_at > e.due_at) AS is_due,
        h.answered AND e.resolved_at <= e.due_at AS in_time, e.avoidable,
        f.claimed_at IS NOT NULL AND EXISTS (
            SELECT FROM metrics_fact o WHERE o.waited @> f.claimed_at AND o.first_pool = f.first_pool
                AND o.first_queue_at < f.first_queue_at) AS is_inverted,
        EXISTS (
            SELECT FROM metrics_fact o WHERE o.agent_id = f.agent_id AND o.fingerprint = f.fingerprint
                AND o.created_at >= f.created_at - {AGAIN_WITHIN}
                AND (o.created_at, o.id) < (f.created_at, f.id)) AS is_repeated,
        f.run_id IS NOT NULL AND {IN_A_LOOP_FROM - 1} = (SELECT count(*) FROM (
            SELECT FROM metrics_fact o WHERE o.agent_id = f.agent_id AND o.run_id = f.run_id
                AND (o.created_at, o.id) < (f.created_at, f.id)
            ORDER BY o.created_at LIMIT {IN_A_LOOP_FROM - 1}) earlier) AS is_looped,
        d.delivered_in, coalesce(d.undelivered, 0) AS undelivered
    FROM metrics_fact f JOIN escalations e ON e.id = f.id
    CROSS JOIN LATERAL (SELECT e.status = 'resolved' AND e.decided_by_type = 'human' AS answered) h
    CROSS JOIN LATERAL (
        SELECT min((v.facts->>'assigned_at')::timestamptz) AS assigned_at,
            array_agg(DISTINCT (v.facts->>'assigned_to')::uuid) FILTER (WHERE v.facts->>'assigned_to' <> '')
                AS assignees,
            array_agg(DISTINCT (v.facts->>'assigned_to')::uuid) FILTER (WHERE v.facts->>'claimed_at' <> '')
                AS claimers,
            ((array_agg(v.facts->>'assigned_to' ORDER BY v.id) FILTER (WHERE v.facts->>'assigned_to' <> ''))[1])::uuid
                AS first_assignee,
            ((array_agg(v.facts->>'assigned_to' ORDER BY v.id) FILTER (WHERE v.facts->>'claimed_at' <> ''))[1])::uuid
                AS first_claimer
        FROM events v WHERE v.escalation_id = e.id) k
    CROSS JOIN LATERAL ({{messages}}) d
    WHERE f.id = ANY(%(ids)s) AND NOT e.is_sandbox"""
# A sibling's table, read by its name: the two apps do not import each other. Only agents' messages have an agent.
_MESSAGES = f"""
    SELECT array_agg({_MICROSECONDS.format(length="m.delivered_at - v.at")} ORDER BY m.delivered_at, m.id)
            FILTER (WHERE m.status = 'delivered') AS delivered_in,
        (count(*) FILTER (WHERE m.status = 'dead'))::int AS undelivered
    FROM events v JOIN notifications_delivery m ON m.event_id = v.id
    WHERE v.escalation_id = e.id AND m.agent_id IS NOT NULL"""
FRESH = _FRESH.format(messages=_MESSAGES)

OWN = (
    *("pool_id", "priority", "reason", "tags", "assigned_in", "claimed_in", "resolved_in", "first_assignee"),
    *("first_claimer", "answerer", "assignees", "claimers", "answered_at", "outcome", "is_due", "in_time", "avoidable"),
    *("is_inverted", "is_repeated", "is_looped", "delivered_in", "undelivered"),
)
COLUMNS = ", ".join(("id", "created_at", "agent_id", *OWN))
KEEP = f"""
    UPDATE metrics_fact f SET is_counted = true, {", ".join(f"{name} = n.{name}" for name in OWN)}
    FROM fresh n WHERE f.id = n.id
        AND (NOT f.is_counted OR ({", ".join(f"f.{name}" for name in OWN)})
            IS DISTINCT FROM ({", ".join(f"n.{name}" for name in OWN)}))"""
GONE = """
    DELETE FROM metrics_fact f WHERE f.id = ANY(%(ids)s) AND NOT EXISTS (SELECT FROM fresh n WHERE n.id = f.id)"""

# What each counter says of a fact. Of a person it says only what that person had to do with.
_SAYS = {
    "created": "1",
    "assigned": "(p.assigned_in IS NOT NULL)::int",
    "claimed": "(p.claimed_in IS NOT NULL)::int",
    "answered": "(p.answered_at IS NOT NULL)::int",
    "cancelled": "(p.outcome = 'cancelled')::int",
    "expired": "(p.outcome IN ('expired', 'default'))::int",
    "replayed": "(p.outcome = 'replayed')::int",
    "due": "p.is_due::int",
    "in_time": "p.in_time::int",
    "pressing": "(p.priority IN ('urgent', 'high'))::int",
    "inverted": "p.is_inverted::int",
    "repeated": "p.is_repeated::int",
    "looped": "p.is_looped::int",
    "rated": "(p.avoidable IS NOT NULL)::int",
    "avoidable": "p.avoidable::int",
    "undelivered": "p.undelivered",
    "assignment_total": "p.assigned_in",
    "assignment_lanes": "p.assigned_lane",
    "claim_total": "p.claimed_in",
    "claim_lanes": "p.claimed_lane",
    "resolution_total": "p.resolved_in",
    "resolution_lanes": "p.resolved_lane",
    "delivery_total": "p.delivered_total",
    "delivery_lanes": "p.delivered_lanes",
}
_OF_WHOM = {
    "assignment_total": "p.first_assignee",
    "assignment_lanes": "p.first_assignee",
    "claim_total": "p.first_claimer",
    "claim_lanes": "p.first_claimer",
    **dict.fromkeys(("answered", "due", "in_time", "rated", "avoidable"), "p.answerer"),
    **dict.fromkeys(("resolution_total", "resolution_lanes"), "p.answerer"),
}
_SAYS_OF_A_PERSON = {
    "assigned": "1",
    "claimed": "(who = ANY(p.claimers))::int",
    **{name: f"(who = {person})::int * {_SAYS[name]}" for name, person in _OF_WHOM.items()},
}


def _counters(says: dict[str, str]) -> str:
    return ", ".join(f"p.sign * coalesce({says.get(name, '0')}, 0) AS {name}" for name in SUMS)


_LANE = histograms.LANE.format(bucket=histograms.BUCKET)
_DIMENSIONS = "p.pool_id AS pool, p.agent_id AS agent, p.priority"
_POINTS = f"""
    SELECT {Kind.ALL} AS kind, '' AS key, date_trunc('hour', p.created_at, 'UTC') AS at, {_DIMENSIONS},
        {_counters(_SAYS)} FROM parts p
    UNION ALL
    SELECT {Kind.ALL}, '', date_trunc('hour', p.answered_at, 'UTC'), {_DIMENSIONS}, {_counters({"answers": "1"})}
    FROM parts p WHERE p.answered_at IS NOT NULL
    UNION ALL
    SELECT {Kind.REVIEWER}, who::text, date_trunc('hour', p.created_at, 'UTC'), {_DIMENSIONS},
        {_counters(_SAYS_OF_A_PERSON)} FROM parts p, unnest(p.assignees) who
    UNION ALL
    SELECT {Kind.TAG}, tag, date_trunc('hour', p.created_at, 'UTC'), {_DIMENSIONS}, {_counters(_SAYS)}
    FROM parts p, LATERAL (SELECT DISTINCT unnest(p.tags) AS tag) t
    UNION ALL
    SELECT {Kind.REASON}, p.reason, date_trunc('hour', p.created_at, 'UTC'), {_DIMENSIONS}, {_counters(_SAYS)}
    FROM parts p"""
_LANES = ", ".join(
    f"{_LANE.format(length=f'o.{name}_in')} AS {name}_lane" for name in ("assigned", "claimed", "resolved")
)
PARTS = f"""
    SELECT o.*, {_LANES}, d.*
    FROM ({{source}}) o CROSS JOIN LATERAL (
        SELECT sum(took) AS delivered_total, sum({_LANE.format(length="took")}) AS delivered_lanes
        FROM unnest(o.delivered_in) took) d"""

_CUTS = ", ".join(f"({kind.value}, {sides}::smallint)" for kind, kept in cuts.KEPT.items() for sides in kept)
_GRAINS = f"({Grain.HOUR}::smallint, 'hour'), ({Grain.DAY}, 'day'), ({Grain.MONTH}, 'month')"
_CELL = f"""
    (8 * p.kind + s.sides)::smallint AS cut, g.grain, date_trunc(g.word, p.at, 'UTC') AS at,
    CASE WHEN s.sides & {cuts.POOL} > 0 THEN p.pool ELSE 0 END AS pool,
    CASE WHEN s.sides & {cuts.AGENT} > 0 THEN p.agent ELSE 0 END AS agent,
    CASE WHEN s.sides & {cuts.PRIORITY} > 0 THEN p.priority ELSE '' END AS priority, p.key"""


def _some(alias: str) -> str:
    return " OR ".join(f"sum({alias}.{name}) <> 0" for name in SUMS)


# First by hour and all that is told apart, where most of a change cancels out, and then for every cut.
ADD = f"""
    point AS (
        SELECT kind, key, at, pool, agent, priority, {", ".join(f"sum({name}) AS {name}" for name in SUMS)}
        FROM ({_POINTS}) o GROUP BY 1, 2, 3, 4, 5, 6 HAVING {_some("o")})
    INSERT INTO metrics_cell AS c (cut, grain, at, pool, agent, priority, key, {", ".join(SUMS)})
    SELECT {_CELL}, {", ".join(f"sum(p.{name})" for name in SUMS)}
    FROM point p JOIN (VALUES {_CUTS}) s (kind, sides) ON s.kind = p.kind CROSS JOIN (VALUES {_GRAINS}) g (grain, word)
    WHERE {{cells}} GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING {_some("p")}
    ON CONFLICT (cut, grain, at, pool, agent, priority, key)
    DO UPDATE SET {", ".join(f"{name} = c.{name} + excluded.{name}" for name in SUMS)}"""

# Adds what is new and takes off what was added before. Those that are gone add nothing.
_BOTH = f"""
        SELECT {COLUMNS}, 1 AS sign FROM fresh
        UNION ALL SELECT {COLUMNS}, -1 FROM metrics_fact WHERE id = ANY(%(ids)s) AND is_counted"""
FOLD = f"""
    WITH fresh AS MATERIALIZED ({FRESH}),
    parts AS MATERIALIZED ({PARTS.format(source=_BOTH)}),
    kept AS ({KEEP}),
    gone AS ({GONE}),
    {ADD.format(cells="true")}"""
