"""Histograms that add up: buckets so narrow that any value in one is within 2 % of what stands for it.

A length of x milliseconds is in bucket 1 + floor(log(x) / log(1.04)), below a millisecond in bucket 0. The counts of 32
neighbouring buckets are one number, eight decimal digits for each: adding two such numbers adds all their counts, so
SQL merges histograms by `sum` and takes one from another by `-`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Decimal

from metrics.shapes import Spread

RATIO = 1.04
PART = 32  # buckets in one number
DIGITS = 8  # of each: up to 99,999,999 cases
LAST = 800  # bucket; a thousand years

# SQL: the bucket of a length in microseconds, and the number that counts one case of the bucket.
BUCKET = f"""
    CASE WHEN {{length}} < 1000 THEN 0
         ELSE least({LAST}, 1 + floor(ln({{length}} / 1000.0::float8) / ln({RATIO}::float8))::int) END"""
LANE = f"('1' || repeat('0', {DIGITS} * mod({{bucket}}, {PART})))::numeric"


@dataclass
class Histogram:
    """Cases by how long they took; `total` are microseconds, `parts` hold the counts of 32 buckets each."""

    count: int = 0
    total: Decimal = Decimal(0)
    parts: dict[int, Decimal] = field(default_factory=dict)

    def add(self, part: int, count: int, total: Decimal, lanes: Decimal) -> None:
        self.count += count
        self.total += total
        self.parts[part] = self.parts.get(part, Decimal(0)) + lanes

    def __add__(self, other: Histogram) -> Histogram:
        parts = {part: self.parts.get(part, Decimal(0)) + lanes for part, lanes in other.parts.items()}
        return Histogram(self.count + other.count, self.total + other.total, self.parts | parts)

    def spread(self) -> Spread:
        if not self.count:
            return Spread(0)
        buckets = [
            (bucket, cases)
            for part, lanes in sorted(self.parts.items())
            for bucket, cases in enumerate(_counts(lanes), PART * part)
        ]
        mean = round(float(self.total / self.count) / 1e6, 6)
        return Spread(self.count, mean, _percentile(buckets, 0.5, self.count), _percentile(buckets, 0.95, self.count))


def value(bucket: int) -> float:
    """The seconds that stand for the bucket: off by at most (RATIO - 1) / (RATIO + 1) of any value in it."""
    return 0.0 if bucket == 0 else RATIO ** (bucket - 1) * 2 * RATIO / (1 + RATIO) / 1000


def _counts(lanes: Decimal) -> list[int]:
    """Lowest bucket first."""
    text = f"{int(lanes):d}"
    text = text.zfill(-(-len(text) // DIGITS) * DIGITS)
    return [int(text[end - DIGITS : end]) for end in range(len(text), 0, -DIGITS)]


def _percentile(buckets: list[tuple[int, int]], share: float, count: int) -> float:
    """Between the two cases that lie around it, as percentile_cont does."""
    place = share * (count - 1)
    below = math.floor(place)
    low, high = _case(buckets, below), _case(buckets, min(below + 1, count - 1))
    return round(low + (place - below) * (high - low), 3)


def _case(buckets: list[tuple[int, int]], number: int) -> float:
    """The value of the case with that number, the shortest being number 0."""
    passed = 0
    for bucket, cases in buckets:
        passed += cases
        if passed > number:
            return value(bucket)
    raise ValueError("a histogram holds fewer cases than are counted")
