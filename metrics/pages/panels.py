"""The panels of the page, in their order; here those over time and by priority."""

from collections.abc import Callable

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from escalations.models import Priority
from metrics import measures, words
from metrics.charts import heat, plots, ranks, ticks
from metrics.charts.plots import Series
from metrics.charts.ranks import Stretch
from metrics.measures import Share, Spread
from metrics.pages import people
from metrics.pages.asked import Asked
from metrics.pages.panel import Panel
from metrics.pages.tables import LENGTH, PRIORITY, SHARE, TEXT, Column, Table


def flow(asked: Asked) -> Panel:
    found = measures.flow(asked.scope, asked.step)
    is_hourly = asked.step == "hour"
    opened, resolved = [each.opened for each in found], [each.resolved for each in found]
    series = [Series("opened", _("Opened"), opened), Series("resolved", _("Resolved"), resolved)]
    places = [date_format(each.at, "H:i" if is_hourly else "j M") for each in found]
    facts = {"opened": words.number(sum(opened)), "resolved": words.number(sum(resolved)), "period": asked.period}
    moments = [f"{each.at:%Y-%m-%d %H:%M}" if is_hourly else f"{each.at:%Y-%m-%d}" for each in found]
    return Panel(
        key="flow",
        title=_("Opened and resolved per hour") if is_hourly else _("Opened and resolved per day"),
        measures=("flow",),
        said=_("%(period)s: %(opened)s opened, %(resolved)s resolved.") % facts,
        chart=plots.over_time(places, series) if any(opened + resolved) else None,
        table=Table(
            [
                Column(_("Hour (UTC)") if is_hourly else _("Day (UTC)"), TEXT),
                Column(_("Opened")),
                Column(_("Resolved")),
            ],
            list(zip(moments, opened, resolved, strict=True)),
        ),
    )


def resolution(asked: Asked) -> Panel:
    took, in_time = measures.time_to_resolution(asked.scope, "priority"), measures.in_time(asked.scope, "priority")
    rows = [(each, took.get(each, Spread(0)), in_time.get(each, Share())) for each in Priority]
    stretches = [_stretch(priority, spread) for priority, spread, _share in rows if spread.count]
    said = [f"{each.label}: {words.length(spread.p50)}" for each, spread, _share in rows if spread.count]
    columns = [
        *(
            Column(_("Priority"), PRIORITY),
            Column(_("Resolved")),
            Column(_("Mean"), LENGTH),
            Column(_("Median"), LENGTH),
        ),
        *(Column(_("95 %"), LENGTH), Column(_("In time"), SHARE)),
    ]
    return Panel(
        key="resolution",
        title=_("Resolution time by priority"),
        measures=("time_to_resolution", "in_time"),
        said=_("Medians. %(list)s.") % {"list": "; ".join(said)} if said else "",
        chart=ranks.spans(stretches) if stretches else None,
        table=Table(
            columns,
            [(each, spread.count, spread.mean, spread.p50, spread.p95, share.ratio) for each, spread, share in rows],
        ),
        is_open=bool(stretches),
    )


def week(asked: Asked) -> Panel:
    counts = measures.heat(asked.scope, asked.zone_hours)
    busiest = max(((count, day, hour) for day, row in enumerate(counts) for hour, count in enumerate(row)))
    facts = {"day": WEEKDAYS[busiest[1]], "hour": f"{busiest[2]:02d}:00", "n": words.number(busiest[0])}
    facts["zone"] = asked.zone
    return Panel(
        key="week",
        title=_("When it comes in"),
        measures=("heat",),
        said=_("Most came on %(day)s at %(hour)s (%(zone)s): %(n)s.") % facts if busiest[0] else "",
        chart=heat.week(counts, [str(WEEKDAYS_ABBR[day]) for day in range(7)]) if busiest[0] else None,
        table=Table(
            [
                Column(_("Weekday (%(zone)s)") % {"zone": asked.zone}, TEXT),
                *(Column(f"{hour:02d}") for hour in range(24)),
            ],
            [(str(WEEKDAYS[day]), *row) for day, row in enumerate(counts)],
        ),
    )


def backlog(asked: Asked) -> Panel:
    ages = measures.backlog_by_age(asked.scope)
    names = [_age(each.from_, each.to) for each in ages]
    ranked = [
        ranks.Rank(
            name,
            [ranks.Part(priority, str(priority.label), each.counts.get(priority, 0)) for priority in Priority],
            words.number(sum(each.counts.values())),
        )
        for name, each in zip(names, ages, strict=True)
    ]
    total = sum(sum(each.counts.values()) for each in ages)
    return Panel(
        key="backlog",
        title=_("Waiting now, by age"),
        measures=("backlog_by_age",),
        said=_("%(n)s unfinished at this moment.") % {"n": words.number(total)} if total else "",
        chart=ranks.ranking(ranked, has_legend=True) if total else None,
        table=Table(
            [Column(_("Age"), TEXT), *(Column(str(each.label)) for each in Priority), Column(_("All"))],
            [
                (name, *(each.counts.get(priority, 0) for priority in Priority), sum(each.counts.values()))
                for name, each in zip(names, ages, strict=True)
            ],
        ),
        is_live=True,
    )


def _stretch(priority: Priority, spread: Spread) -> Stretch:
    median, mean, p95 = spread.p50 or 0.0, spread.mean or 0.0, spread.p95 or 0.0
    facts = {"median": words.length(median), "p95": words.length(p95), "mean": words.length(mean)}
    title = _("median %(median)s, mean %(mean)s, 95 %% within %(p95)s") % facts
    return Stretch(priority, str(priority.label), median, mean, p95, f"{priority.label}: {title}")


def _age(from_: float, to: float | None) -> str:
    start, end = _round(from_), _round(to or 0)
    if not from_:
        return _("under %(end)s") % {"end": end}
    return _("%(start)s to %(end)s") % {"start": start, "end": end} if to else _("over %(start)s") % {"start": start}


def _round(seconds: float) -> str:
    return ticks.said_length(int(seconds))


# In the order of the page.
PANELS: dict[str, Callable[[Asked], Panel]] = {
    "flow": flow,
    "reasons": people.reasons,
    "resolution": resolution,
    "load": people.load,
    "agents": people.agents,
    "week": week,
    "backlog": backlog,
}
