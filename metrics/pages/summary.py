"""The figures of the tiles as a table, beside those of the time before."""

from django.utils.translation import gettext as _

from metrics.pages import totals
from metrics.pages.asked import Asked
from metrics.pages.tables import NUMBER, TEXT, Column, Table
from metrics.pages.totals import Totals

Figure = tuple[str, str, float | None]


def table(asked: Asked) -> Table:
    now, before = figures(totals.of(asked.scope)), figures(totals.of(asked.scope.before()))
    columns = [Column(_("Figure"), TEXT), Column(_("Unit"), TEXT), Column(asked.period, NUMBER)]
    columns.append(Column(asked.before.capitalize(), NUMBER))
    return Table(columns, [(*one, other[2]) for one, other in zip(now, before, strict=True)])


def figures(found: Totals) -> list[Figure]:
    """Name, unit, value."""
    lengths = [
        (_("Time to first assignment"), found.assignment),
        (_("Time to claim"), found.claim),
        (_("Time to resolution"), found.resolution),
        (_("Webhook delay"), found.webhooks.lag),
    ]
    shares = [
        (_("Resolved in time"), found.shares.in_time),
        (_("The agent could have done it"), found.shares.usefulness),
        (_("Webhooks delivered"), found.webhooks.success),
        (_("Asked again"), found.shares.recurrence),
        (_("Going in circles"), found.shares.loops),
        (_("Out of order"), found.shares.inversions),
        (_("Repeated answers"), found.shares.replayed),
    ]
    seconds, percent = _("seconds"), _("percent")
    return [
        (_("Opened"), _("escalations"), found.opened),
        (_("Escalation rate"), _("per 100 runs"), found.per_100_runs),
        (_("Escalation rate"), _("per day"), found.per_day),
        *(
            (f"{name}, {word}", seconds, value)
            for name, spread in lengths
            for word, value in ((_("mean"), spread.mean), (_("median"), spread.p50), (_("p95"), spread.p95))
        ),
        *((name, percent, None if share.ratio is None else 100 * share.ratio) for name, share in shares),
    ]
