"""What happens to an escalation without anybody's doing: its time comes, or whoever had it is not there.

A late timer never overwrites a person's answer: each is a transition like any other, which happens only if its reason
still holds in the very statement. None means that somebody was faster.
"""

from uuid import UUID

from django.db import transaction

from escalations import statements
from escalations.actors import Actor
from escalations.answers import Answer
from escalations.lifecycle import route, transition
from escalations.models import Escalation, Event, Outcome
from escalations.transitions import LEFT, SANDBOX_ANSWERED
from reviewers import duty


def take_from_the_absent(escalation: Escalation) -> Escalation | None:
    """Free what somebody has who is not there (`routing.IS_ABSENT`)."""
    reason = {"reason": "not on duty"}
    freed = transition(Event.Type.RELEASED, escalation, statements.HOLDER_IS_ABSENT, Actor(None), data=reason)
    return freed and (route(freed) or freed)


def stand_in(escalation: Escalation) -> Escalation | None:
    """Move what nobody of its pool is there for to the pool that stands in, where somebody is, and assign it."""
    fallback = escalation.pool.fallback
    if fallback is None:
        return None
    told = {"from": escalation.pool.name, "to": fallback.name}
    with transaction.atomic():
        moved = transition(
            Event.Type.MOVED, escalation, statements.DESERTED, Actor(None), data=told, to_pool=fallback.pk
        )
        return moved and (route(moved) or moved)


def lapse(escalation: Escalation) -> Escalation | None:
    """Free what its assignee did not claim in their pool's time, and set them to away."""
    with transaction.atomic():
        # In the order in which routing locks: the task, the seats, the person. Else each could wait for the other.
        Escalation.objects.select_for_update(no_key=True).only("pk").get(pk=escalation.pk)
        if escalation.assigned_to:
            duty.lock_seats(escalation.assigned_to)
        holder, told = _taken_from(escalation, "assign_within")
        freed = transition(Event.Type.LAPSED, escalation, statements.LAPSED, Actor(None), data=told, holder=holder)
        if freed and escalation.assigned_to:
            duty.go_away(escalation.assigned_to, has_lapsed=True)
    return freed and (route(freed) or freed)


def lapse_claim(escalation: Escalation) -> Escalation | None:
    """Free what its holder claimed and left. They stay on duty, and get it again only if nobody else is there."""
    holder, told = _taken_from(escalation, "claim_within")
    freed = transition(Event.Type.LAPSED, escalation, statements.LEFT, Actor(None), how=LEFT, data=told, holder=holder)
    return freed and (route_past(freed, holder) or freed)


def route_past(escalation: Escalation, former: UUID | None) -> Escalation | None:
    """To whoever is next, and to whoever had it only where that is nobody else."""
    declined = escalation.declined_by
    escalation.declined_by = [*declined, former] if former else declined
    routed = route(escalation)
    escalation.declined_by = declined
    return routed if routed or former is None else route(escalation)


def _taken_from(escalation: Escalation, lease: str) -> tuple[UUID | None, dict[str, str]]:
    """The holder, and what the event says: which lease was over, and whose it was."""
    holder = escalation.assigned_to
    return escalation.assigned_to_id, {"lease": lease} | ({"reviewer": str(holder.pk)} if holder else {})


def expire(escalation: Escalation) -> Escalation | None:
    """The agent's own deadline has passed; its default answer, if it gave one, is no person's word."""
    answer = Answer.from_json(escalation.default_answer or {})
    outcome = Outcome.DEFAULT if escalation.default_answer else Outcome.EXPIRED
    said = answer.columns() | {"outcome": outcome}
    return transition(Event.Type.EXPIRED, escalation, statements.EXPIRED, Actor(None), **said)


def answer_by_rule(escalation: Escalation, *, answer: Answer) -> Escalation | None:
    """The sandbox's rule answers in place of a person."""
    actor = Actor(None, kind=Event.Actor.POLICY)
    return transition(Event.Type.RESOLVED, escalation, "TRUE", actor, how=SANDBOX_ANSWERED, **answer.columns())
