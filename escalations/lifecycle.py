"""The life of an escalation. Only this module changes a status.

Each verb is one compare-and-set statement: it changes the row only if the old state still allows it, and writes the
event of the change with it. Who was too late gets a Refusal (`escalations/refusals.py`) that says what stands instead;
nothing is ever overwritten. A verb takes an escalation or its id and returns the escalation as it is after; it raises
`Escalation.DoesNotExist` when `by` may not even see it.
"""

import json
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from escalations import hints, routing, statements
from escalations.actors import Actor
from escalations.models import UNFINISHED, Agent, ApiKey, Escalation, Event, Status
from escalations.refusals import (
    AlreadyAskedAgain,
    CannotTake,
    DifferentAnswer,
    NotAllowed,
    NotFinished,
    NotHeld,
)
from reviewers.models import Reviewer

Target = Escalation | UUID

FREE = "assigned_to = NULL, assigned_at = NULL, claimed_at = NULL"
TAKE = """
    assigned_to = %(reviewer)s, assigned_at = CASE WHEN e.assigned_to = %(reviewer)s THEN e.assigned_at ELSE now() END,
    claimed_at = CASE WHEN e.assigned_to = %(reviewer)s THEN coalesce(e.claimed_at, now()) ELSE now() END"""
ANSWER = "resolved_at = now(), finished_at = now(), outcome = 'answered', resolution_notes = %(notes)s"


class Transition(NamedTuple):
    """What may happen in which states, where it leads, what else it sets, and how its row is found."""

    before: tuple[Status, ...]
    after: Status
    sets: str
    tail: str = "FOR NO KEY UPDATE"
    pick: str = ""


TRANSITIONS = {
    Event.Type.ASSIGNED: Transition(
        UNFINISHED, Status.ASSIGNED, "assigned_to = %(to)s, assigned_at = now(), claimed_at = NULL"
    ),
    Event.Type.CLAIMED: Transition(UNFINISHED, Status.ASSIGNED, TAKE),
    Event.Type.RELEASED: Transition((Status.ASSIGNED,), Status.OPEN, FREE),
    Event.Type.DECLINED: Transition(
        (Status.ASSIGNED,), Status.OPEN, f"{FREE}, declined_by = array_append(e.declined_by, e.assigned_to)"
    ),
    Event.Type.RESOLVED: Transition(
        UNFINISHED,
        Status.RESOLVED,
        f"{TAKE}, {ANSWER}, decided_by_type = 'human', decided_by_name = %(actor_name)s",
    ),
    Event.Type.CORRECTED: Transition((Status.RESOLVED,), Status.RESOLVED, "resolution_notes = %(notes)s"),
    Event.Type.REOPENED: Transition(
        (Status.RESOLVED,),
        Status.OPEN,
        f"{FREE}, resolved_at = NULL, finished_at = NULL, outcome = NULL, resolution_notes = NULL, "
        "decided_by_type = NULL, decided_by_name = NULL",
    ),
    Event.Type.CANCELLED: Transition(UNFINISHED, Status.CANCELLED, "finished_at = now(), outcome = 'cancelled'"),
}
NEXT_CLAIMED = TRANSITIONS[Event.Type.CLAIMED]._replace(tail=statements.FIRST)
ROUTED = Transition(
    (Status.OPEN,),
    Status.ASSIGNED,
    "assigned_to = got.reviewer_id, assigned_at = now(), claimed_at = NULL",
    pick=routing.PICK_FOR_EXISTING,
)
SANDBOX_ANSWERED = Transition(
    (Status.OPEN,), Status.RESOLVED, f"{ANSWER}, decided_by_type = 'policy', decided_by_name = 'sandbox'"
)


def claim(escalation: Target, *, by: Reviewer, via: ApiKey | None = None, version: int | None = None) -> Escalation:
    """`by` takes it; claiming one's own again changes nothing. Raises Held if somebody was faster."""
    guard = f"{statements.MAY_ACT} AND e.claimed_at IS NULL"
    actor = Actor(by, via, version)
    if done := _transition(Event.Type.CLAIMED, escalation, guard, actor):
        return done
    current = actor.sees(escalation)
    if current.status == Status.ASSIGNED and current.assigned_to_id == by.pk and current.claimed_at:
        return current
    raise actor.refusal(current)


def take_next(*, by: Reviewer, via: ApiKey | None = None) -> Escalation | None:
    """Claim the first, in the one queue order, of what is open, assigned to `by`, or urgent and claimed by nobody."""
    guard = f"{statements.MAY_ACT} AND {statements.NEXT}"
    return _transition(Event.Type.CLAIMED, None, guard, Actor(by, via), how=NEXT_CLAIMED)


def assign(escalation: Target, *, to: Reviewer, by: Reviewer, via: ApiKey | None = None, note: str = "") -> Escalation:
    """A lead gives it to `to`, also when somebody holds it. Raises CannotTake when `to` is not active in its pool."""
    actor = Actor(by, via)
    guard = f"{statements.LEADS} AND {statements.CAN_TAKE}"
    if done := _transition(
        Event.Type.ASSIGNED, escalation, guard, actor, to=to.pk, data={"note": note} if note else {}
    ):
        return done
    current = actor.sees(escalation)
    if actor.leads() and not current.is_finished:
        raise CannotTake
    raise actor.refusal(current) if current.is_finished else NotAllowed


def release(escalation: Target, *, by: Reviewer, via: ApiKey | None = None, reason: str = "") -> Escalation:
    """The holder, or a lead, gives it back; routing runs again at once. Raises NotHeld or Held."""
    guard = f"{statements.MAY_ACT} AND (e.assigned_to = %(reviewer)s OR {statements.LEADS})"
    return _give_back(Event.Type.RELEASED, escalation, guard, Actor(by, via), reason)


def decline(escalation: Target, *, by: Reviewer, via: ApiKey | None = None, reason: str = "") -> Escalation:
    """As release, by the assignee alone, who is then not picked for it again."""
    guard = f"{statements.MAY_ACT} AND e.assigned_to = %(reviewer)s"
    return _give_back(Event.Type.DECLINED, escalation, guard, Actor(by, via), reason)


def resolve(
    escalation: Target, *, by: Reviewer, notes: str, via: ApiKey | None = None, version: int | None = None
) -> Escalation:
    """`by` answers what they hold or could claim. The same answer again changes nothing; another one raises
    DifferentAnswer."""
    guard = f"{statements.MAY_ACT} AND (e.claimed_at IS NULL OR e.assigned_to = %(reviewer)s)"
    actor = Actor(by, via, version)
    if done := _transition(Event.Type.RESOLVED, escalation, guard, actor, notes=notes):
        return done
    current = actor.sees(escalation)
    if current.status == Status.RESOLVED and current.assigned_to_id == by.pk:
        if current.resolution_notes == notes:
            return current
        raise DifferentAnswer
    raise actor.refusal(current)


def take_from_the_absent(escalation: Escalation) -> Escalation | None:
    """Free what somebody holds who is no longer active; None when they are, or it moved meanwhile."""
    freed = _transition(
        Event.Type.RELEASED,
        escalation,
        statements.HOLDER_IS_ABSENT,
        Actor(None),
        data={"reason": "no longer active"},
    )
    return freed and (route(freed) or freed)


def correct(escalation: Target, *, by: Reviewer, notes: str, via: ApiKey | None = None) -> Escalation:
    """The author, or a lead, replaces an answer that was wrong. Raises NotFinished or NotAllowed."""
    guard = f"{statements.MAY_ACT} AND (e.assigned_to = %(reviewer)s OR {statements.LEADS})"
    actor = Actor(by, via)
    if done := _transition(Event.Type.CORRECTED, escalation, guard, actor, notes=notes):
        return done
    raise NotAllowed if actor.sees(escalation).status == Status.RESOLVED else NotFinished


def reopen(escalation: Target, *, by: Reviewer | Agent, via: ApiKey | None = None, reason: str = "") -> Escalation:
    """The agent, or a lead, says that the answer did not help. Raises NotFinished, NotAllowed, AlreadyAskedAgain."""
    guard = statements.OWNS if isinstance(by, Agent) else statements.LEADS
    actor = Actor(by, via)
    try:
        with transaction.atomic():
            done = _transition(Event.Type.REOPENED, escalation, guard, actor, data={"reason": reason} if reason else {})
    except IntegrityError as error:
        raise AlreadyAskedAgain from error
    if done:
        return route(done) or done
    raise NotAllowed if actor.sees(escalation).status == Status.RESOLVED else NotFinished


def cancel(escalation: Target, *, by: Agent, via: ApiKey | None = None, reason: str = "") -> Escalation:
    """The agent withdraws; withdrawing again changes nothing. Raises Finished if there is an answer already."""
    actor = Actor(by, via)
    if done := _transition(
        Event.Type.CANCELLED, escalation, statements.OWNS, actor, data={"reason": reason} if reason else {}
    ):
        return done
    current = actor.sees(escalation)
    if current.status == Status.CANCELLED:
        return current
    raise actor.refusal(current)


def route(escalation: Escalation) -> Escalation | None:
    """Assign an open one to whoever is next (`escalations/routing.py`); None when nobody is eligible or it is taken."""
    with transaction.atomic():
        routing.take_turn(escalation.pool_id)
        return route_in_turn(escalation)


def route_in_turn(escalation: Escalation) -> Escalation | None:
    """As `route`, for a caller whose transaction has the pool's turn already."""
    wanted: dict[str, Any] = {
        "pool": escalation.pool_id,
        "tags": escalation.tags,
        "declined_by": escalation.declined_by,
    }
    while True:
        done = _transition(Event.Type.ASSIGNED, escalation, "TRUE", Actor(None), how=ROUTED, **wanted)
        if done or not _could_be_routed(escalation, wanted):
            return done


def answer_sandbox(limit: int = 500) -> int:
    """Answer the sandbox escalations whose time has come, by the rule in their `metadata.sandbox`. Returns how many."""
    due = Escalation.objects.raw(statements.SANDBOX_DUE, {"limit": limit})
    answered = 0
    for escalation in due:
        notes = escalation.metadata.get("sandbox", {}).get("resolution_notes", "Answered by the sandbox.")
        done = _transition(
            Event.Type.RESOLVED,
            escalation,
            "TRUE",
            Actor(None, kind=Event.Actor.POLICY),
            how=SANDBOX_ANSWERED,
            notes=notes,
        )
        answered += done is not None
    return answered


def _give_back(type_: Event.Type, escalation: Target, guard: str, actor: Actor, reason: str) -> Escalation:
    if done := _transition(type_, escalation, guard, actor, data={"reason": reason} if reason else {}):
        return route(done) or done
    current = actor.sees(escalation)
    raise NotHeld if current.status == Status.OPEN and actor.acts() else actor.refusal(current)


def _transition(
    type_: Event.Type,
    escalation: Target | None,
    guard: str,
    actor: Actor,
    *,
    how: Transition | None = None,
    data: dict[str, str] | None = None,
    **params: Any,  # noqa: ANN401 - values of the statement
) -> Escalation | None:
    """The one writer of a status: the escalation as it is after, or None when state or guard did not hold."""
    how = how or TRANSITIONS[type_]
    sql = statements.TRANSITION.format(
        where="e.id = %(id)s" if escalation else "TRUE",
        before=", ".join(f"'{status}'" for status in how.before),
        status=how.after,
        sets=how.sets,
        guard=guard,
        tail=how.tail,
        pick=f"{how.pick}," if how.pick else "",
        source=", got" if how.pick else "",
    )
    target = escalation.pk if isinstance(escalation, Escalation) else escalation
    params |= actor.params() | {"id": target, "type": type_, "data": json.dumps(data or {})}
    done = next(iter(Escalation.objects.raw(sql, params)), None)
    if done:
        transaction.on_commit(hints.moved)
    return done


def _could_be_routed(escalation: Escalation, wanted: dict[str, Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statements.COULD_BE_ROUTED, wanted | {"id": escalation.pk})
        return bool(cursor.fetchone()[0])
