from django.apps import AppConfig


class EscalationsConfig(AppConfig):
    name = "escalations"
    verbose_name = "Escalations"

    def ready(self) -> None:
        from escalations import backlog, intake, lifecycle, sweeps

        sweeps.register("sandbox", lifecycle.answer_sandbox)
        sweeps.register("idempotency keys", intake.forget_old_requests)
        sweeps.register("routing", backlog.sweep)
