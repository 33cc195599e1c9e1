"""Make a reviewer, and show their password and API key once."""

import json
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from escalations import keys
from escalations.management import arguments
from reviewers import people
from reviewers.models import Pool, Reviewer, Role
from reviewers.people import NewReviewer


class Command(BaseCommand):
    help = "Make a person with a password and an API key, and show them once."

    def add_arguments(self, parser: CommandParser) -> None:
        text = arguments.printable
        parser.add_argument("email", metavar="EMAIL", type=text, help="they sign in with it")
        parser.add_argument("--name", metavar="NAME", type=text, help="shown to others")
        pool = "the pool they sit in, made if there is none of that name (default: the default pool)"
        parser.add_argument("--pool", metavar="POOL", type=text, help=pool)
        tag = "what they know; give it once for each tag"
        parser.add_argument("--tag", metavar="TAG", type=text, action="append", default=[], dest="tags", help=tag)
        parser.add_argument("--role", choices=Role.values, default=Role.REVIEWER, help="(default: %(default)s)")
        parser.add_argument("--json", action="store_true", dest="is_json", help="print one JSON object only")

    def handle(self, *args: object, email: str, pool: str | None, is_json: bool, **facts: Any) -> None:  # noqa: ANN401 - as parsed
        if Reviewer.objects.filter(email=email.lower()).exists():
            raise CommandError(f"There is a reviewer with the email {email.lower()} already.")
        with transaction.atomic():
            seat, is_new = Pool.objects.get_or_create(name=pool) if pool else (None, False)
            made = _made(email, name=facts["name"] or "", role=Role(facts["role"]), pool=seat, tags=facts["tags"])
            api_key = keys.for_reviewer(made.reviewer).plain
        if is_new:
            (self.stderr if is_json else self.stdout).write(f"There was no pool named {pool}, so it was made.")
        self.stdout.write(_as_json(made, api_key) if is_json else _in_words(made, api_key))


def _made(email: str, *, name: str, role: Role, pool: Pool | None, tags: list[str]) -> NewReviewer:
    try:
        return people.create(email, name=name, role=role, pools=[pool] if pool else [], tags=tags)
    except ValidationError as error:
        raise CommandError(f"{email}: {arguments.in_one_line(error)}") from error


def _as_json(made: NewReviewer, api_key: str) -> str:
    reviewer = made.reviewer
    facts = {"reviewer": str(reviewer.pk), "email": reviewer.email, "password": made.password, "api_key": api_key}
    return json.dumps(facts)


def _in_words(made: NewReviewer, api_key: str) -> str:
    reviewer = made.reviewer
    pools = ", ".join(Pool.objects.filter(seats__reviewer=reviewer).values_list("name", flat=True))
    seats = f"sits in {pools}" if pools else "sits in no pool, so nothing is assigned to them"
    tags = f"; knows {', '.join(reviewer.tags)}" if reviewer.tags else ""
    return f"""{reviewer.display_name} is ready: {Role(reviewer.role).label.lower()}; {seats}{tags}.
These secrets are shown once, so keep them:

Sign in   {settings.PUBLIC_URL}/  as  {reviewer.email}  with  {made.password}
API key   {api_key}
"""
