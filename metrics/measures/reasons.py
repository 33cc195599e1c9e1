"""Why agents ask."""

from django.utils.translation import gettext as _

from metrics import cells
from metrics.scope import Scope
from metrics.shapes import ReasonCount, Tally


def reasons(scope: Scope, limit: int = 10) -> list[ReasonCount]:
    """How many escalations created in the scope have each reason, the most frequent first, beside the period before.

    What has no reason yet is told last, if there is any, and is not among the `limit`.
    """
    now, before = cells.tallies(scope, "reason"), cells.tallies(scope.before(), "reason")
    names = cells.reason_names()
    counted = [
        ReasonCount(
            slug=str(slug) if slug else None,
            name=names.get(str(slug), str(slug)) if slug else _("Uncategorised"),
            count=tally.created,
            before=before.get(slug, Tally()).created,
        )
        for slug, tally in now.items()
        if tally.created
    ]
    known = sorted((each for each in counted if each.slug), key=lambda each: (-each.count, each.name))
    return [*known[:limit], *(each for each in counted if not each.slug)]
