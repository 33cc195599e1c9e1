"""Who carries how much."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count

from escalations.models import Status
from metrics import cells
from metrics.measures.present import narrowed
from metrics.scope import Scope
from metrics.shapes import Load, Tally
from reviewers.models import Reviewer


def load(scope: Scope) -> list[Load]:
    """How many of the escalations created in the scope each person was given, took, and answered, and how many they
    have now (of any time). Whoever had the same one twice had it once. Who answered most comes first."""
    tallies = {UUID(str(reviewer)): tally for reviewer, tally in cells.tallies(scope, "reviewer").items()}
    held = narrowed(scope).filter(status=Status.ASSIGNED).order_by().values_list("assigned_to")
    open_now: dict[UUID, int] = dict(held.annotate(count=Count("pk")).values_list("assigned_to", "count"))
    people = Reviewer.objects.in_bulk(tallies.keys() | open_now.keys())
    told = [
        Load(
            reviewer=reviewer,
            name=people[reviewer].display_name,
            assigned=tally.assigned,
            claimed=tally.claimed,
            resolved=tally.answered,
            open_now=open_now.get(reviewer, 0),
        )
        for reviewer in people
        if (tally := tallies.get(reviewer, Tally())) != Tally() or reviewer in open_now
    ]
    return sorted(told, key=lambda each: (-each.resolved, -each.assigned, each.name))


def gini(values: Iterable[int]) -> float | None:
    """How unevenly something is shared out: 0 is evenly, towards 1 one has all. None where there is nothing to share.

    Half the mean absolute difference, relative to the mean (Gini 1912), over the people given.
    """
    ordered = sorted(values)
    count, total = len(ordered), sum(ordered)
    if not total:
        return None
    ranked = sum(rank * value for rank, value in enumerate(ordered, 1))
    return 2 * ranked / (count * total) - (count + 1) / count
