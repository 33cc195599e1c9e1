"""What Celery runs. A kick and beat call the same sweep; losing either costs seconds, never work."""

from celery import shared_task

from escalations import sweeps


@shared_task(name="escalations.tasks.sweep")
def sweep() -> None:
    sweeps.run_all()
