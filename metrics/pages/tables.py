"""Figures as a table: on the page in the reader's words, in a file as numbers that a spreadsheet takes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from escalations.export import Cell
from escalations.models import Priority
from metrics import words


class Kind(NamedTuple):
    """How values of a column are shown, and how they are written to a file; `unit` stands in its head there."""

    shown: Callable[[Any], str]
    written: Callable[[Any], Cell]
    unit: str | Promise = ""


def _as_it_is(value: Any) -> Cell:  # noqa: ANN401 - whatever a column holds
    return value if value is None or isinstance(value, int) else str(value)


def _rounded(value: float | None) -> Cell:
    return None if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def _badge(priority: Priority) -> SafeString:
    return format_html('<span class="badge {}">{}</span>', priority.value, priority.label)


TEXT = Kind(str, _as_it_is)
PRIORITY = Kind(_badge, lambda priority: str(priority.label))
COUNT = Kind(words.number, _as_it_is)
NUMBER = Kind(words.number, _rounded)
LENGTH = Kind(words.length, _rounded, _("seconds"))
SHARE = Kind(words.share, lambda ratio: _rounded(None if ratio is None else ratio * 100), _("percent"))


class Column(NamedTuple):
    title: str
    kind: Kind = COUNT

    @property
    def is_figure(self) -> bool:
        return self.kind not in (TEXT, PRIORITY)

    @property
    def head(self) -> str:
        return f"{self.title} ({self.kind.unit})" if self.kind.unit else self.title


@dataclass(frozen=True)
class Table:
    """The first column names the row."""

    columns: list[Column]
    values: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def rows(self) -> list[list[str]]:
        return [
            [column.kind.shown(value) for column, value in zip(self.columns, row, strict=True)] for row in self.values
        ]

    @property
    def head(self) -> list[str]:
        return [column.head for column in self.columns]

    def lines(self) -> Iterable[list[Cell]]:
        for row in self.values:
            yield [column.kind.written(value) for column, value in zip(self.columns, row, strict=True)]
