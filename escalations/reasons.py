"""Why an escalation came: labels given by machines, corrected by people. A label is no news to the agent.

Each verb is one statement that writes its event with it, and never touches a status (`statements.LABEL`).
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from escalations import hints, statements
from escalations.actors import Actor
from escalations.models import Escalation, Labeller, Reason
from escalations.refusals import NotAllowed, UnknownReason
from reviewers.models import Reviewer

NO_REASON = "none"  # what forms and filters call it; no reason has this slug
CHUNK = 500  # labels in one statement


class Label(NamedTuple):
    """`reason` is a slug, or None: it fits no category."""

    id: UUID
    reason: str | None
    confidence: float | None = None


def categorise(labels: Iterable[Label], *, source: Labeller) -> list[UUID]:
    """Label many in one statement; the ids of those that changed. What a reviewer said stays."""
    return _label(list(labels), source, statements.BY_MACHINE, Actor(None))


def correct(escalation: Escalation, *, by: Reviewer, reason: str | None) -> None:
    """A reviewer of its pool says why it came, also once it is finished; None: it fits no category.

    Raises UnknownReason when there is no such active reason, and NotAllowed.
    """
    if reason is not None and ("\0" in reason or not _is_offered(reason)):
        raise UnknownReason
    actor = Actor(by)
    done = _label([Label(escalation.pk, reason)], Labeller.REVIEWER, statements.MAY_ACT, actor)
    if not done and not (actor.acts() and Escalation.objects.visible_to(by).filter(pk=escalation.pk).exists()):
        raise NotAllowed


def _is_offered(slug: str) -> bool:
    return Reason.objects.filter(slug=slug, is_active=True).exists()


def merge(reason: Reason, *, into: Reason, by: Reviewer) -> int:
    """Everything of `reason` becomes `into`, with its examples; `reason` is retired. How many were moved."""
    Reason.objects.filter(pk=reason.pk).update(is_active=False)
    into.examples = list(dict.fromkeys([*into.examples, *reason.examples]))
    into.save(update_fields=["examples", "updated_at"])
    moved = 0
    for source in Labeller:
        moved += _move(reason.slug, into.slug, source, by)
    return moved


def _move(old: str, new: str, source: Labeller, by: Reviewer) -> int:
    """In short statements: what is moved is no longer found."""
    moved = 0
    rows = Escalation.objects.order_by().filter(reason=old, reason_source=source)
    while found := list(rows.values_list("pk", "reason_confidence")[:CHUNK]):
        done = _label([Label(pk, new, sure) for pk, sure in found], source, "e.reason = %(old)s", Actor(by), old=old)
        if not done:
            break
        moved += len(done)
    return moved


def _label(labels: list[Label], source: Labeller, guard: str, actor: Actor, **more: str) -> list[UUID]:
    if not labels:
        return []
    ids, names, confidences = zip(*labels, strict=True)
    params = actor.params() | more | {"ids": list(ids), "reasons": list(names), "confidences": list(confidences)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.LABEL.format(guard=guard), params | {"source": source})
        done = [pk for (pk,) in cursor.fetchall()]
        if done:
            transaction.on_commit(hints.moved)
    return done
