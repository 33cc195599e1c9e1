"""Whether an urgent task would find everybody: for cron, and for after a change of the mail server."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications import channels


class Command(BaseCommand):
    help = "Fails, and names them, when there are people who have no working channel for what is urgent."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        people = channels.unreachable()
        if people:
            names = "\n".join(f"- {person.display_name} <{person.email}>" for person in people)
            raise CommandError(f"No working channel for what is urgent:\n{names}")
        self.stdout.write("Everybody who answers can be reached.")
