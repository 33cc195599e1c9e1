from django.apps import AppConfig


class EscalationsConfig(AppConfig):
    name = "escalations"
    verbose_name = "Escalations"

    def ready(self) -> None:
        from escalations import availability, backlog, drafts, intake, policies, sandbox, sweeps

        sweeps.register("sandbox", sandbox.answer_due)
        sweeps.register("idempotency keys", sweeps.Seldom(intake.forget_old_requests))
        sweeps.register("pick-up times", sweeps.Seldom(availability.measure))
        sweeps.register("routing", backlog.sweep)
        sweeps.register("policies", policies.sweep)
        sweeps.register("drafts", sweeps.Seldom(drafts.forget_old))
