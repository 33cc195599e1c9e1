"""What asking a language model may cost in a day (UTC), counted in PostgreSQL for all processes together."""

from django.conf import settings
from django.db import connection

_TAKE = """
    INSERT INTO metrics_spent AS s (day, calls, tokens) VALUES ((now() AT TIME ZONE 'UTC')::date, 1, 0)
    ON CONFLICT (day) DO UPDATE SET calls = s.calls + 1 WHERE s.calls < %(calls)s AND s.tokens < %(tokens)s
    RETURNING 1"""
_ADD = "UPDATE metrics_spent SET tokens = tokens + %s WHERE day = (now() AT TIME ZONE 'UTC')::date"


def take() -> bool:
    """Take one call of today's, if there is one left."""
    limits = {"calls": settings.OPENAI_CALLS_PER_DAY, "tokens": settings.OPENAI_TOKENS_PER_DAY}
    if not all(limits.values()):
        return False
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, limits)
        return cursor.fetchone() is not None


def add(tokens: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [tokens])
