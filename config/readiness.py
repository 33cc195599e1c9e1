"""Whether requests can be served: PostgreSQL answers within a second, and its tables are those of this release.

The question runs in a thread of its own, so that a database that hangs can neither hold the answer nor another thread.
"""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

SECONDS = 1.0
SILENT = "PostgreSQL did not answer within a second."


class Probe:
    """Asks once at a time; whoever asks meanwhile shares the answer."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._question: Future[str] | None = None
        self._is_migrated = False

    def missing(self) -> str:
        """What is missing, as a sentence; empty when nothing is."""
        try:
            return self._ask().result(SECONDS)
        except TimeoutError:
            return SILENT

    async def missing_soon(self) -> str:
        """The same, for callers on the event loop."""
        try:
            async with asyncio.timeout(SECONDS):
                return await asyncio.shield(asyncio.wrap_future(self._ask()))
        except TimeoutError:
            return SILENT

    def _ask(self) -> Future[str]:
        if self._question is None or self._question.done():
            self._question = self._pool.submit(self._look)
        return self._question

    def _look(self) -> str:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            self._is_migrated = self._is_migrated or _is_migrated()
        except (DatabaseError, InterfaceError):
            return "PostgreSQL does not answer."
        finally:
            connection.close()
        return "" if self._is_migrated else "Migrations are missing: run manage.py release."


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


probe = Probe()
