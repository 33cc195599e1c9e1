"""The groups' first permissions, once every app has its tables."""

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from reviewers import roles


def grant(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    for label in roles.OURS:  # Django makes them after all migrations; the groups need them now
        create_contenttypes(installed.get_app_config(label), verbosity=0)
        create_permissions(installed.get_app_config(label), verbosity=0)
    roles.grant(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0001_beat"),
        ("reviewers", "0002_default_pool_and_groups"),
        ("escalations", "0002_log"),
        ("notifications", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
