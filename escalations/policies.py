"""What happens to an escalation as it ages and nobody acts: the rules are rows (`Policy`), each done once (`Step`).

A step is a transition like any other. Its statement asks again whether the policy still says so and whether the reason
still holds, and writes the step with the event; so a claim in the very moment wins, an edit never touches what is done,
and a sweep that was down for a day does each thing once. Where nobody is there to hear, the next in line does.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from escalations import statements
from escalations.actors import Actor
from escalations.lifecycle import route, transition
from escalations.models import Escalation, Event, Policy, Priority
from escalations.transitions import FREED_BY_POLICY, GIVEN_BY_POLICY, MOVED_BY_POLICY
from reviewers import clock, oncall
from reviewers.models import Pool, Reviewer, ReviewerQuerySet, Role

BATCH = 500
BATCHES = 20  # of one policy in one sweep

ON_CALL, MANAGER, ADMINS, NOBODY = "on_call", "manager", "admins", "nobody"
CHAINS = {
    Policy.Action.NOTIFY_ON_CALL: (ON_CALL, MANAGER, ADMINS),
    Policy.Action.NOTIFY_MANAGER: (MANAGER, ADMINS),
}
NOTICES = {
    Policy.Action.NOTIFY_ON_CALL: Event.Type.ON_CALL_NOTIFIED,
    Policy.Action.NOTIFY_MANAGER: Event.Type.MANAGER_NOTIFIED,
    Policy.Action.NOTIFY_CHANNEL: Event.Type.CHANNEL_NOTIFIED,
}

# The first two conditions are what the index serves.
_DUE = f"""
    SELECT e.id, e.pool_id, e.assigned_to, e.declined_by FROM escalations e
    WHERE e.status IN ('open', 'assigned') AND e.priority = ANY(%(priorities)s) AND e.created_at <= now() - %(after)s
      AND {statements.POLICY_DUE}
    ORDER BY e.created_at, e.id LIMIT %(limit)s"""


class Hearers(NamedTuple):
    """Who hears of it, as whom, and whom it would have been if there were anybody."""

    told: str
    reviewers: list[Reviewer]
    skipped: list[str]


def sweep() -> int:
    """Do what policies say is due. Safe to run anywhere, any number of times. Returns how many steps were done."""
    return sum(_work_off(policy) for policy in Policy.objects.filter(is_active=True).select_related("target_pool"))


def act(policy: Policy, escalation: Escalation) -> Escalation | None:
    """One step, if it is due in the very moment; None if it is not, or somebody has just done it."""
    try:
        with transaction.atomic():
            return _ACTIONS.get(Policy.Action(policy.action), _notify)(policy, escalation)
    except IntegrityError as error:
        if "a_step_is_done_once" in str(error):
            return None
        raise


def hearers(action: str, pool: Pool, at: datetime) -> Hearers:
    """Who hears of it at that moment: whoever is on call, else the manager, else the admins."""
    skipped: list[str] = []
    for role in CHAINS[Policy.Action(action)]:
        if people := _FINDERS[role](pool, at):
            return Hearers(role, people, skipped)
        skipped.append(role)
    return Hearers(NOBODY, [], skipped)


def _work_off(policy: Policy) -> int:
    done = 0
    for _batch in range(BATCHES):
        due = _due(policy)
        acted = sum(act(policy, each) is not None for each in due)
        done += acted
        if len(due) < BATCH or not acted:
            break
    return done


def _due(policy: Policy) -> list[Escalation]:
    priorities = [policy.priority] if policy.priority else Priority.values
    wanted = {"priorities": priorities, "after": policy.after, "limit": BATCH}
    return list(Escalation.objects.raw(_DUE, wanted | _named(policy)).prefetch_related("pool__manager"))


def _named(policy: Policy) -> dict[str, Any]:
    return {"policy": policy.pk, "action": policy.action}


def _actor() -> Actor:
    return Actor(None, kind=Event.Actor.POLICY)


def _notify(policy: Policy, escalation: Escalation) -> Escalation | None:
    if policy.action == Policy.Action.NOTIFY_CHANNEL:
        heard = Hearers("channel", [], [])
    else:
        heard = hearers(policy.action, escalation.pool, clock.now())
    people = [str(each.pk) for each in heard.reviewers]
    data = {
        "policy": policy.name,
        "reviewer": people[0] if people else None,
        "reviewers": people,
        "told": heard.told,
        "skipped": heard.skipped,
        "channel": policy.channel,
    }
    notice = NOTICES[Policy.Action(policy.action)]
    return transition(notice, escalation, statements.POLICY_DUE, _actor(), data=data, **_named(policy))


def _bump(policy: Policy, escalation: Escalation) -> Escalation | None:
    data = {"policy": policy.name}
    return transition(Event.Type.BUMPED, escalation, statements.POLICY_DUE, _actor(), data=data, **_named(policy))


def _move(policy: Policy, escalation: Escalation) -> Escalation | None:
    if policy.target_pool is None:
        return None
    data = {"policy": policy.name, "from": escalation.pool.name, "to": policy.target_pool.name}
    named = _named(policy) | {"to_pool": policy.target_pool.pk}
    how = MOVED_BY_POLICY
    moved = transition(Event.Type.MOVED, escalation, statements.POLICY_DUE, _actor(), how=how, data=data, **named)
    return moved and (route(moved) or moved)


def _reassign(policy: Policy, escalation: Escalation) -> Escalation | None:
    """To the person it names, if they can take it; else to whoever is next, and not to the same one again."""
    due, named, data = statements.POLICY_DUE, _named(policy), {"policy": policy.name}
    if policy.target_reviewer_id:
        named["to"] = policy.target_reviewer_id
        guard, how = f"{due} AND {statements.CAN_TAKE}", GIVEN_BY_POLICY
        if given := transition(Event.Type.ASSIGNED, escalation, guard, _actor(), how=how, data=data, **named):
            return given
    freed = transition(Event.Type.RELEASED, escalation, due, _actor(), how=FREED_BY_POLICY, data=data, **named)
    if freed is None:
        return None
    declined = freed.declined_by
    freed.declined_by = [*declined, *([escalation.assigned_to_id] if escalation.assigned_to_id else [])]
    if routed := route(freed):
        return routed
    freed.declined_by = declined
    return route(freed) or freed


def _on_call(pool: Pool, at: datetime) -> list[Reviewer]:
    reviewer = oncall.of_pool(pool, at)
    return [reviewer] if reviewer else []


def _manager(pool: Pool, _at: datetime) -> list[Reviewer]:
    return [pool.manager] if pool.manager and pool.manager.is_active else []


def _admins(_pool: Pool, _at: datetime) -> list[Reviewer]:
    return list(ReviewerQuerySet(Reviewer).active().filter(role=Role.ADMIN).order_by("created_at", "pk"))


_FINDERS: dict[str, Callable[[Pool, datetime], list[Reviewer]]] = {
    ON_CALL: _on_call,
    MANAGER: _manager,
    ADMINS: _admins,
}
_ACTIONS: dict[Policy.Action, Callable[[Policy, Escalation], Escalation | None]] = {
    Policy.Action.BUMP: _bump,
    Policy.Action.MOVE: _move,
    Policy.Action.REASSIGN: _reassign,
}
