"""When a message that was not taken is tried again. Pure."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Seconds from each try to the next: ten tries in three days.
DELAYS = (0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
TRIES = len(DELAYS)
JITTER = 0.2
# A receiver that says it is overwhelmed, or that names a time, is left alone for at least this long.
LEFT_ALONE = 60
OVERWHELMED = frozenset({429, 502, 504})
GONE = 410
_FOR_EVER = 10.0**9

_random = random.SystemRandom()


def wait(tries: int, *, status: int | None = None, retry_after: str | None = None) -> float | None:
    """Seconds until the next try after so many have failed; None when that was the last.

    `Retry-After` (RFC 9110, section 10.2.3) is honoured between once and twice the delay of the schedule.
    """
    if tries >= TRIES:
        return None
    delay = float(DELAYS[tries])
    asked = _seconds(retry_after)
    least = float(LEFT_ALONE) if asked is not None or status in OVERWHELMED else 0.0
    delay = max(delay, least)
    if asked is not None and asked > delay:
        return min(asked, 2 * delay)
    return max(delay * _random.uniform(1 - JITTER, 1 + JITTER), least)


def rest(retry_after: str | None) -> float:
    """Seconds for which the whole endpoint is left alone, because it asked for time: two minutes at most."""
    return max(0.0, min(_seconds(retry_after) or 0.0, 2.0 * LEFT_ALONE))


def _seconds(retry_after: str | None) -> float | None:
    """What the header asks for, in seconds from now; None if it says nothing that can be read."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 10 else _FOR_EVER
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
