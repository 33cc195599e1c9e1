"""The database as the migrations made it, given back after each test that commits.

Django's own way, TRUNCATE of every table and the permissions made anew, takes a third of a second and loses the rows
of the migrations. This one looks which tables differ, and rewrites only those.
"""

from typing import Any

import psycopg
from django.db import connection
from psycopg.sql import SQL, Identifier

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_PRINT = SQL("SELECT {name}, md5(array(SELECT t::text FROM {table} t ORDER BY 1)::text)")


class Pristine:
    """Each table's rows at the time of making, in COPY's words, and what tells it from any other content."""

    def __init__(self) -> None:
        with _superuser() as database:
            names = [name for (name,) in database.execute(_TABLES)]
            prints = (_PRINT.format(name=name, table=Identifier(name)) for name in names)
            self._look = SQL(" UNION ALL ").join(prints)
            self._prints = set(database.execute(self._look))
            self._rows = {name: _copied(database, name) for name in names}

    def give_back(self) -> None:
        """Rewrite what differs. In the role of a replica foreign keys and guards have no say."""
        with _superuser() as database:
            differing = [name for name, _ in set(database.execute(self._look)) - self._prints]
            database.execute("SET session_replication_role = replica")
            for name in differing:
                database.execute(SQL("DELETE FROM {}").format(Identifier(name)))
                with database.cursor().copy(SQL("COPY {} FROM STDIN").format(Identifier(name))) as copy:
                    copy.write(self._rows[name])


def _superuser() -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(**connection.get_connection_params() | {"user": "postgres"})


def _copied(database: psycopg.Connection[tuple[Any, ...]], name: str) -> bytes:
    with database.cursor().copy(SQL("COPY {} TO STDOUT").format(Identifier(name))) as copy:
        return b"".join(map(bytes, copy))
