"""Say who is on call."""

import argparse
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviewers import oncall
from reviewers.models import Pool, Reviewer


def moment(typed: str) -> datetime:
    """ISO 8601; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(typed)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError("give a moment such as 2026-01-31T12:00Z") from error
    if not oncall.is_near(found):
        raise argparse.ArgumentTypeError("give a moment within ten years of now")
    return found


class Command(BaseCommand):
    help = "Say who is on call for each pool. Exits with 1 if nobody is for one that has a rotation."

    def add_arguments(self, parser: CommandParser) -> None:
        at = "the moment, such as 2026-01-31T12:00Z (default: now)"
        parser.add_argument("--at", metavar="T", type=moment, default=None, help=at)
        parser.add_argument("--pool", metavar="POOL", help="only this pool (default: all)")

    def handle(self, *args: object, at: datetime | None, pool: str | None, **options: object) -> None:
        pools = Pool.objects.select_related("rotation")
        chosen = list(pools.filter(name=pool) if pool is not None else pools)
        if not chosen:
            raise CommandError(f"There is no pool named {pool}.")
        called = [(each, oncall.of_pool(each, at or datetime.now(UTC))) for each in chosen]
        for each, reviewer in called:
            self.stdout.write(f"{each.name}: {_in_words(each, reviewer)}")
        uncovered = [each.name for each, reviewer in called if each.rotation and reviewer is None]
        if uncovered:
            raise CommandError(f"Nobody is on call for {', '.join(uncovered)}.")


def _in_words(pool: Pool, reviewer: Reviewer | None) -> str:
    if pool.rotation is None:
        return "has no rotation"
    return f"{reviewer.display_name} <{reviewer.email}> ({pool.rotation})" if reviewer else f"nobody ({pool.rotation})"
