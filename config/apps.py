from django.apps import AppConfig


class ProductConfig(AppConfig):
    """Named for Django's registry; it has no tables of its own, only checks, commands and the rows of beat."""

    name = "config"
    verbose_name = "Product"

    def ready(self) -> None:
        from celery.signals import setup_logging

        from config import checks

        checks.register_all()
        # Sent first by worker and beat alike; that somebody listens also leaves logging as the settings have it.
        setup_logging.connect(checks.refuse_wrong_settings, weak=False)
