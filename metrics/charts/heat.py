"""A week as a grid: weekdays down, hours across, each cell darker the more there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from metrics.charts import ticks
from metrics.charts.plots import percent
from metrics.charts.ticks import Tick

ROW = 24  # pixels
DEGREES = 5  # of darkness, beside nothing at all
HOURS = 24
EVERY = 6  # hours between two labels


class Cell(NamedTuple):
    x: str
    y: int
    degree: int
    title: str


@dataclass(frozen=True)
class Heat:
    cells: list[Cell]
    rows: list[Tick]
    columns: list[Tick]
    most: int
    width: str = percent(0.92, HOURS)
    height: int = ROW * 7
    cell_height: int = ROW - 3
    template: str = "metrics/charts/heat.html"
    degrees: tuple[int, ...] = tuple(range(DEGREES + 1))

    @property
    def most_said(self) -> str:
        return ticks.said(self.most)


def week(counts: Sequence[Sequence[int]], days: Sequence[str]) -> Heat:
    """`counts` are seven lists of twenty-four."""
    most = max((count for day in counts for count in day), default=0)
    cells = [
        Cell(
            percent(hour + 0.04, HOURS),
            ROW * day,
            _degree(count, most),
            f"{days[day]} {hour:02d}:00: {ticks.said(count)}",
        )
        for day, hours in enumerate(counts)
        for hour, count in enumerate(hours)
    ]
    rows = [Tick(str(ROW * day + ROW // 2), name) for day, name in enumerate(days)]
    return Heat(cells, rows, [Tick(percent(hour, HOURS), f"{hour:02d}") for hour in range(0, HOURS, EVERY)], most)


def _degree(count: int, most: int) -> int:
    return 0 if not count else 1 + (DEGREES * count - 1) // most
