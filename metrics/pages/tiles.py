"""The tiles: one figure each, what stands behind it, how it was before, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from escalations.models import Priority
from metrics import words
from metrics.measures import DEFINITIONS, Share, Spread, Waiting
from metrics.pages import changes
from metrics.pages.changes import Change, Manner, compare
from metrics.pages.totals import Totals


@dataclass(frozen=True)
class Tile:
    """`measure` names the definition; a live one is of this moment, and compared with nothing."""

    key: str
    title: str
    value: str
    measure: str
    details: list[str] = field(default_factory=list)
    change: Change | None = None
    is_live: bool = False
    is_alarming: bool = False

    @property
    def definition(self) -> str:
        return str(DEFINITIONS[self.measure])


def main(now: Totals, before: Totals, time: str) -> list[Tile]:
    """`time` is what `before` is of, in words."""
    return [
        _took("assignment", _("Time to first assignment"), "first_assignment", now.assignment, before.assignment, time),
        _took("claim", _("Time to claim"), "time_to_claim", now.claim, before.claim, time),
        _took("resolution", _("Time to resolution"), "time_to_resolution", now.resolution, before.resolution, time),
        _shared(
            "in-time",
            _("Resolved in time"),
            "in_time",
            (now.shares.in_time, before.shares.in_time),
            changes.HIGHER_SHARE,
            time,
        ),
    ]


def further(now: Totals, before: Totals, time: str) -> list[Tile]:
    lower = changes.LOWER_SHARE
    return [
        rate(now, before, time),
        _shared(
            *("usefulness", _("The agent could have done it"), "usefulness"),
            *((now.shares.usefulness, before.shares.usefulness), lower, time),
        ),
        _webhooks(now, before, time),
        _shared(
            "repeats", _("Asked again"), "recurrence", (now.shares.recurrence, before.shares.recurrence), lower, time
        ),
        _shared("loops", _("Going in circles"), "loops", (now.shares.loops, before.shares.loops), lower, time),
        _shared(
            "inversions",
            _("Out of order"),
            "inversions",
            (now.shares.inversions, before.shares.inversions),
            lower,
            time,
        ),
        _shared(
            "replayed", _("Repeated answers"), "replayed", (now.shares.replayed, before.shares.replayed), lower, time
        ),
    ]


def waiting(found: Mapping[Priority, Waiting]) -> Tile:
    """What is unfinished at this moment."""
    opened, assigned, overdue = (
        sum(getattr(each, name) for each in found.values()) for name in ("open", "assigned", "overdue")
    )
    late = ngettext("%(n)s overdue", "%(n)s overdue", overdue) % {"n": words.number(overdue)}
    facts = {"open": words.number(opened), "assigned": words.number(assigned)}
    return Tile(
        key="now",
        title=_("Open now"),
        value=words.number(opened + assigned),
        measure="waiting_now",
        details=[late, _("%(open)s without anybody · %(assigned)s with somebody") % facts],
        is_live=True,
        is_alarming=overdue > 0,
    )


def rate(now: Totals, before: Totals, time: str) -> Tile:
    """Per 100 runs of the agents that report them; if none does, per day. It says which."""
    if now.per_100_runs is None:
        per_day = now.per_day if now.agents else None
        value, details = words.number(per_day), [_("per day · no agent reports its runs")]
        change = compare(per_day, before.per_day, changes.FEWER, time)
    else:
        value, details = words.number(now.per_100_runs), _runs(now)
        change = compare(now.per_100_runs, before.per_100_runs, changes.FEWER, time)
    return Tile("rate", _("Escalation rate"), value, "escalation_rate", details, change)


def _runs(now: Totals) -> list[str]:
    top = max(now.rated, key=lambda each: each.per_100_runs or 0)
    said = [_("most: %(agent)s %(n)s") % {"agent": top.source_agent, "n": words.number(top.per_100_runs)}]
    if silent := len(now.agents) - len(now.rated):
        said.append(ngettext("%(n)s agent reports no runs", "%(n)s agents report no runs", silent) % {"n": silent})
    return [_("per 100 runs, of %(n)s runs") % {"n": words.number(now.runs)}, " · ".join(said)]


def _took(key: str, title: str, measure: str, now: Spread, before: Spread, time: str) -> Tile:
    details = []
    if now.count:
        facts = {"mean": words.length(now.mean), "p95": words.length(now.p95)}
        cases = ngettext("median of %(n)s case", "median of %(n)s cases", now.count)
        details = [cases % {"n": words.number(now.count)}, _("mean %(mean)s · p95 %(p95)s") % facts]
    change = compare(now.p50, before.p50, changes.SHORTER, time)
    return Tile(key, title, words.length(now.p50), measure, details, change)


def _shared(key: str, title: str, measure: str, pair: tuple[Share, Share], manner: Manner, time: str) -> Tile:
    now, before = pair
    said = _("%(part)s of %(whole)s") % {"part": words.number(now.part), "whole": words.number(now.whole)}
    change = compare(now.ratio, before.ratio, manner, time)
    return Tile(key, title, words.share(now.ratio), measure, [said] if now.whole else [], change)


def _webhooks(now: Totals, before: Totals, time: str) -> Tile:
    success, lag = now.webhooks.success, now.webhooks.lag
    details = []
    if success.whole:
        details.append(
            _("%(part)s of %(whole)s messages to agents arrived")
            % {"part": words.number(success.part), "whole": words.number(success.whole)}
        )
    if lag.count:
        details.append(
            _("after %(median)s · p95 %(p95)s") % {"median": words.length(lag.p50), "p95": words.length(lag.p95)}
        )
    change = compare(success.ratio, before.webhooks.success.ratio, changes.HIGHER_SHARE, time)
    return Tile("webhooks", _("Webhooks delivered"), words.share(success.ratio), "webhooks", details, change)
