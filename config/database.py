"""DATABASE_URL as Django's connection settings. One that cannot be used becomes a problem, not a traceback."""

from typing import Any

import dj_database_url

from config import environment
from config.environment import Problem

# Without an address nothing is reached, not even another program's PostgreSQL on the usual port.
NOWHERE = "postgresql://nobody@%2Fnonexistent/nothing"
HINT = "Give postgresql://USER:PASSWORD@HOST:PORT/NAME, special characters percent-encoded."
OPTIONS = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15000,
    "prepare_threshold": 0,  # which allows it; `escalations/prepared.py` says what is prepared
    "options": "-c statement_timeout=30s -c lock_timeout=3s -c idle_in_transaction_session_timeout=30s"
    " -c plan_cache_mode=force_generic_plan",
}


def connection(url: str) -> dict[str, Any]:
    """Connections are kept, and tried before each use; what the URL's query says (sslmode, …) wins over our options."""
    parsed = _parse(url) if url else _parse(NOWHERE)
    return {**parsed, "OPTIONS": {**OPTIONS, **parsed.get("OPTIONS", {})}}


def _parse(url: str) -> dict[str, Any]:
    try:
        parsed = dict(dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True))
    except (ValueError, KeyError):
        parsed = {}
    if parsed.get("ENGINE") == "django.db.backends.postgresql" and parsed.get("NAME"):
        return parsed
    environment.refuse(Problem("DATABASE_URL", "", HINT))
    return _parse(NOWHERE)
