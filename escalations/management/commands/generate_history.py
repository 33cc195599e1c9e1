"""Fill the database with a made-up past, for benchmarks and demos."""

import time
from datetime import timedelta
from random import Random

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from escalations import log
from escalations.management.arguments import WholeNumber
from escalations.management.history import cast, lives, load
from escalations.management.progress import Progress

MOST_ROWS = 50_000_000
MOST_DAYS = 3650
# Open work does not grow with the past: what is unfinished is a tenth of the rows, but never more than this.
MOST_UNFINISHED = 200


class Command(BaseCommand):
    help = "Write made-up escalations with their events: mostly finished, the newest not. They lead to no webhook."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rows", metavar="N", type=WholeNumber(1, MOST_ROWS), required=True, help="how many")
        parser.add_argument(
            "--days", metavar="D", type=WholeNumber(1, MOST_DAYS), default=90, help="over how many days (default: 90)"
        )
        parser.add_argument(
            "--seed", metavar="S", type=WholeNumber(0, 2**63), help="the same seed gives the same past, ending now"
        )

    def handle(self, *args: object, rows: int, days: int, seed: int | None, **options: object) -> None:
        until = timezone.now()
        since = (until - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
        unfinished = min(MOST_UNFINISHED, rows // 10)
        everybody = cast.gather()
        chance = lives.Chance(Random(seed), everybody)  # noqa: S311 - no secret
        past = lives.lives(chance, rows=rows, unfinished=unfinished, since=since, until=until)
        began = time.monotonic()
        with Progress(self.stderr, rows, "escalations") as progress:
            for written in load.load(past, everybody):
                progress.advance(written)
        load.analyze()
        log.past_is_there()
        self.stdout.write(
            f"{rows:,} made-up escalations of the last {days} days are there, {unfinished:,} of them unfinished "
            f"({time.monotonic() - began:.1f} s). Their pools and people are named sample."
        )
