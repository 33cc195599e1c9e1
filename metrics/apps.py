from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "metrics"
    verbose_name = "Metrics"

    def ready(self) -> None:
        from escalations import sweeps
        from metrics import rollups
        from metrics.weekly import letter, schedule
        from reviewers.mail import letters
        from reviewers.models import Letter

        sweeps.register("roll-ups", sweeps.Seldom(rollups.run, every=rollups.EVERY))
        sweeps.register("weekly reports", sweeps.Seldom(schedule.run))
        letters.register(Letter.Kind.REPORT, letter.write)
