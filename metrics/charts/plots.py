"""Series over time: bars side by side while there is room for them, lines beyond."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from metrics.charts import ticks
from metrics.charts.ticks import Tick

HEIGHT = 230  # pixels of the plot, without its labels
BARS_AT_MOST = 48  # places; more of them would be hairs
LABELS_AT_MOST = 6  # below the axis: so many fit on a telephone
FILLED = 0.72  # of a place; the rest divides it from the next


class Series(NamedTuple):
    """`key` is the class of its marks; one value for each place."""

    key: str
    label: str
    values: Sequence[int]


class Bar(NamedTuple):
    key: str
    x: str  # percentages
    width: str
    y: str  # pixels
    height: str
    title: str


class Line(NamedTuple):
    key: str
    points: str  # in a box of 100 by HEIGHT


@dataclass(frozen=True)
class Plot:
    series: list[Series]
    rows: list[Tick]  # lines across, in pixels from the top
    columns: list[Tick]  # labels below, in percent from the left
    bars: list[Bar]
    lines: list[Line]
    height: int = HEIGHT
    template: str = "metrics/charts/plot.html"


def over_time(places: Sequence[str], series: list[Series]) -> Plot:
    """One group of bars, or one point of each line, for each place; `places` are their labels."""
    axis = ticks.of_counts([value for each in series for value in each.values])
    rows = [Tick(_pixels(count, axis[-1]), ticks.said(count)) for count in axis]
    is_bars = len(places) <= BARS_AT_MOST
    return Plot(
        series=series,
        rows=rows,
        columns=_labels(places),
        bars=_bars(places, series, axis[-1]) if is_bars else [],
        lines=[] if is_bars else [Line(each.key, _points(each.values, axis[-1])) for each in series],
    )


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.3f}" if whole else "0.000"


def _bars(places: Sequence[str], series: list[Series], top: int) -> list[Bar]:
    width = FILLED / max(len(series), 1)
    return [
        Bar(
            key=each.key,
            x=percent(place + (1 - FILLED) / 2 + width * nth, len(places)),
            width=percent(width * 0.94, len(places)),
            y=_pixels(value, top),
            height=f"{HEIGHT * value / top:.2f}",
            title=f"{label}: {each.label} {ticks.said(value)}",
        )
        for place, label in enumerate(places)
        for nth, each in enumerate(series)
        for value in [each.values[place]]
        if value
    ]


def _points(values: Sequence[int], top: int) -> str:
    return " ".join(f"{percent(place + 0.5, len(values))},{_pixels(value, top)}" for place, value in enumerate(values))


def _labels(places: Sequence[str]) -> list[Tick]:
    every = -(-len(places) // LABELS_AT_MOST) or 1
    first = (len(places) - 1) % every // 2
    return [Tick(percent(at + 0.5, len(places)), places[at]) for at in range(first, len(places), every)]


def _pixels(value: float, top: float) -> str:
    return f"{HEIGHT * (1 - value / top):.2f}"
