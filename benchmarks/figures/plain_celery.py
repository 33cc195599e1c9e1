"""The usual way, as a baseline: one Celery task reads one delivery, posts it, and writes that it has arrived."""

import time

import requests
from celery import Celery
from django.conf import settings
from django.db.models.functions import Now

from escalations import vault
from notifications import signing
from notifications.models import Delivery

# The options of the product's own worker.
COMMAND = (
    "celery --app benchmarks.figures.plain_celery worker --concurrency 2 "
    "--without-gossip --without-mingle --without-heartbeat --loglevel WARNING"
)
app = Celery("plain", broker=settings.REDIS_URL.removesuffix("/0") + "/1", set_as_current=False)
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
session = requests.Session()


@app.task(name="plain.deliver")
def deliver(pk: str) -> None:
    delivery = Delivery.objects.select_related("endpoint").get(pk=pk)
    timestamp, body = int(time.time()), bytes(delivery.body)
    secret = vault.unseal(bytes(delivery.endpoint.secret)).decode()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.sign(delivery.message_id, timestamp, body, secrets=[secret]),
    }
    session.post(delivery.endpoint.url, data=body, headers=headers, timeout=15).raise_for_status()
    Delivery.objects.filter(pk=pk).update(
        status=Delivery.Status.DELIVERED, delivered_at=Now(), next_attempt_at=None, attempts=1
    )
