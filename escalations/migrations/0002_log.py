from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("escalations", "Cursor").objects.create(name="numbered", seq=0)


class Migration(migrations.Migration):
    dependencies = [("escalations", "0001_initial")]
    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
        # Open work is updated often: room on the page keeps those updates off the indexes.
        migrations.RunSQL(
            "ALTER TABLE escalations SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02)",
            "ALTER TABLE escalations RESET (fillfactor, autovacuum_vacuum_scale_factor)",
        ),
        migrations.RunSQL(
            "ALTER TABLE reviewers_seat SET (fillfactor = 50); ALTER TABLE reviewers_reviewer SET (fillfactor = 50)",
            "ALTER TABLE reviewers_seat RESET (fillfactor); ALTER TABLE reviewers_reviewer RESET (fillfactor)",
        ),
    ]
