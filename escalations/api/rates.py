"""How fast a key may call, and how often an address may fail to show one.

Counted in each process and never in the database: a limit must not cost more than what it limits. With several
processes the limit of the installation is that many times higher.
"""

import math
import threading
import time
from typing import Generic, NamedTuple, TypeVar

from django.conf import settings

from escalations.api.problems import Problem

FAILURES = 20  # from one address
FAILURE_SECONDS = 60.0
REMEMBERED = 10_000  # keys or addresses; the oldest is forgotten first

Value = TypeVar("Value")


class Recent(dict[str, Value], Generic[Value]):
    """A dictionary that forgets its oldest entry rather than grow without end."""

    def __setitem__(self, key: str, value: Value) -> None:
        if len(self) >= REMEMBERED and key not in self:
            self.pop(next(iter(self)), None)
        super().__setitem__(key, value)


class Allowance(NamedTuple):
    """What is left of a key's rate: calls, and the seconds until all of the burst is there again."""

    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        """As the IETF draft "RateLimit header fields for HTTP" (version 10) writes them."""
        rate, burst = settings.RATE_LIMIT_PER_SECOND, settings.RATE_LIMIT_BURST
        return {
            "RateLimit-Policy": f'"key";q={burst};w={math.ceil(burst / rate)}',
            "RateLimit": f'"key";r={self.remaining};t={self.reset}',
        }


class _Bucket(NamedTuple):
    tokens: float
    at: float


_buckets: Recent[_Bucket] = Recent()
_failures: Recent[list[float]] = Recent()
_lock = threading.Lock()


def take(key_id: str) -> Allowance | None:
    """Count one call of the key. None if no rate is set. Raises a 429 that says how long to wait."""
    rate, burst = settings.RATE_LIMIT_PER_SECOND, settings.RATE_LIMIT_BURST
    if not rate:
        return None
    now = time.monotonic()
    with _lock:
        tokens, at = _buckets.get(key_id) or _Bucket(burst, now)
        tokens = min(burst, tokens + (now - at) * rate)
        is_allowed = tokens >= 1
        _buckets[key_id] = _Bucket(tokens - is_allowed, now)
    allowance = Allowance(int(tokens - is_allowed), math.ceil((burst - tokens + is_allowed) / rate))
    if is_allowed:
        return allowance
    problem = Problem(429, "too_many_requests", f"This key may call {rate} times a second. Wait, then go on.")
    problem.headers = allowance.headers() | {"Retry-After": str(max(1, math.ceil((1 - tokens) / rate)))}
    raise problem


def fail(address: str) -> None:
    """Count a call with a key that does not work. Raises a 429 when there were too many from the address.

    Calls with a key that works are never refused for it: agents behind one address cannot lock each other out.
    """
    now = time.monotonic()
    with _lock:
        recent = [at for at in _failures.get(address, ()) if at > now - FAILURE_SECONDS]
        _failures[address] = [*recent, now][-FAILURES - 1 :]
    if len(recent) >= FAILURES:
        problem = Problem(429, "too_many_failures", "Too many calls without a valid API key came from this address.")
        raise problem.with_headers(Retry_After=str(math.ceil(FAILURE_SECONDS)))


def forget() -> None:
    """Start counting anew."""
    with _lock:
        _buckets.clear()
        _failures.clear()
