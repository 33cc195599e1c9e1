from django.apps import AppConfig


class ProductConfig(AppConfig):
    """Named for Django's registry; it has no tables of its own, only checks, commands and the rows of beat."""

    name = "config"
    verbose_name = "Product"

    def ready(self) -> None:
        from celery.signals import beat_init, worker_init

        from config import checks

        checks.register_all()
        worker_init.connect(checks.refuse_wrong_settings, weak=False)
        beat_init.connect(checks.refuse_wrong_settings, weak=False)
