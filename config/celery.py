"""The Celery application of `worker` and `beat`. It carries hints to look for due work; the work itself is rows."""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# About running as root, which is dangerous where tasks may be pickles; ours are JSON and nothing else is accepted.
warnings.simplefilter("ignore", SecurityWarning)

app = Celery("escalations")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
