"""Which sums are kept, and which of them answer a question.

A cut tells its cells apart by some of pool, agent and priority, for all escalations or each reviewer, tag or reason.
With a few cuts, no combination of filters has to add up more than a handful of cells of any stretch of time.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from metrics.models import Grain, Kind
from metrics.scope import Scope
from metrics.shapes import By

POOL, AGENT, PRIORITY = 4, 2, 1
SIDES = {"pool": POOL, "agent": AGENT, "priority": PRIORITY}
ALL_SIDES = POOL | AGENT | PRIORITY
_OF_EACH = (0, POOL, ALL_SIDES)
KEPT = {
    Kind.ALL: (0, PRIORITY, AGENT, POOL, POOL | PRIORITY, ALL_SIDES),
    Kind.REVIEWER: _OF_EACH,
    Kind.TAG: _OF_EACH,
    Kind.REASON: _OF_EACH,
}
KINDS: dict[By, Kind] = {"reviewer": Kind.REVIEWER, "tag": Kind.TAG, "reason": Kind.REASON}
DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """The cells of one grain from `since` up to before `until`."""

    grain: Grain
    since: datetime
    until: datetime


def number(kind: int, sides: int) -> int:
    """What the column `cut` holds."""
    return 8 * kind + sides


def cut(scope: Scope, by: By) -> int:
    """The one with the fewest cells that tells apart what is asked for."""
    needed = SIDES.get(by or "", 0)
    needed |= POOL if scope.pool is not None or scope.pools is not None else 0
    needed |= AGENT if scope.agent is not None else 0
    needed |= PRIORITY if scope.priority is not None else 0
    kind = KINDS.get(by, Kind.ALL)
    return number(kind, min((each for each in KEPT[kind] if each & needed == needed), key=int.bit_count))


def stretches(since: datetime, until: datetime, coarsest: Grain = Grain.MONTH) -> list[Stretch]:
    """The time as few cells: whole months, around them whole days, around these hours."""
    if since >= until:
        return []
    if coarsest == Grain.HOUR:
        return [Stretch(Grain.HOUR, since, until)]
    first, last = _next(coarsest, since - timedelta(microseconds=1)), _begin(coarsest, until)
    finer = Grain(coarsest - 1)
    if first >= last:
        return stretches(since, until, finer)
    return [*stretches(since, first, finer), Stretch(coarsest, first, last), *stretches(last, until, finer)]


def _begin(grain: Grain, moment: datetime) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day.replace(day=1) if grain == Grain.MONTH else day


def _next(grain: Grain, moment: datetime) -> datetime:
    """The first beginning after the moment."""
    begin = _begin(grain, moment)
    return _begin(grain, begin + 32 * DAY) if grain == Grain.MONTH else begin + DAY
