"""What beat and the worker are told."""

from importlib import import_module

import pytest
from django.apps import apps
from django_celery_beat.models import PeriodicTask

from config import celery_app


@pytest.mark.django_db
def test_beat_has_one_row_a_sweep_every_five_seconds() -> None:
    import_module("config.migrations.0001_beat").add_sweep(apps, None)  # a test that emptied every table may have run
    task = PeriodicTask.objects.get(task="escalations.tasks.sweep")
    assert (task.interval.every, task.interval.period, task.expire_seconds) == (5, "seconds", 5)


def test_the_worker_knows_the_sweep() -> None:
    celery_app.loader.import_default_modules()
    assert "escalations.tasks.sweep" in celery_app.tasks


def test_only_json_is_taken() -> None:
    assert celery_app.conf.accept_content == ["json"]
