"""Invite a person by email, or hand their link over by other means."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from reviewers import invitations, tokens
from reviewers.mail import outbox
from reviewers.management.arguments import in_one_line, printable
from reviewers.models import Invitation, Pool, Reviewer, Role
from reviewers.people import Newcomer


class Command(BaseCommand):
    help = "Invite a person: they get a link by email and choose their password. Without email, the link is shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", type=printable, help="they sign in with it")
        parser.add_argument("--name", metavar="NAME", type=printable, help="shown to others")
        pool = "a pool they sit in; give it once for each (default: the default pool)"
        parser.add_argument(
            "--pool", metavar="POOL", type=printable, action="append", default=[], dest="pools", help=pool
        )
        tag = "what they know; give it once for each tag"
        parser.add_argument("--tag", metavar="TAG", type=printable, action="append", default=[], dest="tags", help=tag)
        parser.add_argument("--role", choices=Role.values, default=Role.REVIEWER, help="(default: %(default)s)")
        again = "send a new link to somebody who was invited and has not come in; the old one ends"
        parser.add_argument("--again", action="store_true", help=again)
        shown = "show the link instead of sending it"
        parser.add_argument("--show-link", action="store_true", dest="is_shown", help=shown)

    def handle(self, *args: object, email: str, again: bool, is_shown: bool, **facts: Any) -> None:  # noqa: ANN401 - as parsed
        is_shown = is_shown or not outbox.is_open()
        with transaction.atomic():
            person = _again(email) if again else _new(email, facts)
            invitation = _invite(person, is_sent=not is_shown)
        self.stdout.write(_in_words(invitation, is_shown=is_shown))


def _again(email: str) -> Reviewer:
    person = Reviewer.objects.filter(email=email.lower()).first()
    if person is None:
        raise CommandError(f"Nobody with the email {email.lower()} was invited.")
    return person


def _new(email: str, facts: dict[str, Any]) -> Newcomer:
    found = {pool.name: pool for pool in Pool.objects.filter(name__in=facts["pools"])}
    missing = [name for name in facts["pools"] if name not in found]
    if missing:
        there = ", ".join(Pool.objects.values_list("name", flat=True))
        raise CommandError(f"There is no pool named {missing[0]}. There are: {there}.")
    pools, tags = tuple(found.values()), tuple(facts["tags"])
    return Newcomer(email, name=facts["name"] or "", role=Role(facts["role"]), pools=pools, tags=tags)


def _invite(person: Reviewer | Newcomer, *, is_sent: bool) -> Invitation:
    try:
        if isinstance(person, Reviewer):
            return invitations.renew(person, by=None, is_sent=is_sent)
        return invitations.invite(person, by=None, is_sent=is_sent)
    except ValidationError as error:
        raise CommandError(f"{person.email}: {in_one_line(error)}") from error
    except invitations.HasComeIn as error:
        raise CommandError(f"{person.email} is here already, and needs no invitation.") from error


def _in_words(invitation: Invitation, *, is_shown: bool) -> str:
    person, day = invitation.reviewer, f"{invitation.expires_at:%d %B %Y, %H:%M} UTC"
    if not is_shown:
        return f"{person.email} is invited. The mail leaves within seconds; its link works once, until {day}."
    why = "" if outbox.is_open() else " No email leaves from here, because EMAIL_URL is not set."
    return f"""{person.email} is invited.{why}
This link is shown once. Hand it over safely; it works once, until {day}:

{tokens.link(invitation)}
"""
