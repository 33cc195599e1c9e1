"""Hold the roll-ups to the history."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from escalations.management.arguments import WholeNumber
from metrics import comparing, rollups, scan
from metrics.scope import Scope, lately

MOST_DAYS = 3650


class Command(BaseCommand):
    help = "Compare the figures of the last days with those of a scan of all escalations, and print what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", metavar="D", type=WholeNumber(1, MOST_DAYS), default=90, help="how many days (default: 90)"
        )

    def handle(self, *args: object, days: int, **options: object) -> None:
        scope = Scope(*lately(timedelta(days=days)))
        rollups.run()
        is_first = not connection.in_atomic_block
        with transaction.atomic(), connection.cursor() as cursor:
            if is_first:  # what happens from now on is in neither
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            behind = rollups.behind()
            scan.look()
            wrong = list(comparing.differences(scope))
        for each in wrong:
            self.stdout.write(each)
        if behind:
            self.stdout.write(f"{behind:,} events are not added up yet.")
        if wrong:
            raise CommandError(f"{len(wrong):,} figures differ. Run manage.py rebuild_metrics to make them anew.")
        self.stdout.write(f"All figures of the last {days} days are those of the history.")
