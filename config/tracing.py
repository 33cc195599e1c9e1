"""Traces, where somebody collects them. Elsewhere no exporter is loaded, and nothing costs anything."""

from collections.abc import Callable

from celery.signals import worker_process_shutdown
from django.conf import settings

from escalations import sweeps
from notifications import attempts

begin: Callable[[str, str], Callable[[str, int], None]] | None = None

if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
    from config import spans

    begin = spans.begin
    sweeps.watch(spans.sweep)
    attempts.watch(spans.attempt)
    worker_process_shutdown.connect(spans.stop)
