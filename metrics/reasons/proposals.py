"""What becomes of a proposal: a lead makes a reason of it, or says that it is none. And when to look for new ones."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.text import slugify

from escalations import reasons
from escalations.models import Cursor, Escalation, Labeller, Reason
from escalations.reasons import Label
from metrics.reasons.models import Proposal
from reviewers.models import Reviewer

EVERY = timedelta(days=7)
PROPOSE = "metrics.reasons.groups.propose"  # by name: it loads scikit-learn
LOOKED = "proposals of reasons"  # a cursor whose number is the week of the last look
SLUG_AT_MOST = 50


class AlreadyThere(Exception):
    """There is a reason of this name."""


def accept(proposal: Proposal, *, by: Reviewer, name: str, description: str = "") -> Reason:
    """Make a reason of it, and give it to its tasks that have none of a reviewer. Raises AlreadyThere."""
    try:
        with transaction.atomic():
            reason = Reason.objects.create(
                slug=slugify(name)[:SLUG_AT_MOST].strip("-") or f"reason-{proposal.pk}",
                name=name,
                description=description or ", ".join(proposal.words),
                examples=proposal.examples,
            )
            Proposal.objects.filter(pk=proposal.pk).update(reason=reason)
    except IntegrityError as error:
        raise AlreadyThere from error
    there = set(Escalation.objects.visible_to(by).filter(pk__in=proposal.escalations).values_list("pk", flat=True))
    labels = [Label(pk, reason.slug) for pk in proposal.escalations if pk in there]
    reasons.categorise(labels, source=Labeller.LOCAL)
    return reason


def dismiss(proposal: Proposal) -> None:
    Proposal.objects.filter(pk=proposal.pk, dismissed_at=None).update(dismissed_at=timezone.now())


def look_weekly() -> None:
    """Look once in a week, whoever's turn it is; a week without anybody awake is looked at late, not twice."""
    week = int(timezone.now().timestamp() // EVERY.total_seconds())
    Cursor.objects.get_or_create(name=LOOKED, defaults={"seq": week})
    if Cursor.objects.filter(name=LOOKED, seq__lt=week).update(seq=week):
        import_string(PROPOSE)()
