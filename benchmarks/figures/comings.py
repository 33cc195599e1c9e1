"""How long anything stays with nobody on a day on which people come and go and the worker is killed at random."""

import random

from benchmarks.figures import scene
from benchmarks.figures.report import Broken, Figure, Size
from escalations import agents
from tests.days import PATIENCE, Day, Length, given_to_decliners, live_through

DRAINED_EVERY = 20.0  # seconds


def measure(size: Size) -> list[Figure]:
    scene.clear()
    length = Length(size.asked, size.asked * 0.06, "worker", ("beat",), (5, 25), DRAINED_EVERY)
    day = Day(length, agents.create("comings").agent, scene.people_in_the_pool(5), random.Random(11))
    turns = live_through(day)
    if given_to_decliners() or max(turns) - min(turns) > 1:
        raise Broken(f"{given_to_decliners()} were given to people who had declined them; the turns were {turns}")
    detail = f"{size.asked:,} asked of 5 people, worker killed {day.kills} times, {day.declined} declined"
    return [Figure("longest with nobody who could", day.longest, PATIENCE, 5, detail, unit=" s", is_cost=True)]
