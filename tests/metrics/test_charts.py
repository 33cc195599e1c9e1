"""The charts: whatever the figures, every mark lies inside its chart and is a number."""

import itertools
import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from metrics.charts import heat, plots, ranks, ticks
from metrics.charts.plots import Series
from metrics.charts.ranks import Part, Rank, Stretch

COUNTS = st.lists(st.integers(0, 10**18), max_size=80)
LENGTHS = st.floats(0, 10**12, allow_nan=False)
NUMBER = re.compile(r"-?\d+(\.\d+)?%?")
GEOMETRY = re.compile(r' (?:x|y|x1|x2|y1|y2|cx|cy|r|rx|dy|width|height)="([^"]*)"')


class Panel:
    key, title, said = "flow", "Opened & resolved", "Said <so>"


def drawn(chart: Any) -> str:
    return render_to_string(chart.template, {"chart": chart, "panel": Panel})


def assert_sound(chart: Any) -> None:
    text = drawn(chart)
    places = GEOMETRY.findall(text)
    assert [place for place in places if not NUMBER.fullmatch(place)] == []
    assert [place for place in places if place.endswith("%") and not -0.01 <= float(place[:-1]) <= 100.01] == []
    assert "nan" not in re.sub(r"<(?:title|desc)[^>]*>[^<]*", "", text).lower()
    assert " style=" not in text


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], [0, 1]),
        ([0, 0], [0, 1]),
        ([1], [0, 1]),
        ([3], [0, 1, 2, 3]),
        ([7], [0, 2, 4, 6, 8]),
        ([137], [0, 50, 100, 150]),
        ([1000], [0, 500, 1000]),
        ([float("nan"), float("inf"), 4], [0, 1, 2, 3, 4]),
    ],
)
def test_an_axis_of_counts_has_nice_numbers(values: list[float], expected: list[int]) -> None:
    assert ticks.of_counts(values) == expected


@given(COUNTS)
def test_an_axis_of_counts_holds_all_in_few_equal_steps(values: list[int]) -> None:
    axis = ticks.of_counts(values)
    assert axis[-1] >= max(values, default=0)
    assert 2 <= len(axis) <= 8
    assert {after - before for before, after in itertools.pairwise(axis)} == {axis[1]}
    assert re.fullmatch("[125]0*", str(axis[1]))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([], [1, 10]),
        ([0], [1, 10]),
        ([45, 700], [10, 60, 600, 3600]),
        ([1200, 80_000], [600, 3600, 21600, 86400]),
        ([10**12], [31536000, 315360000]),
    ],
)
def test_an_axis_of_lengths_has_round_lengths(seconds: list[float], expected: list[int]) -> None:
    assert ticks.of_lengths(seconds) == expected


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0"), (1200, "1,200"), (1_500_000, "1.5M"), (2 * 10**9, "2G"), (10**18, "1000P")]
)
def test_a_count_is_said_short(count: int, said: str) -> None:
    assert ticks.said(count) == said


@pytest.mark.parametrize(("seconds", "said"), [(1, "1.0s"), (600, "10m"), (21600, "6h"), (604800, "7d")])
def test_a_round_length_is_said_short(seconds: int, said: str) -> None:
    assert ticks.said_length(seconds) == said


@given(COUNTS)
def test_series_over_time_are_sound_whatever_the_figures(values: list[int]) -> None:
    names = [f"{nth} Mar" for nth in range(len(values))]
    series = [Series("opened", "Opened", values), Series("resolved", "Resolved", values[::-1])]
    assert_sound(plots.over_time(names, series))


def test_few_places_have_bars_and_many_have_lines() -> None:
    few, many = (plots.over_time(["x"] * n, [Series("opened", "Opened", [1] * n)]) for n in (48, 49))
    assert (len(few.bars), len(few.lines)) == (48, 0)
    assert (len(many.bars), len(many.lines)) == (0, 1)


def test_a_bar_is_as_high_as_its_share_of_the_axis() -> None:
    [bar] = plots.over_time(["Mon"], [Series("opened", "Opened", [5])]).bars
    assert (bar.y, bar.height) == ("38.33", "191.67")  # five of six, of 230


@pytest.mark.parametrize("places", [1, 7, 24, 30, 90])
def test_labels_below_never_crowd(places: int) -> None:
    chart = plots.over_time([str(nth) for nth in range(places)], [Series("opened", "Opened", [1] * places)])
    assert 1 <= len(chart.columns) <= 6


@given(st.lists(st.lists(st.integers(0, 10**15), min_size=2, max_size=2), max_size=12))
def test_a_ranking_is_sound_whatever_the_figures(rows: list[list[int]]) -> None:
    ranked = [Rank("<b>", [Part("urgent", "Urgent", a), Part("low", "Low", b)], str(a + b), "more") for a, b in rows]
    chart = ranks.ranking(ranked, has_legend=True)
    assert_sound(chart)
    assert [len(row.pieces) for row in chart.rows] == [(a > 0) + (b > 0) for a, b in rows]


def test_the_longest_bar_of_a_ranking_is_full() -> None:
    chart = ranks.ranking([Rank("a", [Part("bar", "", 8)], "8"), Rank("b", [Part("bar", "", 2)], "2")])
    assert [row.pieces[0].width for row in chart.rows] == ["100.000", "25.000"]


@given(st.lists(st.tuples(LENGTHS, LENGTHS, LENGTHS), max_size=4))
def test_spans_are_sound_whatever_the_figures(lengths: list[tuple[float, float, float]]) -> None:
    assert_sound(ranks.spans([Stretch("urgent", "Urgent", *each, title="x") for each in lengths]))


@given(st.lists(st.lists(st.integers(0, 10**15), min_size=24, max_size=24), min_size=7, max_size=7))
def test_a_week_is_sound_whatever_the_figures(counts: list[list[int]]) -> None:
    chart = heat.week(counts, list("MTWTFSS"))
    assert_sound(chart)
    assert {cell.degree for cell in chart.cells} <= set(chart.degrees)


def test_the_busiest_hour_is_darkest_and_an_empty_one_is_blank() -> None:
    counts = [[0] * 24 for _ in range(7)]
    counts[2][9], counts[3][10] = 50, 1
    degrees = {cell.title: cell.degree for cell in heat.week(counts, list("MTWTFSS")).cells if cell.degree}
    assert degrees == {"W 09:00: 50": 5, "T 10:00: 1": 1}


def test_words_of_others_are_escaped_in_a_chart() -> None:
    text = drawn(plots.over_time(["<i>"], [Series("opened", "<b>", [1])]))
    assert "<b>" not in text
    assert "<i>" not in text
    assert "Said &lt;so&gt;" in text
