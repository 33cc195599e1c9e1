"""The SQL that makes the roll-ups anew: facts from the escalations, days from the facts, months from the days."""

from metrics import cuts, folding
from metrics.models import COUNTERS, Grain, Kind, Length

CUTS = [cuts.number(kind, sides) for kind in Kind for sides in cuts.KEPT]

HOW_MANY = "SELECT greatest(0, reltuples)::bigint FROM pg_class WHERE oid = 'escalations'::regclass"
ALL_ESCALATIONS = "SELECT id FROM escalations WHERE id > %(after)s ORDER BY id LIMIT %(limit)s"
ALL_FACTS = "SELECT id FROM metrics_fact WHERE id > %(after)s ORDER BY id LIMIT %(limit)s"
KEEP = f"""
    WITH fresh AS MATERIALIZED ({folding.FRESH}), gone AS ({folding.GONE})
    {folding.KEEP}"""
DAYS = f"""
    SELECT date_trunc('day', created_at, 'UTC') FROM metrics_fact
    UNION SELECT date_trunc('day', answered_at, 'UTC') FROM metrics_fact WHERE answered_at IS NOT NULL
    UNION SELECT at FROM metrics_counted WHERE cut = 0 AND grain = {Grain.DAY} ORDER BY 1"""

_OF = "cut = ANY(%(cuts)s) AND {more} at >= %(since)s AND at < %(until)s"
_LENGTHS = f"length IN ({', '.join(str(length.value) for length in Length)}) AND"


def _clear(grains: str) -> tuple[str, str]:
    return (
        f"DELETE FROM metrics_counted WHERE {_OF.format(more=f'grain IN ({grains}) AND')}",
        f"DELETE FROM metrics_measured WHERE {_OF.format(more=f'{_LENGTHS} grain IN ({grains}) AND')}",
    )


_HERE = f"p.at >= %(since)s AND p.at < %(until)s AND g.grain <> {Grain.MONTH}"
DAY = (
    *_clear(f"{Grain.HOUR}, {Grain.DAY}"),
    f"""
    WITH parts AS MATERIALIZED (
        SELECT {folding.COLUMNS}, 1 AS sign FROM metrics_fact
        WHERE is_counted AND (created_at >= %(since)s AND created_at < %(until)s
            OR answered_at >= %(since)s AND answered_at < %(until)s)),
    {folding.COUNT.format(cells=_HERE)},
    {folding.MEASURE.format(cells=_HERE)}""",
)

_SIDES = "pool, agent, priority, key"
_MONTH = f"{Grain.MONTH}, date_trunc('month', at, 'UTC')"
_DAYS = _OF.format(more=f"{{more}} grain = {Grain.DAY} AND")
MONTH = (
    *_clear(f"{Grain.MONTH}"),
    f"""
    INSERT INTO metrics_counted (cut, grain, at, {_SIDES}, {", ".join(COUNTERS)})
    SELECT cut, {_MONTH}, {_SIDES}, {", ".join(f"sum({name})" for name in COUNTERS)}
    FROM metrics_counted WHERE {_DAYS.format(more="")} GROUP BY cut, date_trunc('month', at, 'UTC'), {_SIDES}""",
    f"""
    INSERT INTO metrics_measured (cut, length, grain, at, {_SIDES}, part, count, total, lanes)
    SELECT cut, length, {_MONTH}, {_SIDES}, part, sum(count), sum(total), sum(lanes)
    FROM metrics_measured WHERE {_DAYS.format(more=_LENGTHS)}
    GROUP BY cut, length, date_trunc('month', at, 'UTC'), {_SIDES}, part""",
)
