"""Makes the desk the project's admin site. Apart from `config/site.py`, which needs the models to be loaded."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default_site = "config.site.DeskSite"
