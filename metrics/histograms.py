"""Histograms that add up: buckets so narrow that any value in one is within 2 % of what stands for it.

A length of x milliseconds is in bucket 1 + floor(log(x) / log(1.04)), below a millisecond in bucket 0. All counts are
one number, eight decimal digits for each bucket: adding two such numbers adds all their counts, so SQL merges
histograms by `sum` and takes one from another by `-`. PostgreSQL stores no zeros at either end: few cases, few bytes.
"""

import math
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Self

from metrics.shapes import Spread

RATIO = 1.04
DIGITS = 8  # of each: up to 99,999,999 cases
LAST = 800  # bucket; a thousand years

# SQL: the bucket of a length in microseconds, and the number that counts one case of it.
BUCKET = f"""
    CASE WHEN {{length}} < 1000 THEN 0 WHEN {{length}} >= 1000
         THEN least({LAST}, 1 + floor(ln({{length}} / 1000.0::float8) / ln({RATIO}::float8))::int) END"""
LANE = f"('1' || repeat('0', {DIGITS} * ({{bucket}})))::numeric"


@dataclass(frozen=True)
class Histogram:
    """Cases by how long they took: the sum of all in microseconds, and how many are in each bucket."""

    total: int = 0
    buckets: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, total: Decimal, lanes: Decimal) -> Self:
        """As PostgreSQL keeps it."""
        text = str(lanes)
        text = text.zfill(-(-len(text) // DIGITS) * DIGITS)
        cases = {bucket: int(text[end - DIGITS : end]) for bucket, end in enumerate(range(len(text), 0, -DIGITS))}
        return cls(int(total), Counter({bucket: count for bucket, count in cases.items() if count}))

    def __add__(self, other: Self) -> Self:
        return type(self)(self.total + other.total, self.buckets + other.buckets)

    @property
    def count(self) -> int:
        return self.buckets.total()

    def spread(self) -> Spread:
        count = self.count
        if not count:
            return Spread(0)
        mean = round(self.total / count / 1e6, 6)
        return Spread(count, mean, self._percentile(0.5), self._percentile(0.95))

    def _percentile(self, share: float) -> float:
        """Between the two cases that lie around it, as percentile_cont does."""
        place = share * (self.count - 1)
        below = math.floor(place)
        low, high = self._case(below), self._case(min(below + 1, self.count - 1))
        return round(low + (place - below) * (high - low), 3)

    def _case(self, number: int) -> float:
        """The value of the case with that number, the shortest being number 0."""
        passed = 0
        for bucket in sorted(self.buckets):
            passed += self.buckets[bucket]
            if passed > number:
                return value(bucket)
        raise ValueError("there are fewer cases")


def value(bucket: int) -> float:
    """The seconds that stand for the bucket: off by at most (RATIO - 1) / (RATIO + 1) of any value in it."""
    return 0.0 if bucket == 0 else RATIO ** (bucket - 1) * 2 * RATIO / (1 + RATIO) / 1000
