"""The panels by reason, by agent and by person."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics import measures, words
from metrics.charts import ranks
from metrics.charts.ranks import Part, Rank
from metrics.measures import AgentRate, Inflation, Load, ReasonCount
from metrics.pages.asked import Asked
from metrics.pages.changes import DOWN, LEVEL, UP
from metrics.pages.panel import Panel
from metrics.pages.tables import COUNT, NUMBER, SHARE, TEXT, Column, Table
from metrics.scope import HOUR

SHOWN = 10  # rows of a chart; the table and the file have all
LISTED = 100
NOTABLE = 0.05  # change of a share
FAIR, UNEVEN = 0.2, 0.4  # of the Gini coefficient: below it, from it on


def reasons(asked: Asked) -> Panel:
    found = measures.reasons(asked.scope, LISTED)
    ranked = [_reason(each, asked) for each in _first(found)]
    top = max(found, key=lambda each: each.count, default=None)
    facts = {"name": top.name, "n": words.number(top.count)} if top else {}
    return Panel(
        key="reasons",
        title=_("Top 10 reasons"),
        measures=("reasons",),
        said=_("Most often: %(name)s, %(n)s times.") % facts if top else "",
        chart=ranks.ranking(ranked) if found else None,
        table=Table(
            [Column(_("Reason"), TEXT), Column(_("Escalations")), Column(asked.before.capitalize())],
            [(each.name, each.count, each.before) for each in found],
        ),
    )


def agents(asked: Asked) -> Panel:
    found = measures.escalation_rate(asked.scope)
    inflated = {each.agent_id: each for each in measures.inflation(asked.scope)}
    ranked = [_agent(each, inflated.get(each.agent_id), asked) for each in found[:SHOWN]]
    columns = [
        *(Column(_("Agent"), TEXT), Column(_("Escalations")), Column(_("Resolved")), Column(_("Runs"), COUNT)),
        *(Column(_("Per 100 runs"), NUMBER), Column(_("Per day"), NUMBER), Column(_("Urgent or high"), SHARE)),
        Column(_("Urgent or high before"), SHARE),
    ]
    return Panel(
        key="agents",
        title=_("Agents"),
        measures=("escalation_rate", "inflation"),
        said=_("%(agent)s asks most: %(n)s.") % {"agent": found[0].source_agent, "n": words.number(found[0].created)}
        if found
        else "",
        chart=ranks.ranking(ranked, has_legend=True) if found else None,
        table=Table(columns, [_agent_row(each, inflated.get(each.agent_id)) for each in found]),
    )


def load(asked: Asked) -> Panel:
    found = measures.load(asked.scope)
    gini = measures.gini([each.resolved for each in found])
    columns = [
        *(Column(_("Person"), TEXT), Column(_("Assigned")), Column(_("Claimed")), Column(_("Resolved"))),
        Column(_("Held now")),
    ]
    return Panel(
        key="load",
        title=_("Who answers"),
        measures=("load", "gini"),
        said=fairness(gini, len(found)),
        chart=ranks.ranking([_person(each) for each in found[:SHOWN]]) if found else None,
        table=Table(
            columns, [(each.name, each.assigned, each.claimed, each.resolved, each.open_now) for each in found]
        ),
    )


def fairness(gini: float | None, people: int) -> str:
    """The Gini coefficient of what each answered, in plain words."""
    if gini is None or people < 2:
        return ""
    said = {"gini": words.number(round(gini, 2))}
    if gini < FAIR:
        return _("Fairly shared (Gini %(gini)s; 0 is even, 1 is all on one).") % said
    if gini < UNEVEN:
        return _("Somewhat unevenly shared (Gini %(gini)s; 0 is even, 1 is all on one).") % said
    return _("Unevenly shared: a few carry most of it (Gini %(gini)s; 0 is even, 1 is all on one).") % said


def _first(found: list[ReasonCount]) -> list[ReasonCount]:
    """The most frequent ones, and what has no reason yet."""
    return [*[each for each in found if each.slug][:SHOWN], *[each for each in found if not each.slug]]


def _reason(each: ReasonCount, asked: Asked) -> Rank:
    by = each.count - each.before
    arrow, said = (UP, _("%(n)s more")) if by > 0 else (DOWN, _("%(n)s fewer")) if by else (LEVEL, _("as before"))
    more = f"{arrow} {said % {'n': words.number(abs(by))}}"
    url = examples(asked, reason=each.slug or "none")
    return Rank(each.name, [Part("bar-plain", each.name, each.count)], words.number(each.count), more, url)


def _agent(each: AgentRate, inflated: Inflation | None, asked: Asked) -> Rank:
    if each.per_100_runs is not None:
        said = _("%(n)s per 100 runs") % {"n": words.number(each.per_100_runs)}
    else:
        said = _("%(n)s per day") % {"n": words.number(each.per_day)}
    parts = [
        Part("resolved", _("Resolved"), each.resolved),
        Part("opened", _("Not resolved"), each.created - each.resolved),
    ]
    url = examples(asked, agent=each.source_agent)
    return Rank(each.source_agent, parts, words.number(each.created), said, url, *_inflation(inflated))


def _inflation(each: Inflation | None) -> tuple[str, bool]:
    """How much of what an agent asks it calls urgent or high, and whether that is more than it was."""
    if each is None or each.pressing.ratio is None:
        return "", False
    said = _("%(share)s urgent or high") % {"share": words.share(each.pressing.ratio)}
    grew = each.grew_by
    if grew is None or abs(grew) < NOTABLE:
        return said, False
    facts = {"said": said, "arrow": UP if grew > 0 else DOWN, "n": words.number(round(abs(grew) * 100))}
    more, fewer = _("%(said)s, %(arrow)s %(n)s points more"), _("%(said)s, %(arrow)s %(n)s points fewer")
    return (more if grew > 0 else fewer) % facts, grew > 0


def _agent_row(each: AgentRate, inflated: Inflation | None) -> tuple[object, ...]:
    ratios = (inflated.pressing.ratio, inflated.before.ratio) if inflated else (None, None)
    return (each.source_agent, each.created, each.resolved, each.runs, each.per_100_runs, each.per_day, *ratios)


def _person(each: Load) -> Rank:
    more = ngettext("%(n)s held now", "%(n)s held now", each.open_now) % {"n": words.number(each.open_now)}
    return Rank(each.name, [Part("resolved", _("Resolved"), each.resolved)], words.number(each.resolved), more)


def examples(asked: Asked, **narrowed: str) -> str:
    """The list of all escalations, of this time and with these filters."""
    last = (asked.scope.until - HOUR).date()  # the list's days are both included
    known = {"from": asked.scope.since.date().isoformat(), "to": last.isoformat(), **narrowed}
    if asked.scope.pool:
        known["pool"] = str(asked.scope.pool)
    if asked.scope.priority:
        known["priority"] = asked.scope.priority.value
    if asked.agent:
        known["agent"] = asked.agent
    return f"{reverse('admin:escalations_escalation_changelist')}?{urlencode(known)}"
