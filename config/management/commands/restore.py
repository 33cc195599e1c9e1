"""Replace the database by what a backup holds."""

import sys
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from config import dumps
from escalations import vault
from escalations.models import Agent


class Command(BaseCommand):
    help = "Replace everything in the database by the backup in FILE, then bring it to this version."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: object, file: Path, yes: bool, **options: object) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        if not dumps.is_dump(file):
            raise CommandError(f"{file} is not a backup made by `manage.py backup`. Nothing was changed.")
        if not yes:
            self._ask()
        try:
            dumps.load(file)
        except dumps.ToolFailed as error:
            raise CommandError(f"The restore failed, and nothing was changed: {error}") from error
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(f"The database is as it was in {file}.")
        self._try_secrets()

    def _ask(self) -> None:
        name = connection.settings_dict["NAME"]
        if not sys.stdin.isatty():
            raise CommandError(f"This replaces everything in the database {name}. Say --yes to do it.")
        answer = input(f"This replaces everything in the database {name}. Go on? [y/N] ")
        if answer.strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was changed.")

    def _try_secrets(self) -> None:
        agent = Agent.objects.exclude(webhook_secret=None).first()
        try:
            if agent is not None and agent.webhook_secret:
                vault.unseal(bytes(agent.webhook_secret))
        except vault.CannotUnseal:
            self.stderr.write(
                "Its webhook secrets were sealed under another secret key. Give that key in SECRET_KEY_FALLBACKS "
                "and start again; until then no webhook can be signed."
            )
