from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("reviewers", "Pool").objects.create(name="Default", is_default=True)
    for name in ("Lead", "Reviewer", "Read-only"):  # their permissions follow once every app has its tables
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("reviewers", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
