"""The Celery application of `worker` and `beat`. It carries hints to look for due work; the work itself is rows."""

import os
import warnings

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# About running as root, which is dangerous where tasks may be pickles; ours are JSON and nothing else is accepted.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("escalations")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
