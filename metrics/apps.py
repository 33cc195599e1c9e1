from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "metrics"
    verbose_name = "Metrics"

    def ready(self) -> None:
        from escalations import sweeps
        from metrics import rollups

        sweeps.register("roll-ups", sweeps.Seldom(rollups.run, every=rollups.EVERY))
