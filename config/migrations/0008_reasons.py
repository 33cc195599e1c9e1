"""Reasons are read by everybody and kept by leads, also where the groups were made before them."""

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from reviewers import roles


def grant(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    create_contenttypes(installed.get_app_config("escalations"), verbosity=0)
    create_permissions(installed.get_app_config("escalations"), verbosity=0)
    groups, permissions = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    roles.grant(groups, permissions, models=["reason"])


class Migration(migrations.Migration):
    dependencies = [("config", "0007_policies"), ("escalations", "0012_first_reasons")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
