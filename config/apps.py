from django.apps import AppConfig


class ProductConfig(AppConfig):
    """Named for Django's registry; it has no tables of its own, only checks, commands and the rows of beat."""

    name = "config"
    verbose_name = "Product"

    def ready(self) -> None:
        from celery.signals import setup_logging, worker_process_shutdown

        from config import checks, observing, tracing  # noqa: F401 - it joins in where it is asked to
        from escalations import sweeps
        from reviewers.mail import outbox, sender

        checks.register_all()
        # Sent first by worker and beat alike; that somebody listens also leaves logging as the settings have it.
        setup_logging.connect(checks.refuse_wrong_settings, weak=False)
        # Letters are a matter of people, and people know nothing of sweeps: this is where the two meet.
        sweeps.register("letters", sender.kick, due=outbox.IS_DUE, finish=sender.finish)
        sweeps.register("old letters", sweeps.Seldom(sender.forget_old))
        worker_process_shutdown.connect(sender.stop)
        observing.start()
        worker_process_shutdown.connect(observing.stop)
