"""Figures in words, beside those of the time before, and in files."""

from datetime import timedelta

import pytest

from metrics import words
from metrics.measures import DEFINITIONS
from metrics.pages import asked, changes, people
from metrics.pages.changes import Change, Manner, compare
from metrics.pages.tables import LENGTH, NUMBER, SHARE, TEXT, Column, Table

TIME = "the 7 days before"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (0, "0s"), (0.42, "0.4s"), (12.4, "12s"), (192, "3m 12s"), (3720, "1h 02m"), (273_600, "3d 4h")],
)
def test_a_length_is_said_in_the_unit_that_fits(seconds: float | None, said: str) -> None:
    assert words.length(seconds) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "–"),
        (0, "0"),
        (0.254, "0.25"),
        (0.2, "0.2"),
        (2.34, "2.3"),
        (10.04, "10"),
        (99.96, "100"),
        (12345, "12,345"),
    ],
)
def test_a_number_has_the_decimals_that_tell_something(value: float | None, said: str) -> None:
    assert words.number(value) == said


@pytest.mark.parametrize(("ratio", "said"), [(None, "–"), (0, "0.0 %"), (0.9412, "94.1 %"), (1, "100.0 %")])
def test_a_share_is_said_in_percent(ratio: float | None, said: str) -> None:
    assert words.share(ratio) == said


@pytest.mark.parametrize(
    ("now", "before", "manner", "expected"),
    [
        (None, 5, changes.SHORTER, None),
        (5, None, changes.SHORTER, Change("", "No figure for the 7 days before")),
        (88, 100, changes.SHORTER, Change("▼", "12 % shorter than in the 7 days before: better", "good")),
        (300, 100, changes.SHORTER, Change("▲", "200 % longer than in the 7 days before: worse", "bad")),
        (100, 100.2, changes.SHORTER, Change("=", "As in the 7 days before")),
        (0, 0, changes.FEWER, Change("=", "As in the 7 days before")),
        (3, 0, changes.FEWER, Change("▲", "None in the 7 days before", "bad")),
        (110, 100, changes.NEITHER, Change("▲", "10 % more than in the 7 days before")),
        (0.941, 0.923, changes.HIGHER_SHARE, Change("▲", "1.8 points more than in the 7 days before: better", "good")),
        (0.1, 0.0, changes.LOWER_SHARE, Change("▲", "10 points more than in the 7 days before: worse", "bad")),
    ],
)
def test_a_change_is_said_with_an_arrow_and_whether_it_is_better(
    now: float | None, before: float | None, manner: Manner, expected: Change | None
) -> None:
    assert compare(now, before, manner, TIME) == expected


@pytest.mark.parametrize(
    ("length", "said"),
    [(timedelta(days=7), TIME), (timedelta(days=1), "the 24 hours before"), (timedelta(hours=1), "the 1 hour before")],
)
def test_the_time_before_is_as_long(length: timedelta, said: str) -> None:
    assert asked.the_time_before(length) == said


@pytest.mark.parametrize(
    ("gini", "people_", "said"),
    [
        (None, 3, ""),
        (0.5, 1, ""),
        (0.0, 4, "Fairly shared (Gini 0; 0 is even, 1 is all on one)."),
        (0.25, 4, "Somewhat unevenly shared (Gini 0.25; 0 is even, 1 is all on one)."),
        (0.6, 4, "Unevenly shared: a few carry most of it (Gini 0.6; 0 is even, 1 is all on one)."),
    ],
)
def test_fairness_is_said_in_plain_words(gini: float | None, people_: int, said: str) -> None:
    assert people.fairness(gini, people_) == said


def test_a_table_is_words_on_the_page_and_numbers_in_a_file() -> None:
    columns = [Column("Agent", TEXT), Column("Mean", LENGTH), Column("In time", SHARE), Column("Rate", NUMBER)]
    table = Table(columns, [("=HYPERLINK()", 192.5, 0.941, 2.0), ("b", None, None, None)])
    assert table.rows == [["=HYPERLINK()", "3m 12s", "94.1 %", "2"], ["b", "–", "–", "–"]]
    assert table.head == ["Agent", "Mean (seconds)", "In time (percent)", "Rate"]
    assert list(table.lines()) == [["=HYPERLINK()", "192.5", "94.1", "2"], ["b", None, None, None]]


def test_no_definition_is_empty() -> None:
    assert [name for name, text in DEFINITIONS.items() if len(str(text)) < 20] == []
