"""Send the weekly report now, or look at it."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metrics.weekly import letter, schedule
from metrics.weekly.models import WeeklyReport
from reviewers import clock
from reviewers.mail import outbox
from reviewers.models import Reviewer


class Command(BaseCommand):
    help = "Send the report of the last whole week now, besides those that go out on Mondays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", metavar="EMAIL", help="only to this lead or admin (default: all who want it)")
        parser.add_argument("--preview", action="store_true", help="print it instead of sending it")

    def handle(self, *args: object, to: str | None, preview: bool, **options: object) -> None:
        people = _people(to)
        if preview:
            for person in people:
                self.stdout.write(str(letter.message(letter.of(person, clock.now())).body))
            return
        if not outbox.is_open():
            raise CommandError(
                "EMAIL_URL is not set, so no email leaves. Set it, such as smtp://USER:PASSWORD@HOST:587."
            )
        for person in people:
            schedule.queue(person)
        self.stdout.write(f"On its way to {', '.join(each.email for each in people) or 'nobody'}.")


def _people(to: str | None) -> list[Reviewer]:
    leading = schedule.leading().order_by("email")
    if to is None:
        unwanted = WeeklyReport.objects.filter(is_wanted=False).values("reviewer")
        return list(leading.exclude(pk__in=unwanted))
    found = list(leading.filter(email=to.strip().lower()))
    if not found:
        raise CommandError(f"{to!r} is the email of no active lead or admin.")
    return found
