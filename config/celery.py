"""The Celery application of `worker` and `beat`. It carries hints to look for due work; the work itself is rows."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("escalations")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_signal: object) -> None:
    """A receiver is enough: Celery then leaves logging as Django's settings have it."""
