"""Sort what came before there were reasons, or what nothing fitted then."""

from datetime import timedelta
from itertools import islice

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from escalations.management.arguments import WholeNumber
from escalations.management.progress import Progress
from escalations.models import Escalation
from metrics.reasons import classifiers, sorting

LOCAL, OPENAI = "local", "openai"


class Command(BaseCommand):
    help = "Give a reason to everything of a period that has none. What a reviewer said stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=WholeNumber(0, 36_500), default=90, help="how far back; default 90")
        parser.add_argument("--by", choices=(LOCAL, OPENAI), default=LOCAL, help="who sorts; default local")

    def handle(self, *args: object, days: int, by: str, **options: object) -> None:
        if by == OPENAI and not classifiers.has_model():
            self.stderr.write("There is no language model: set OPENAI_API_KEY or OPENAI_BASE_URL.")
            return
        since = timezone.now() - timedelta(days=days)
        rows = Escalation.objects.for_people().filter(reason_source=None, created_at__gte=since)
        total, given = rows.count(), 0
        ids = iter(rows.order_by("-created_at", "-id").values_list("pk", flat=True).iterator(chunk_size=2000))
        size = sorting.BATCH if by == OPENAI else sorting.LOCAL_BATCH
        with Progress(self.stdout, max(1, total), "tasks") as progress:
            while batch := list(islice(ids, size)):
                given += sorting.label(batch, local_only=by == LOCAL)
                progress.advance(len(batch))
        self.stdout.write(f"{given:,} of {total:,} tasks have a reason now; what fits none stays without.")
