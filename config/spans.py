"""Spans of requests, sweeps and tries to deliver, by OpenTelemetry. Loaded only where somebody collects them.

They leave in the background, in batches, by OTLP over HTTP. A collector that is away, hangs or fails costs spans and
nothing else: what does not fit into the queue is dropped, and the end of a process waits a moment at most.
"""

import atexit
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags

from escalations import causes
from notifications.outbox import Leased
from notifications.outcomes import Outcome

logger = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds for the collector, and for the last spans of a process

Ended = Callable[[str, int], None]


class _Exporter(SpanExporter):
    """Says once that the collector is away, and once that it is back."""

    def __init__(self) -> None:
        self._exporter = OTLPSpanExporter(timeout=PATIENCE)
        self._is_away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        is_away = result is not SpanExportResult.SUCCESS
        if is_away != self._is_away:
            logger.warning("traces are %s", "not taken by the collector" if is_away else "taken again")
        self._is_away = is_away
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()  # type: ignore[no-untyped-call]


def _provider() -> TracerProvider:
    given = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "escalations"}
    provider = TracerProvider(resource=Resource.create(given), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_Exporter()))
    return provider


_made_by = _provider()
_tracer = _made_by.get_tracer("escalations")


def stop(**_signal: object) -> None:
    """This process is about to end: the last spans get a moment."""
    last = threading.Thread(target=_made_by.force_flush, args=(int(PATIENCE * 1000),), daemon=True)
    last.start()
    last.join(PATIENCE)


atexit.register(stop)


def begin(method: str, path: str) -> Ended:
    """The span of a request, as part of the client's trace if it named one; what follows belongs to it."""
    span = _tracer.start_span(method, _around(), SpanKind.SERVER)
    span.set_attributes({"http.request.method": method, "url.path": path, "request.id": causes.request_id.get()})
    causes.traceparent.set(_name(span))

    def end(route: str, status: int) -> None:
        span.update_name(f"{method} {route}")
        span.set_attributes({"http.route": route, "http.response.status_code": status})
        if status >= 500:
            span.set_status(StatusCode.ERROR)
        span.end()

    return end


@contextmanager
def sweep(name: str) -> Iterator[None]:
    with _tracer.start_as_current_span(f"sweep {name}", Context(), attributes={"sweep": name}):
        yield


@contextmanager
def attempt(leased: Leased) -> Iterator[Callable[[Outcome], None]]:
    """The span of a try; what is sent names it, so that the receiver can go on from there."""
    span = _tracer.start_span(f"deliver {leased.kind}", _around(), SpanKind.CLIENT)
    told = leased.origin.fields() if leased.origin else {}
    span.set_attributes(told | {"delivery": str(leased.id), "webhook_id": leased.message_id, "attempt": leased.attempt})
    before = causes.traceparent.set(_name(span))

    def tell(outcome: Outcome) -> None:
        span.set_attribute("outcome", outcome.error or "delivered")
        if outcome.status_code is not None:
            span.set_attribute("http.response.status_code", outcome.status_code)
        if outcome.error:
            span.set_status(StatusCode.ERROR, outcome.error)

    try:
        yield tell
    finally:
        causes.traceparent.reset(before)
        span.end()


def _around() -> Context:
    """The context that `traceparent` names."""
    given = causes.traceparent.get()
    if not given:
        return Context()
    _, trace_id, span_id, flags = given.split("-")
    parent = SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
    return trace.set_span_in_context(NonRecordingSpan(parent), Context())


def _name(span: Span) -> str:
    known = span.get_span_context()
    return f"00-{known.trace_id:032x}-{known.span_id:016x}-{known.trace_flags:02x}"
