"""`manage.py draw_policies`: the policies as they stand, as pictures."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.text import slugify

from escalations import timelines
from escalations.models import Policy


class Command(BaseCommand):
    help = "Write an SVG for each active policy into a folder, and one of what happens when nobody acts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="where they go; it is made where it is missing")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        folder.mkdir(parents=True, exist_ok=True)
        drawn = [timelines.of_policy(policy) for policy in Policy.objects.filter(is_active=True)]
        for timeline in [*drawn, timelines.of_chain()]:
            path = folder / f"{slugify(timeline.title)}.svg"
            path.write_text(timelines.draw(timeline, alone=True))
            self.stdout.write(str(path))
