from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from celery.signals import worker_process_shutdown

        from escalations import log, sweeps
        from notifications import fanout, notices, outbox, sender

        sweeps.register("deliveries", fanout.run, due=log.behind(fanout.CURSOR))
        sweeps.register("notices", notices.run, due=log.behind(notices.CURSOR))
        sweeps.register("sending", sender.kick, due=outbox.IS_DUE, finish=sender.finish)
        worker_process_shutdown.connect(sender.stop)
