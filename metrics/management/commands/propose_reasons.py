"""Look now for tasks that fit no reason and read alike, as is done once a week."""

from django.core.management.base import BaseCommand

from metrics.reasons import groups


class Command(BaseCommand):
    help = "Look for tasks that fit no reason and read alike, and propose reasons for them to the leads."

    def handle(self, *args: object, **options: object) -> None:
        made = groups.propose()
        for proposal in made:
            self.stdout.write(f"{proposal.name} ({len(proposal.escalations)} tasks): {', '.join(proposal.words)}")
        self.stdout.write(f"{len(made)} proposed." if made else "Nothing new.")
