"""manage.py link_slack: say whose account in Slack is whose, by email or by id."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.slack import accounts
from notifications.transports.slack import NotTaken
from reviewers.models import Reviewer


class Command(BaseCommand):
    help = "Link reviewers to their accounts in Slack. Without --email: all active ones who are not linked yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", default="", help="only this reviewer")
        parser.add_argument("--id", default="", help="with --email: the account, such as U012AB3CD, without a look-up")
        parser.add_argument("--remove", action="store_true", help="with --email: take the link away")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ANN401 - as parsed
        if not options["email"]:
            if options["id"] or options["remove"]:
                raise CommandError("Say whose: --email ada@example.com")
            self._link_all()
            return
        person = Reviewer.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError(f"There is no reviewer with the email {options['email']}.")
        if options["remove"]:
            was_there = accounts.unlink(person)
            self.stdout.write(f"{person} is no longer linked." if was_there else f"{person} was not linked.")
            return
        try:
            self.stdout.write(str(accounts.link(person, slack_id=options["id"])))
        except (accounts.CannotLink, NotTaken) as reason:
            raise CommandError(str(reason)) from reason

    def _link_all(self) -> None:
        """One who cannot be linked keeps nobody else from it; Slack being away ends it."""
        for person in Reviewer.objects.filter(is_active=True, slack=None).order_by("email"):
            try:
                self.stdout.write(str(accounts.link(person)))
            except accounts.CannotLink as reason:
                self.stdout.write(str(reason))
            except NotTaken as reason:
                raise CommandError(str(reason)) from reason
