"""A panel: a chart, what it says in a sentence, its figures as a table, and the same as a file."""

from dataclasses import dataclass

from metrics.charts.heat import Heat
from metrics.charts.plots import Plot
from metrics.charts.ranks import Ranking, Spans
from metrics.measures import DEFINITIONS
from metrics.pages.tables import Table


@dataclass(frozen=True)
class Panel:
    """`said` is the chart in a sentence. Without a chart there is nothing to show in this time."""

    key: str
    title: str
    measures: tuple[str, ...]
    said: str
    table: Table
    chart: Plot | Ranking | Spans | Heat | None = None
    is_open: bool = False  # its table is shown at once
    is_live: bool = False  # of this moment

    @property
    def definition(self) -> str:
        return " ".join(str(DEFINITIONS[each]) for each in self.measures)
