from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from celery.signals import worker_process_shutdown

        from escalations import log, sweeps
        from notifications import channels, fanout, gaps, notices, outbox, sender, swaps
        from reviewers import reach

        sweeps.register("deliveries", fanout.run, due=log.behind(fanout.CURSOR))
        sweeps.register("notices", notices.run, due=log.behind(notices.CURSOR))
        sweeps.register("swaps", swaps.sweep, due=swaps.IS_DUE)
        sweeps.register("gaps", sweeps.Seldom(gaps.sweep))
        sweeps.register("sending", sender.kick, due=outbox.IS_DUE, finish=sender.finish)
        reach.register(channels.unreached, is_open=channels.is_set_up)
        worker_process_shutdown.connect(sender.stop)
