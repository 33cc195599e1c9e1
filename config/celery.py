"""The Celery application of `worker` and `beat`. It carries hints to look for due work; the work itself is rows."""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# About running as root, which is dangerous where tasks may be pickles; ours are JSON and nothing else is accepted.
warnings.simplefilter("ignore", SecurityWarning)

app = Celery("escalations")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_signal: object) -> None:
    """A receiver is enough: Celery then leaves logging as Django's settings have it."""
