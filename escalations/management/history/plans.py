"""When a made-up escalation comes, how urgent it is, and what happens to it after how long."""

import itertools
from bisect import bisect_right
from datetime import datetime, timedelta
from random import Random

from escalations.models import Event, Priority

Type = Event.Type
Plan = list[tuple[Type, float]]  # each step, and how many seconds it comes after the one before

# Cumulative share of a day's escalations: most come between 9 and 18 o'clock UTC, a few at night.
HOURS = (0.0, 7.0, 9.0, 13.0, 18.0, 24.0)
SHARES = (0.0, 0.10, 0.22, 0.55, 0.88, 1.0)

PRIORITIES = (Priority.URGENT, Priority.HIGH, Priority.MEDIUM, Priority.LOW)
PRIORITY_WEIGHTS = list(itertools.accumulate((6, 20, 50, 24)))
# Median seconds from assignment to claim, and from claim to answer.
CLAIMED_AFTER = {Priority.URGENT: 90, Priority.HIGH: 400, Priority.MEDIUM: 1500, Priority.LOW: 7200}
ANSWERED_AFTER = 420
BACKLOG = 900  # median seconds until somebody is there, where nobody was at first
SPREAD = 0.8  # sigma of these lognormal lengths of time

NOBODY_AT_FIRST = 0.12  # shares of all escalations
GIVEN_BACK = 0.08
REOPENED = 0.02
CANCELLED = 0.08
EXPIRED = 0.04
FITS = 0.98  # a life that would not be over by now is shortened to this share of its time


def moment(since: datetime, until: datetime, share: float) -> datetime:
    """The moment by which `share` of all have come; `since` is a midnight."""
    whole_days, rest = divmod((until - since).total_seconds() / 3600, 24)
    days, today = divmod((whole_days + _between(rest, HOURS, SHARES)) * share, 1)
    return since + timedelta(days=days, hours=_between(today, SHARES, HOURS))


def priority(random: Random) -> Priority:
    return random.choices(PRIORITIES, cum_weights=PRIORITY_WEIGHTS)[0]


def whole_life(random: Random, priority: Priority) -> Plan:
    """A plan that ends in an answer, a withdrawal, or with its time run out."""
    chance = random.random()
    if chance < EXPIRED:
        return [(Type.EXPIRED, _about(random, 20 * CLAIMED_AFTER[priority]))]
    plan = _start(random) + _detour(random, priority)
    if chance < EXPIRED + CANCELLED:
        return [*plan, (Type.CANCELLED, _about(random, CLAIMED_AFTER[priority]))]
    plan += _answer(random, priority)
    if random.random() < REOPENED:
        plan += [(Type.REOPENED, _about(random, 3600)), (Type.ASSIGNED, 0.0), *_answer(random, priority)]
    return plan


def life_so_far(random: Random, priority: Priority) -> Plan:
    """Open (an empty plan), assigned, or claimed."""
    chance = random.random()
    if chance < 0.35:
        return []
    claim = [(Type.CLAIMED, _about(random, CLAIMED_AFTER[priority]))] if chance > 0.7 else []
    return [(Type.ASSIGNED, 0.0), *claim]


def fitted(plan: Plan, time_left: timedelta) -> list[tuple[Type, timedelta]]:
    """The plan, shortened where it would reach into the future."""
    length, left = sum(after for _, after in plan), time_left.total_seconds() * FITS
    factor = min(1.0, left / length) if length else 1.0
    return [(step, timedelta(seconds=after * factor)) for step, after in plan]


def _start(random: Random) -> Plan:
    return [(Type.ASSIGNED, _about(random, BACKLOG) if random.random() < NOBODY_AT_FIRST else 0.0)]


def _detour(random: Random, priority: Priority) -> Plan:
    """Sometimes somebody gives it back, and it goes to the next."""
    chance = random.random()
    if chance >= GIVEN_BACK:
        return []
    given_back = (Type.DECLINED, _about(random, CLAIMED_AFTER[priority]))
    if chance < GIVEN_BACK / 2:
        return [given_back, (Type.ASSIGNED, 0.0)]
    return [(Type.CLAIMED, given_back[1]), (Type.RELEASED, _about(random, ANSWERED_AFTER)), (Type.ASSIGNED, 0.0)]


def _answer(random: Random, priority: Priority) -> Plan:
    claimed = (Type.CLAIMED, _about(random, CLAIMED_AFTER[priority]))
    return [claimed, (Type.RESOLVED, _about(random, ANSWERED_AFTER))]


def _about(random: Random, median: float) -> float:
    return median * random.lognormvariate(0.0, SPREAD)


def _between(x: float, xs: tuple[float, ...], ys: tuple[float, ...]) -> float:
    """Linear interpolation."""
    index = min(bisect_right(xs, x), len(xs) - 1)
    share = (x - xs[index - 1]) / (xs[index] - xs[index - 1])
    return ys[index - 1] + (ys[index] - ys[index - 1]) * share
