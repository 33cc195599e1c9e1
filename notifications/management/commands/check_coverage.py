"""`manage.py check_coverage`: fails if somebody might wait for nobody in the days to come."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from escalations import coverage
from escalations.management.arguments import WholeNumber
from notifications import channels


class Command(BaseCommand):
    help = "Look ahead for gaps on call, pools with nobody, people whom nothing reaches and priorities without policy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=WholeNumber(1, 366), default=14, help="how far to look ahead (14)")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        start = datetime.now(UTC)
        found = coverage.flaws(start, start + timedelta(days=options["days"]))
        found += [
            f"{person.display_name} <{person.email}> has no working channel for what is urgent."
            for person in channels.unreachable()
        ]
        for flaw in found:
            self.stdout.write("".join(character if character.isprintable() else " " for character in flaw))
        if found:
            raise CommandError(f"{len(found)} to look at in the next {options['days']} days.")
        self.stdout.write(f"Covered for the next {options['days']} days.")
