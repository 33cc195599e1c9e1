"""Statements that PostgreSQL plans once for each connection, not each time.

A create or a transition is one large statement, and planning it takes several times as long as running it. They are
prepared by the protocol itself, which poolers know how to follow (PgBouncer from 1.21). Such a statement must name its
columns one by one: a prepared `*` would fail in every connection once a migration has added a column.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models.query import RawQuerySet
from django.db.models.sql import RawQuery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import Model

Row = TypeVar("Row", bound="Model")


class _Cursor(ServerBindingCursor):
    def execute(self, query: str, params: Any = None) -> Any:  # noqa: ANN401 - psycopg's own
        done = super().execute(query, params, prepare=True)  # type: ignore[misc] # psycopg's, under Django's mixin
        self._query = SimpleNamespace(query=query.encode())  # what Django's log of statements shows
        return done


class _Query(RawQuery):
    def _execute_query(self) -> None:
        connection.ensure_connection()
        cursor = _Cursor(connection.connection)  # type: ignore[call-arg] # as Django makes its own
        self.cursor = connection._prepare_cursor(cursor)  # type: ignore[attr-defined] # noqa: SLF001 - logged like any
        self.cursor.execute(self.sql, self.params)


def raw(model: type[Row], sql: str, params: Mapping[str, Any]) -> RawQuerySet[Row]:
    """As `model.objects.raw`, planned once. What is not typed by its column needs a cast in `sql`."""
    if not settings.PREPARE_STATEMENTS:
        return model._default_manager.raw(sql, params)  # noqa: SLF001 - Django's documented name
    query: Any = _Query(sql, DEFAULT_DB_ALIAS, params)
    return RawQuerySet(sql, model=model, query=query, using=DEFAULT_DB_ALIAS)
