"""Lengths of time as the desk says them; `static/desk/live.js` says them the same way."""

from datetime import datetime

MINUTE = 60
HOUR = 3600
DAY = 86400
# From here on, days say more than hours.
LONG = 2 * DAY
DUE_SOON = 0.2  # the last fifth of the time allowed


def span(seconds: float) -> str:
    """3d 4h, 1h 02m, 34m 12s; never negative."""
    whole = max(0, int(seconds))
    if whole >= LONG:
        return f"{whole // DAY}d {whole % DAY // HOUR}h"
    if whole >= HOUR:
        return f"{whole // HOUR}h {whole % HOUR // MINUTE:02d}m"
    return f"{whole // MINUTE}m {whole % MINUTE:02d}s"


def age(seconds: float) -> str:
    """The same in one word, for how long something has been waiting: 3d, 5h, 12m; below a minute `now`."""
    whole = max(0, int(seconds))
    for unit, letter in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if whole >= unit:
            return f"{whole // unit}{letter}"
    return "now"


def is_due_soon(created_at: datetime, due_at: datetime, now: datetime) -> bool:
    """In time still, but in the last fifth of the time allowed."""
    left = (due_at - now).total_seconds()
    return 0 <= left <= DUE_SOON * (due_at - created_at).total_seconds()
