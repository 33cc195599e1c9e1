"""Write the whole database to one file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import dumps


class Command(BaseCommand):
    help = "Write the whole database to FILE (pg_dump's custom format, readable by its owner only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: object, file: Path, **options: object) -> None:
        try:
            dumps.dump(file.absolute())
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}") from error
        except dumps.ToolFailed as error:
            raise CommandError(f"The backup failed: {error}") from error
        self.stdout.write(f"{file} holds the database ({file.stat().st_size:,} bytes).")
        self.stdout.write(
            "The secret key is not in it: keep SECRET_KEY (or DATA_DIR/secret_key) in another safe place. "
            "Without that key the webhook secrets in the backup cannot be read."
        )
