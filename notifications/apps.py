from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from celery.signals import worker_process_shutdown

        from escalations import sweeps
        from notifications import fanout, notices, sender

        sweeps.register("deliveries", fanout.run)
        sweeps.register("notices", notices.run)
        sweeps.register("sending", sender.kick, finish=sender.finish)
        worker_process_shutdown.connect(sender.stop)
