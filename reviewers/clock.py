"""What time it is. It is now, unless a simulation says otherwise (`escalations/simulation.py`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    return _moment.get() or datetime.now(UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Inside, it is that moment, for whatever this thread runs in Python."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
