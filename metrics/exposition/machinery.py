"""What the product stands on: the database's connections, Redis, and which release this is."""

import platform
import tomllib
from collections.abc import Iterator
from functools import cache

import django
import redis
from django.conf import settings
from prometheus_client import Metric
from redis.exceptions import RedisError

from metrics.exposition.shapes import gauge, rows

PATIENCE = 0.5  # seconds for Redis to answer

_CONNECTIONS = """
    SELECT coalesce(state, 'unknown'), count(*), current_setting('max_connections')::int FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1 ORDER BY 1"""


def database() -> Iterator[Metric]:
    found = rows(_CONNECTIONS)
    yield gauge(
        "escalations_database_connections",
        "Connections to this database, by what they do.",
        ("state",),
        (row[:2] for row in found),
    )
    yield gauge(
        "escalations_database_connections_limit", "How many the server allows.", (), [(row[2],) for row in found[:1]]
    )


def others() -> Iterator[Metric]:
    """What can be said without a database."""
    yield gauge("escalations_redis_up", "1 when Redis answers; no sample without a Redis.", (), _redis_up())
    release = (_version(), platform.python_version(), django.get_version())
    labels = ("version", "python", "django")
    yield gauge("escalations_build_info", "Which release this is; always 1.", labels, [(*release, 1)])


def _redis_up() -> list[tuple[int]]:
    if not settings.REDIS_URL:
        return []
    limits = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, retry=None, **limits) as asked:
            return [(int(bool(asked.ping())),)]
    except (RedisError, OSError):
        return [(0,)]


@cache
def _version() -> str:
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
