"""Answers to webhooks, from the events on, against Celery with one task for each delivery."""

import time

from celery import current_app
from django.conf import settings
from django.db import connection

from benchmarks.figures import plain_celery, scene
from benchmarks.figures.receiver import Receiver
from benchmarks.figures.report import Broken, Figure, Size, compare
from escalations import agents, hints, log
from escalations.models import Event
from notifications import fanout
from notifications.models import Delivery

PATIENCE = 20.0  # seconds

# Every task is answered at once: rows and events as the verb would have left them.
_RESOLVE = f"""
    WITH after AS (
        UPDATE escalations e SET status = 'resolved', assigned_to = %(reviewer)s, assigned_at = now(),
            claimed_at = now(), resolved_at = now(), finished_at = now(), outcome = 'answered',
            resolution_notes = 'Yes, up to 200 EUR.', decided_by_type = 'human', decided_by_name = 'Ada',
            version = e.version + 1
        RETURNING e.*)
    {log.INSERT}"""


def measure(size: Size) -> list[Figure]:
    """Nothing without Redis: then there is no Celery to compare with."""
    if not settings.REDIS_URL:
        return []
    with Receiver.running() as receiver:
        ratio, detail = compare(
            lambda: _product(receiver, size.deliveries), lambda: _a_task_each(receiver, size.deliveries), size.rounds
        )
    return [Figure("webhook deliveries ÷ Celery tasks", ratio, 1, 2, detail)]


def _product(receiver: Receiver, rows: int) -> float:
    """From the hint that the log has moved until all have arrived."""
    _answer(receiver, rows)
    current_app.control.purge()  # hints of the figures before would start it too early
    with scene.process("worker") as worker:
        scene.wait_for_worker(worker)
        started = time.perf_counter()
        hints.moved()
        took = receiver.wait_for(rows) - started
        _check_that_all_are_written_down(rows)
    return rows / took


def _a_task_each(receiver: Receiver, rows: int) -> float:
    """From the first task queued until all have arrived; the deliveries are there before."""
    _answer(receiver, rows)
    fanout.run()
    waiting = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    with scene.process("worker", plain_celery.COMMAND) as worker:
        scene.wait_for_worker(worker, plain_celery.app)
        started = time.perf_counter()
        for pk in waiting:
            plain_celery.deliver.delay(str(pk))
        return rows / (receiver.wait_for(rows) - started)


def _answer(receiver: Receiver, rows: int) -> None:
    receiver.forget()
    scene.clear()
    reviewer = scene.people_in_the_pool(1)[0]
    scene.backlog(agents.create("bench").agent, rows, webhook_url=receiver.url)
    values: dict[str, str | None] = {
        "type": Event.Type.RESOLVED,
        "actor_type": Event.Actor.REVIEWER,
        "reviewer": str(reviewer.pk),
        "key": None,
        "data": "{}",
        "request_id": None,
        "traceparent": None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESOLVE, values)


def _check_that_all_are_written_down(rows: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while Delivery.objects.filter(status=Delivery.Status.DELIVERED).count() < rows:
        if time.monotonic() > deadline:
            raise Broken("a delivery that arrived was not written down")
        time.sleep(0.1)
