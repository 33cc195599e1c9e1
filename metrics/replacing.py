"""The SQL that makes the roll-ups anew: facts from the escalations, days from the facts, months from the days."""

from metrics import cuts, folding
from metrics.models import SUMS, Grain

CUTS = [cuts.number(kind, sides) for kind, kept in cuts.KEPT.items() for sides in kept]

HOW_MANY = "SELECT greatest(0, reltuples)::bigint FROM pg_class WHERE oid = 'escalations'::regclass"
ALL_ESCALATIONS = "SELECT id FROM escalations WHERE id > %(after)s ORDER BY id LIMIT %(limit)s"
ALL_FACTS = "SELECT id FROM metrics_fact WHERE id > %(after)s ORDER BY id LIMIT %(limit)s"
FORGET = """
    DELETE FROM metrics_fact f WHERE f.id = ANY(%(ids)s)
        AND NOT EXISTS (SELECT FROM escalations e WHERE e.id = f.id AND NOT e.is_sandbox)"""
KEEP = f"WITH fresh AS MATERIALIZED ({folding.FRESH}) {folding.KEEP}"
DAYS = f"""
    SELECT day, sum(cases)::bigint FROM (
        SELECT date_trunc('day', created_at, 'UTC') AS day, count(*) AS cases FROM metrics_fact GROUP BY 1
        UNION ALL SELECT date_trunc('day', answered_at, 'UTC'), count(*)
        FROM metrics_fact WHERE answered_at IS NOT NULL GROUP BY 1
        UNION ALL SELECT at, 0 FROM metrics_cell WHERE cut = 0 AND grain = {Grain.DAY}) each
    GROUP BY 1 ORDER BY 1"""

_CLEAR = """
    DELETE FROM metrics_cell
    WHERE cut = ANY(%(cuts)s) AND grain IN ({grains}) AND at >= %(since)s AND at < %(until)s"""
_OF_THESE = f"""
    SELECT {folding.COLUMNS}, 1 AS sign FROM metrics_fact
    WHERE is_counted AND (created_at >= %(since)s AND created_at < %(until)s
        OR answered_at >= %(since)s AND answered_at < %(until)s)"""
_HERE = f"p.at >= %(since)s AND p.at < %(until)s AND g.grain <> {Grain.MONTH}"
DAY = (
    _CLEAR.format(grains=f"{Grain.HOUR}, {Grain.DAY}"),
    f"""
    WITH parts AS MATERIALIZED ({folding.PARTS.format(source=_OF_THESE)}),
    {folding.ADD.format(cells=_HERE)}""",
)
_BEGIN = "date_trunc('month', at, 'UTC')"
MONTH = (
    _CLEAR.format(grains=f"{Grain.MONTH}"),
    f"""
    INSERT INTO metrics_cell (cut, grain, at, pool, agent, priority, key, {", ".join(SUMS)})
    SELECT cut, {Grain.MONTH}, {_BEGIN}, pool, agent, priority, key, {", ".join(f"sum({name})" for name in SUMS)}
    FROM metrics_cell
    WHERE cut = ANY(%(cuts)s) AND grain = {Grain.DAY} AND at >= %(since)s AND at < %(until)s
    GROUP BY cut, {_BEGIN}, pool, agent, priority, key""",
)
