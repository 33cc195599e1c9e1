"""How much to measure, what came out, and the table of it."""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass

ROW = "{:52} {:>10} {:>10} {:>10}  {:8} {}".format


class Broken(Exception):
    """Something does not work. A benchmark fails for this and for nothing else."""


@dataclass(frozen=True)
class Size:
    """`seconds` and `rounds` of each comparison, the rows it is made on, and (`desk_…`) what browsers are shown."""

    seconds: int
    rounds: int
    claims: int
    contested: int
    messages: int
    sockets: int
    deliveries: int
    due: int
    asked: int
    history: tuple[int, int]
    desk_seconds: int
    desk_claims: int
    desk_pages: int
    desk_outages: int
    desk_events: int
    desk_away: float  # seconds that a server is gone


SIZES = {
    "smoke": Size(1, 1, 320, 40, 50, 20, 100, 500, 100, (1_000, 10_000), 2, 5, 20, 1, 240, 1.5),
    "full": Size(8, 3, 8_000, 400, 1_000, 100, 4_000, 10_000, 2_000, (10_000, 1_000_000), 30, 50, 200, 10, 57_600, 4.0),
}


@dataclass(frozen=True)
class Figure:
    """A measured value beside what it should reach; `detail` says of what it is the ratio."""

    name: str
    value: float
    least: float
    aim: float
    detail: str
    unit: str = ""
    is_cost: bool = False

    @property
    def verdict(self) -> str:
        sign = -1 if self.is_cost else 1
        if sign * self.value >= sign * self.aim:
            return "reached"
        return "enough" if sign * self.value >= sign * self.least else "short"


def compare(product: Callable[[], float], baseline: Callable[[], float], rounds: int) -> tuple[float, str]:
    """The median of the rounds' ratios, the two sides taking turns, so that a slow minute meets both."""
    pairs = [(product(), baseline()) for _ in range(rounds)]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return ratio, f"{ours:,.0f}/s ÷ {theirs:,.0f}/s"


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def show_heads() -> None:
    print(ROW("figure", "measured", "at least", "aim", "", "of what"), flush=True)


def show(figures: Iterable[Figure]) -> None:
    """Each as soon as it is known: a full run takes many minutes."""
    for each in figures:
        values = [f"{value:,.2f}{each.unit}" for value in (each.value, each.least, each.aim)]
        print(ROW(each.name, *values, each.verdict, each.detail), flush=True)
