"""Statements that PostgreSQL plans once for each connection, not each time.

A create or a transition is one large statement, and planning it takes several times as long as running it. They are
prepared by the protocol itself, which poolers know how to follow (PgBouncer from 1.21). Such a statement must name its
columns one by one: a prepared `*` would fail in every connection once a migration has added a column.

What Python does around such a statement is done once, too: reading its placeholders, and finding which column is which.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import Model

Row = TypeVar("Row", bound="Model")

PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|%)")
KEPT = 500  # statements


def raw(model: type[Row], sql: str, params: Mapping[str, Any]) -> list[Row]:
    """As `model.objects.raw`, planned once. What is not typed by its column needs a cast in `sql`.

    `sql` gives every column of the model; what it gives beside them become attributes.
    """
    if not settings.PREPARE_STATEMENTS:
        return list(model._default_manager.raw(sql, params))  # noqa: SLF001 - Django's documented name
    with _cursor() as cursor:
        _execute(cursor, sql, params)
        found = cursor.fetchall()
        if not found:
            return []
        return _made(model, _shape(model, sql) or _measured(model, sql, cursor), found)


def rows(sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """What a statement that reads returns, planned once."""
    with _cursor() if settings.PREPARE_STATEMENTS else connection.cursor() as cursor:
        if settings.PREPARE_STATEMENTS:
            _execute(cursor, sql, params or {})
        else:
            cursor.execute(sql, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


class _Cursor(psycopg.RawCursor[Any]):
    def execute(self, query: Any, params: Any = None) -> Any:  # type: ignore[override] # noqa: ANN401 - psycopg's own
        done = super().execute(query, params, prepare=True)
        # What Django's log of statements shows.
        self._query = SimpleNamespace(query=query.encode())  # type: ignore[assignment]
        return done


def _cursor() -> Any:  # noqa: ANN401 - Django's own, logged like any
    connection.ensure_connection()
    return connection._prepare_cursor(_Cursor(connection.connection))  # type: ignore[attr-defined] # noqa: SLF001


def _execute(cursor: Any, sql: str, params: Mapping[str, Any]) -> None:  # noqa: ANN401
    text, names = _numbered(sql)
    cursor.execute(text, [params[name] for name in names])


@lru_cache(maxsize=KEPT)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with $1, $2 … for its named placeholders, and the names in that order."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"${names.setdefault(found[1], len(names) + 1)}" if found[1] else "%"

    text = PLACEHOLDER.sub(number, sql)
    return text, tuple(names)


class _Shape(NamedTuple):
    """Where the model's columns are in a row, what reads their values, and the names of the others."""

    places: list[int]
    fields: list[str]
    readers: list[tuple[int, Any, Any]]
    others: list[tuple[int, str]]


_shapes: dict[tuple[type[Model], str], _Shape] = {}


def _shape(model: type[Model], sql: str) -> _Shape | None:
    return _shapes.get((model, sql))


def _measured(model: type[Model], sql: str, cursor: Any) -> _Shape:  # noqa: ANN401
    columns = [column.name for column in cursor.description]
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django's documented name
    places = [columns.index(field.column) for field in fields]
    readers = [
        (place, convert, field.cached_col)
        for place, field in enumerate(fields)
        for convert in (
            *connection.ops.get_db_converters(field.cached_col),
            *field.cached_col.get_db_converters(connection),
        )
    ]
    others = [(place, name) for place, name in enumerate(columns) if place not in places]
    shape = _Shape(places, [field.attname for field in fields], readers, others)
    if len(_shapes) < KEPT:
        _shapes[model, sql] = shape
    return shape


def _made(model: type[Row], shape: _Shape, found: Iterable[tuple[Any, ...]]) -> list[Row]:
    made = []
    for row in found:
        values = [row[place] for place in shape.places]
        for place, convert, expression in shape.readers:
            values[place] = convert(values[place], expression, connection)
        one = model.from_db(DEFAULT_DB_ALIAS, shape.fields, values)
        for place, name in shape.others:
            setattr(one, name, row[place])
        made.append(one)
    return made
