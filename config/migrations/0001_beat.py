"""Beat's one row: every 5 s a sweep, thrown away if no worker takes it before the next one."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

EVERY = 5


def add_sweep(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    interval, _ = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=EVERY, period="seconds"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name="sweep",
        defaults={"task": "escalations.tasks.sweep", "interval": interval, "expire_seconds": EVERY},
    )


def remove_sweep(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name="sweep").delete()


class Migration(migrations.Migration):
    dependencies = [("django_celery_beat", "0019_alter_periodictasks_options")]
    operations = [migrations.RunPython(add_sweep, remove_sweep)]
