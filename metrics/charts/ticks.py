"""Nice numbers for axes (Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990) and round lengths of time."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from django.utils.formats import number_format

from metrics.words import length

STEPS = (1, 2, 5, 10)
INTERVALS = 4  # on an axis, about
MINUTE, HOUR, DAY = 60, 3600, 86400
# Round lengths of time, in seconds: what a logarithmic axis of lengths is divided by.
ROUND = (1, 10, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY, 3650 * DAY)
UNITS = ((10**15, "P"), (10**12, "T"), (10**9, "G"), (10**6, "M"))


class Tick(NamedTuple):
    """`at` is where it stands, as the chart's attribute says it; the label may be empty."""

    at: str
    label: str


def of_counts(values: Sequence[float]) -> list[int]:
    """From nothing to at least the largest, in equal steps of 1, 2 or 5 times a power of ten; whole numbers only."""
    largest = max((value for value in values if math.isfinite(value)), default=0)
    step = _step(max(largest, 1) / INTERVALS)
    return [step * place for place in range(math.ceil(max(largest, 1) / step) + 1)]


def of_lengths(seconds: Sequence[float]) -> list[int]:
    """The round lengths that hold all of these between the first and the last of them; at least two."""
    known = [each for each in seconds if math.isfinite(each)]
    least, most = max(min(known, default=1), 1), max([*known, 1])
    first = max(place for place, each in enumerate(ROUND[:-1]) if each <= least)
    last = next((place for place, each in enumerate(ROUND) if each >= most), len(ROUND) - 1)
    return list(ROUND[first : max(last, first + 1) + 1])


def said(count: int) -> str:
    """Short enough for an axis: 1,200, 12M."""
    for unit, letter in UNITS:
        if count >= unit:
            return f"{number_format(round(count / unit, 1)).removesuffix('.0')}{letter}"
    return number_format(count, force_grouping=True)


def said_length(seconds: int) -> str:
    """10m, 1h, 7d."""
    for unit, letter in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if seconds >= unit:
            return f"{seconds // unit}{letter}"
    return length(seconds)


def _step(rough: float) -> int:
    power: int = 10 ** max(math.floor(math.log10(rough)), 0)
    return next(step * power for step in STEPS if step * power >= rough)
