"""Rows of SQL as families of Prometheus: one label for each leading column, then the figures."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from prometheus_client.core import GaugeMetricFamily

Rows = Sequence[tuple[Any, ...]]


def rows(sql: str, params: dict[str, Any] | None = None) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def gauge(name: str, text: str, labels: Sequence[str], found: Iterable[tuple[Any, ...]]) -> GaugeMetricFamily:
    """Each row holds the values of the labels and then the figure, which may be missing (no sample)."""
    family = GaugeMetricFamily(name, text, labels=list(labels))
    for *values, figure in found:
        if figure is not None:
            family.add_metric([str(value) for value in values], float(figure))
    return family
