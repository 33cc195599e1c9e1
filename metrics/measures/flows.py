"""What comes in and what is answered, over time."""

from datetime import timedelta
from typing import Literal

from metrics import cells
from metrics.scope import HOUR, Scope
from metrics.shapes import Flow

Step = Literal["hour", "day"]
STEPS: dict[Step, timedelta] = {"hour": HOUR, "day": timedelta(days=1)}


def flow(scope: Scope, step: Step = "day") -> list[Flow]:
    """How many came in and how many a person answered, in each hour or day (UTC), also where nothing happened.

    Unlike elsewhere an answer counts when it was given, whenever it was asked; the answer that stands, once.
    """
    found = {each.at: each for each in cells.flows(scope, step)}
    at = scope.since.replace(hour=0) if step == "day" else scope.since
    moments = [at + number * STEPS[step] for number in range(-((at - scope.until) // STEPS[step]))]
    return [found.get(moment, Flow(moment)) for moment in moments]


def heat(scope: Scope, zone_hours: int = 0) -> list[list[int]]:
    """How many came in by weekday (Monday first) and hour of the day, in UTC or so many whole hours east of it."""
    found = [[0] * 24 for _day in range(7)]
    for each in cells.flows(scope, "hour"):
        there = each.at + zone_hours * HOUR
        found[there.weekday()][there.hour] += each.opened
    return found
