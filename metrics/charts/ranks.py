"""Rows with a bar each: what there is most of comes first. Also bars in parts, and spans between two lengths."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from metrics.charts import ticks
from metrics.charts.plots import percent
from metrics.charts.ticks import Tick

ROW = 34  # pixels of a span with its name


class Part(NamedTuple):
    """A piece of a bar; `key` is its class."""

    key: str
    label: str
    value: float


class Rank(NamedTuple):
    """A row before it is drawn. `said` is its figure in words; `more` and `note` are what else there is to say."""

    name: str
    parts: Sequence[Part]
    said: str
    more: str = ""
    url: str = ""
    note: str = ""
    is_odd: bool = False  # the note tells of something to look at


class Piece(NamedTuple):
    key: str
    x: str
    width: str
    title: str


class Row(NamedTuple):
    rank: Rank
    pieces: list[Piece]


@dataclass(frozen=True)
class Ranking:
    rows: list[Row]
    legend: list[Part]
    template: str = "metrics/charts/ranking.html"


class Stretch(NamedTuple):
    """A span before it is drawn, in seconds: from `start` to `end`, with a mark between."""

    key: str
    name: str
    start: float
    mark: float
    end: float
    title: str


class Span(NamedTuple):
    """Places in percent from the left, and in pixels from the top."""

    stretch: Stretch
    x: str
    end: str
    mark: str
    y: int


@dataclass(frozen=True)
class Spans:
    rows: list[Span]
    columns: list[Tick]
    template: str = "metrics/charts/spans.html"

    @property
    def height(self) -> int:
        return ROW * max(len(self.rows), 1)


def ranking(ranks: Sequence[Rank], *, has_legend: bool = False) -> Ranking:
    """Each bar as long as its share of the longest."""
    most = max((sum(part.value for part in each.parts) for each in ranks), default=0)
    legend = list(ranks[0].parts) if has_legend and ranks else []
    return Ranking([Row(each, list(_pieces(each.parts, most))) for each in ranks], legend)


def spans(stretches: Sequence[Stretch]) -> Spans:
    """On one logarithmic axis: minutes and days are both told on it."""
    axis = ticks.of_lengths([length for each in stretches for length in (each.start, each.mark, each.end)])
    return Spans(
        [_span(each, axis, ROW * nth + ROW // 2) for nth, each in enumerate(stretches)],
        [Tick(_place(length, axis), ticks.said_length(length)) for length in axis],
    )


def _pieces(parts: Sequence[Part], most: float) -> list[Piece]:
    begun, pieces = 0.0, []
    for part in parts:
        if part.value:
            title = f"{part.label}: {ticks.said(round(part.value))}"
            pieces.append(Piece(part.key, percent(begun, most), percent(part.value, most), title))
        begun += part.value
    return pieces


def _span(stretch: Stretch, axis: list[int], y: int) -> Span:
    start, end = sorted((stretch.start, stretch.end))
    return Span(stretch, _place(start, axis), _place(end, axis), _place(stretch.mark, axis), y)


def _place(seconds: float, axis: list[int]) -> str:
    first, last = math.log(axis[0]), math.log(axis[-1])
    return percent(min(max(math.log(max(seconds, 1)) - first, 0), last - first), last - first)
