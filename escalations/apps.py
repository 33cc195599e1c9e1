from django.apps import AppConfig


class EscalationsConfig(AppConfig):
    name = "escalations"
    verbose_name = "Escalations"

    def ready(self) -> None:
        from escalations import availability, backlog, drafts, intake, policies, sandbox, sweeps

        sweeps.register("sandbox", sandbox.answer_due, due=sandbox.IS_DUE)
        sweeps.register("idempotency keys", sweeps.Seldom(intake.forget_old_requests))
        sweeps.register("pick-up times", sweeps.Seldom(availability.measure))
        sweeps.register("routing", backlog.sweep, due=backlog.IS_DUE)
        sweeps.register("policies", sweeps.Seldom(policies.sweep, every=sweeps.SECOND), due=policies.IS_DUE)
        sweeps.register("drafts", sweeps.Seldom(drafts.forget_old))
