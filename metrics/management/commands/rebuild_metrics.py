"""Make the roll-ups anew from the escalations and their events."""

import time

from django.core.management.base import BaseCommand

from escalations.management.progress import Progress
from metrics import rollups


class Command(BaseCommand):
    help = "Add up all figures anew, beside a running product. Safe to run again; needed after an import."

    def handle(self, *args: object, **options: object) -> None:
        began, last = time.monotonic(), {}
        with Progress(self.stderr) as progress:
            for noun, done, total in rollups.rebuild():
                last[noun] = done
                progress.say(f"{noun}: {done:,} of {total:,}")
        count, days = last.get("facts worked out", 0), last.get("days added up", 0)
        took = time.monotonic() - began
        self.stdout.write(f"The figures of {count:,} escalations on {days:,} days are added up ({took:.1f} s).")
