from django.apps import AppConfig


class EscalationsConfig(AppConfig):
    name = "escalations"
    verbose_name = "Escalations"

    def ready(self) -> None:
        from escalations import availability, backlog, drafts, intake, policies, sandbox, sweeps

        sweeps.register("sandbox", sandbox.answer_due)
        sweeps.register("idempotency keys", intake.forget_old_requests)
        sweeps.register("pick-up times", availability.measure)
        sweeps.register("routing", backlog.sweep)
        sweeps.register("policies", policies.sweep)
        sweeps.register("drafts", drafts.forget_old)
