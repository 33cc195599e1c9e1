"""The life of an escalation. Only this module changes a status.

Each verb is one compare-and-set statement: it changes the row only if the old state still allows it, and writes the
event of the change with it. Who was too late gets a Refusal (`escalations/refusals.py`) that says what stands instead;
nothing is ever overwritten. A verb takes an escalation or its id and returns the escalation as it is after; it raises
`Escalation.DoesNotExist` when `by` may not even see it.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from escalations import hints, leases, prepared, routing, statements
from escalations.actors import Actor
from escalations.answers import Answer, check_answer, settled
from escalations.models import Agent, ApiKey, Escalation, Event, Receipt, Status
from escalations.refusals import (
    AlreadyAskedAgain,
    CannotSnooze,
    CannotTake,
    DifferentAnswer,
    NotAllowed,
    NotFinished,
    NotHeld,
    TooManyMessages,
    UnfitAnswer,
)
from escalations.transitions import NEXT_CLAIMED, ROUTED, TRANSITIONS, Transition
from reviewers.models import Reviewer

SNOOZED_AT_MOST = timedelta(days=30)

Target = Escalation | UUID


def claim(escalation: Target, *, by: Reviewer, via: ApiKey | None = None, version: int | None = None) -> Escalation:
    """`by` takes it; claiming one's own again only renews its lease. Raises Held if somebody was faster."""
    guard = f"{statements.MAY_ACT} AND e.claimed_at IS NULL"
    actor = Actor(by, via, version)
    if done := transition(Event.Type.CLAIMED, escalation, guard, actor):
        return done
    current = actor.sees(escalation)
    if current.status == Status.ASSIGNED and current.assigned_to_id == by.pk and current.claimed_at:
        leases.renew(current, by=by)
        return current
    raise actor.refusal(current)


def take_next(*, by: Reviewer, via: ApiKey | None = None) -> Escalation | None:
    """Claim the first, in the one queue order, of what is open, assigned to `by`, or urgent and claimed by nobody."""
    guard = f"{statements.MAY_ACT} AND {statements.NEXT}"
    return transition(Event.Type.CLAIMED, None, guard, Actor(by, via), how=NEXT_CLAIMED)


def assign(escalation: Target, *, to: Reviewer, by: Reviewer, via: ApiKey | None = None, note: str = "") -> Escalation:
    """A lead gives it to `to`, also when somebody holds it. Raises CannotTake when `to` is not active in its pool."""
    actor = Actor(by, via)
    guard = f"{statements.LEADS} AND {statements.CAN_TAKE}"
    if done := transition(Event.Type.ASSIGNED, escalation, guard, actor, to=to.pk, data={"note": note} if note else {}):
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


def ask(escalation: Target, *, by: Reviewer, message: str, via: ApiKey | None = None) -> Escalation:
    """`by` asks the agent back, about what they hold or could claim; the clock stands still until the agent replies."""
    return _say(Event.Type.INFO_REQUESTED, escalation, statements.ANSWERS, Actor(by, via), message)


def reply(escalation: Target, *, by: Agent, message: str, via: ApiKey | None = None) -> Escalation:
    """The agent says something, asked or not; whoever holds it goes on, and a snooze ends."""
    return _say(Event.Type.REPLIED, escalation, statements.OWNS, Actor(by, via), message)


def snooze(escalation: Target, *, by: Reviewer, until: datetime | None) -> Escalation:
    """Out of the way of `by`, who holds it or could claim it, until then; None: until the agent replies.

    Raises CannotSnooze when the moment is past or more than 30 days ahead.
    """
    if until is not None and not timedelta(0) < until - datetime.now(UTC) <= SNOOZED_AT_MOST:
        raise CannotSnooze
    actor = Actor(by)
    data: dict[str, Any] = {"until": until.astimezone(UTC).isoformat() if until else None}
    if done := transition(Event.Type.SNOOZED, escalation, statements.ANSWERS, actor, data=data, until=until):
        return done
    raise actor.refusal(actor.sees(escalation))


def wake(escalation: Target, *, by: Reviewer) -> Escalation:
    """End the snooze of what `by` holds; what is awake stays as it is."""
    actor = Actor(by)
    guard = f"{statements.MAY_ACT} AND e.assigned_to = %(reviewer)s AND e.snoozed_at IS NOT NULL"
    if done := transition(Event.Type.WOKEN, escalation, guard, actor):
        return done
    current = actor.sees(escalation)
    if current.assigned_to_id == by.pk and not current.is_finished:
        return current
    raise actor.refusal(current)


def resolve(
    escalation: Target,
    *,
    by: Reviewer,
    answer: Answer,
    via: ApiKey | None = None,
    version: int | None = None,
    avoidable: bool | None = None,
) -> Escalation:
    """`by` answers what they hold or could claim. The same answer again changes nothing; another one raises
    DifferentAnswer. Raises UnfitAnswer when it is not of the form that the agent asked for.
    `avoidable`: the agent should have solved this itself."""
    actor = Actor(by, via, version)
    known = escalation if isinstance(escalation, Escalation) or answer.is_plain else actor.sees(escalation)
    is_fit = isinstance(known, Escalation) and not known.is_finished
    if isinstance(known, Escalation) and is_fit:
        answer = _fitting(known, answer)
    guard = f"{statements.ANSWERS} AND (%(is_fit)s OR {statements.ASKS_FOR_NO_FORM})"
    said = answer.columns() | {"avoidable": avoidable}
    if done := transition(Event.Type.RESOLVED, escalation, guard, actor, is_fit=is_fit, **said):
        return done
    current = actor.sees(escalation)
    if current.status == Status.RESOLVED and current.assigned_to_id == by.pk:
        if _fitting(current, answer) == Answer.of(current):
            return current
        raise DifferentAnswer
    if actor.could_answer(current):
        _fitting(current, answer)
    raise actor.refusal(current)


def correct(escalation: Target, *, by: Reviewer, answer: Answer, via: ApiKey | None = None) -> Escalation:
    """The author, or a lead, replaces an answer that was wrong; the same one again changes nothing.

    Raises NotFinished, NotAllowed or UnfitAnswer.
    """
    actor = Actor(by, via)
    current = actor.sees(escalation)
    if current.status != Status.RESOLVED:
        raise NotFinished
    answer = _fitting(current, answer)
    if answer == Answer.of(current):
        return current
    guard = f"{statements.MAY_ACT} AND (e.assigned_to = %(reviewer)s OR {statements.LEADS})"
    if done := transition(Event.Type.CORRECTED, escalation, guard, actor, **answer.columns()):
        return done
    raise NotAllowed if actor.sees(escalation).status == Status.RESOLVED else NotFinished


def report(escalation: Target, *, by: Agent, outcome: Receipt, note: str = "", via: ApiKey | None = None) -> Escalation:
    """The agent tells what it did with the answer; the same again changes nothing. Raises NotFinished."""
    actor = Actor(by, via)
    current = actor.sees(escalation)
    if current.receipt and (current.receipt["outcome"], current.receipt["note"]) == (outcome, note):
        return current
    data: dict[str, Any] = {"receipt": outcome, "note": note}
    if done := transition(Event.Type.REPORTED, escalation, statements.OWNS, actor, data=data, **data):
        return done
    raise NotFinished


def reopen(escalation: Target, *, by: Reviewer | Agent, via: ApiKey | None = None, reason: str = "") -> Escalation:
    """The agent, or a lead, says that the answer did not help. Raises NotFinished, NotAllowed, AlreadyAskedAgain."""
    guard = statements.OWNS if isinstance(by, Agent) else statements.LEADS
    actor = Actor(by, via)
    try:
        with transaction.atomic():
            done = transition(Event.Type.REOPENED, escalation, guard, actor, data={"reason": reason} if reason else {})
    except IntegrityError as error:
        raise AlreadyAskedAgain from error
    if done:
        return route(done) or done
    raise NotAllowed if actor.sees(escalation).status == Status.RESOLVED else NotFinished


def cancel(escalation: Target, *, by: Agent, via: ApiKey | None = None, reason: str = "") -> Escalation:
    """The agent withdraws; withdrawing again changes nothing. Raises Finished if there is an answer already."""
    actor = Actor(by, via)
    if done := transition(
        Event.Type.CANCELLED, escalation, statements.OWNS, actor, data={"reason": reason} if reason else {}
    ):
        return done
    current = actor.sees(escalation)
    if current.status == Status.CANCELLED:
        return current
    raise actor.refusal(current)


def extend(escalation: Target, *, by: Agent, until: datetime, via: ApiKey | None = None) -> Escalation:
    """The agent moves its own deadline. Raises Finished when it has passed already, or there is an answer."""
    actor = Actor(by, via)
    data = {"until": until.isoformat()}
    if done := transition(Event.Type.EXTENDED, escalation, statements.OWNS, actor, data=data, until=until):
        return done
    raise actor.refusal(actor.sees(escalation))


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
        done = transition(Event.Type.ASSIGNED, escalation, routing.IS_AS_KNOWN, Actor(None), how=ROUTED, **wanted)
        if done or not routing.could_take(escalation.pk, wanted):
            return done


def _give_back(type_: Event.Type, escalation: Target, guard: str, actor: Actor, reason: str) -> Escalation:
    if done := transition(type_, escalation, guard, actor, data={"reason": reason} if reason else {}):
        return route(done) or done
    current = actor.sees(escalation)
    raise NotHeld if current.status == Status.OPEN and actor.acts() else actor.refusal(current)


def _say(type_: Event.Type, escalation: Target, guard: str, actor: Actor, message: str) -> Escalation:
    guard = f"{guard} AND {statements.MORE_MAY_BE_SAID}"
    if done := transition(type_, escalation, guard, actor, data={"message": message}):
        return done
    current = actor.sees(escalation)
    is_full = current.message_count >= statements.MESSAGES_AT_MOST and not current.is_finished
    raise TooManyMessages if is_full else actor.refusal(current)


def _fitting(escalation: Escalation, answer: Answer) -> Answer:
    """The answer as it is kept. What an agent asks for never changes, so this needs no lock. Raises UnfitAnswer."""
    if flaws := check_answer(escalation, answer):
        raise UnfitAnswer(flaws)
    return settled(escalation, answer)


def transition(
    type_: Event.Type,
    escalation: Target | None,
    guard: str,
    actor: Actor,
    *,
    how: Transition | None = None,
    data: dict[str, Any] | None = None,
    **params: Any,  # noqa: ANN401 - values of the statement
) -> Escalation | None:
    """The one writer of a status: the escalation as it is after, or None when state or guard did not hold."""
    where = "e.id = %(id)s" if escalation else "TRUE"
    parts = (how or TRANSITIONS[type_]).parts()
    sql = statements.TRANSITION.format(where=where, guard=guard, result=statements.NAMED, **parts)
    target = escalation.pk if isinstance(escalation, Escalation) else escalation
    params |= actor.params() | {"id": target, "type": type_, "data": json.dumps(data or {})}
    done = next(iter(prepared.raw(Escalation, sql, params)), None)
    if done:
        transaction.on_commit(hints.moved)
        actor.is_back()
    return done


def transition_all(
    type_: Event.Type,
    ids: list[UUID],
    guard: str,
    actor: Actor,
    *,
    how: Transition | None = None,
    data: dict[str, Any] | None = None,
    **params: Any,  # noqa: ANN401 - values of the statement
) -> list[UUID]:
    """As `transition`, many in one statement; the ids of those for which state and guard held."""
    parts = (how or TRANSITIONS[type_]).parts() | {"where": "e.id = ANY(%(ids)s::uuid[])", "result": statements.IDS}
    sql = statements.TRANSITION.format(guard=guard, **parts)
    params |= actor.params() | {"ids": ids, "type": type_, "data": json.dumps(data or {})}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        done = [pk for (pk,) in cursor.fetchall()]
    if done:
        transaction.on_commit(hints.moved)
    return done
