from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "metrics"
    verbose_name = "Metrics"

    def ready(self) -> None:
        from celery.signals import worker_process_shutdown

        from escalations import log, sweeps
        from metrics import rollups
        from metrics.reasons import background, proposals, sorting
        from metrics.weekly import letter, schedule
        from reviewers.mail import letters
        from reviewers.models import Letter

        sweeps.register("roll-ups", sweeps.Seldom(rollups.run, every=rollups.EVERY), due=log.behind(rollups.CURSOR))
        sweeps.register("reasons", sorting.listen, due=log.behind(sorting.CURSOR))
        sweeps.register("sorting", background.kick, due=sorting.IS_DUE, finish=background.finish)
        sweeps.register("proposals of reasons", sweeps.Seldom(proposals.look_weekly))
        worker_process_shutdown.connect(background.stop)
        sweeps.register("weekly reports", sweeps.Seldom(schedule.run))
        letters.register(Letter.Kind.REPORT, letter.write)
        log.follow_past(rollups.catch_up)
