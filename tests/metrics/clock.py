"""The database's clock, as a test has it: its functions of time come from a schema that shadows PostgreSQL's own."""

from datetime import datetime

from django.db import connection

_MADE = """
    CREATE SCHEMA clock;
    CREATE FUNCTION clock.now() RETURNS timestamptz STABLE LANGUAGE sql
        AS $$ SELECT current_setting('clock.now')::timestamptz $$;
    CREATE FUNCTION clock.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS $$ SELECT clock.now() $$;
    CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS $$ SELECT clock.now() $$;
    SET LOCAL search_path TO clock, pg_catalog, public"""


def stop(moment: datetime) -> None:
    """In this test's transaction, time stands still at the moment, until it is turned on."""
    with connection.cursor() as cursor:
        cursor.execute(_MADE)
    turn(moment)


def turn(moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('clock.now', %s, true)", [moment.isoformat()])
