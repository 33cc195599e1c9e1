"""Whether email leaves from here: one message, sent now, with what went wrong in words."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from reviewers.mail import letters, outbox
from reviewers.mail.handover import Conversation


class Command(BaseCommand):
    help = "Send one email to TO now, to see whether EMAIL_URL is right."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("to", metavar="TO", help="the address it goes to")

    def handle(self, *args: object, to: str, **options: object) -> None:
        try:
            validate_email(to)
        except ValidationError as error:
            raise CommandError(f"{to!r} is not an email address.") from error
        if not outbox.is_open():
            raise CommandError(
                "EMAIL_URL is not set, so no email leaves. Set it, such as smtp://USER:PASSWORD@HOST:587."
            )
        with Conversation() as conversation:
            outcome = conversation.send(letters.test(to))
        if outcome.error:
            raise CommandError(outcome.error)
        self.stdout.write(
            f"Sent to {to}, from {settings.DEFAULT_FROM_EMAIL}. The mail server took it; look into the mailbox."
        )
