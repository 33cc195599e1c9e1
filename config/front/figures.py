"""What a web process counts: each request once, by its route, and who stays connected.

Routes are those of Django, never paths, so that nobody can make up more of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import Gauge, Histogram

from metrics.exposition.process import REGISTRY

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ROUTE = "route"  # in the state of a request: by which address of Django it was answered
LONG_WAIT, EVENT_STREAM, STATIC, NONE = "(long wait)", "(event stream)", "(static)", "(none)"
STATUSES = ("", "1xx", "2xx", "3xx", "4xx", "5xx")

REQUESTS = Histogram(
    "escalations_http_request_duration_seconds",
    "Requests by method, route and class of status, and how long they took.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)


def _open(name: str, text: str) -> Gauge:
    return Gauge(name, text, multiprocess_mode="livesum", registry=REGISTRY)


SOCKETS = _open("escalations_open_sockets", "Live pages that are connected.")
LONG_WAITS = _open("escalations_long_waits", "Calls that wait for news of an escalation.")
EVENT_STREAMS = _open("escalations_event_streams", "Open streams of events.")

_children: dict[tuple[str, str, str], Any] = {}


def count(method: str, state: dict[str, Any], path: str, status: int, seconds: float) -> None:
    """One request has ended. On the event loop, for every request: a look-up and two additions."""
    key = (method if method in METHODS else "other", route_of(state, path), STATUSES[status // 100])
    child = _children.get(key)
    if child is None:
        child = _children[key] = REQUESTS.labels(*key)
    child.observe(seconds)


def route_of(state: dict[str, Any], path: str) -> str:
    return state.get(ROUTE) or (STATIC if path.startswith("/static/") else NONE)


@contextmanager
def waiting(state: dict[str, Any], *, is_stream: bool) -> Iterator[None]:
    """Around a call that waits: how long it takes says nothing about us."""
    with (EVENT_STREAMS if is_stream else LONG_WAITS).track_inprogress():
        try:
            yield
        finally:
            state[ROUTE] = EVENT_STREAM if is_stream else LONG_WAIT
