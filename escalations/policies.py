"""What happens to an escalation as it ages and nobody acts: the rules are rows (`Policy`), each done once (`Step`).

A step is a transition like any other, of many escalations in one statement. What is due is locked first, passing over
what somebody is just changing; the statement then asks again whether the policy says so and the reason holds, and
writes the steps with the events. So a claim in the very moment wins, two sweeps cannot both do it, an edit never
touches what is done, and a sweep that was down for a day does each thing once. Where nobody is there to hear, the next
in line does. What cannot be done is left out, and the rest goes on.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import OperationalError, connection, transaction

from escalations import statements
from escalations.actors import Actor
from escalations.lifecycle import transition_all
from escalations.models import Escalation, Event, Policy, Priority, Status
from escalations.timers import route_past
from escalations.transitions import FREED_BY_POLICY, GIVEN_BY_POLICY, MOVED_BY_POLICY
from reviewers import clock, oncall
from reviewers.models import Pool, Reviewer, ReviewerQuerySet, Role

logger = logging.getLogger(__name__)

Due = Mapping[UUID, UUID | None]  # escalations, each with whoever has it

BATCH = 1000
AT_MOST = 10_000  # steps of one policy in one pool and one sweep
LEFT_OUT_AT_MOST = 20  # before a sweep gives up on a policy in a pool

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
    FROM escalations e
    WHERE e.status IN ('open', 'assigned') AND e.priority = ANY(%(priorities)s) AND e.created_at <= now() - %(after)s
      AND {statements.POLICY_DUE}"""
_POOLS = f"SELECT * FROM reviewers_pool WHERE id IN (SELECT e.pool_id {_DUE}) ORDER BY id"
_LOCKED = f"""
    SELECT e.id, e.assigned_to {_DUE} AND e.pool_id = %(pool)s AND NOT e.id = ANY(%(left_out)s::uuid[])
    ORDER BY e.created_at, e.id LIMIT %(limit)s FOR NO KEY UPDATE OF e SKIP LOCKED"""

# Whether any policy, as its row `q` says, would do anything.
_OF_ITS_ROW = statements.POLICY_DUE.replace("%(policy)s", "q.id").replace("%(action)s", "q.action")
IS_DUE = f"""
    EXISTS (
        SELECT FROM escalations_policy q JOIN escalations e ON e.created_at <= now() - q.after
        WHERE q.is_active AND e.status IN ('open', 'assigned') AND e.priority = coalesce(q.priority, e.priority)
          AND {_OF_ITS_ROW})"""


class Hearers(NamedTuple):
    """Who hears of it, as whom, and whom it would have been if there were anybody."""

    told: str
    reviewers: list[Reviewer]
    skipped: list[str]


def sweep() -> int:
    """Do what policies say is due. Safe to run anywhere, any number of times. Returns how many steps were done."""
    return sum(_work_off(policy) for policy in Policy.objects.filter(is_active=True).select_related("target_pool"))


def act(policy: Policy, escalation: Escalation) -> bool:
    """One step, if it is due in the very moment."""
    with transaction.atomic():
        locked = Escalation.objects.select_for_update(no_key=True, of=("self",)).filter(pk=escalation.pk)
        due = dict(locked.values_list("pk", "assigned_to"))
        stepped = _do(policy, escalation.pool, due)
    _pass_on(policy, due, stepped)
    return bool(stepped)


def hearers(action: str, pool: Pool, at: datetime) -> Hearers:
    """Who hears of it at that moment: whoever is on call, else the manager, else the admins."""
    skipped: list[str] = []
    for role in CHAINS[Policy.Action(action)]:
        if people := _FINDERS[role](pool, at):
            return Hearers(role, people, skipped)
        skipped.append(role)
    return Hearers(NOBODY, [], skipped)


def _work_off(policy: Policy) -> int:
    pools = Pool.objects.raw(_POOLS, _wanted(policy)).prefetch_related("manager")
    return sum(_work_off_in(pool, policy) for pool in pools)


def _work_off_in(pool: Pool, policy: Policy) -> int:
    """Where a batch fails the next is smaller, until what cannot be done is known and left out."""
    done, limit, left_out = 0, BATCH, list[UUID]()
    while done < AT_MOST and len(left_out) < LEFT_OUT_AT_MOST:
        due: Due = {}
        try:
            with transaction.atomic():
                due = _lock_due(policy, pool, limit, left_out)
                stepped = _do(policy, pool, due)
        except OperationalError:
            raise
        except Exception:
            logger.exception("policy failed", extra={"policy": policy.name, "escalations": [str(pk) for pk in due]})
            left_out += due if len(due) == 1 else []
            limit = len(due) // 2 or 1
            if not due:
                break
            continue
        _pass_on(policy, due, stepped)
        done += len(stepped)
        if len(due) < limit or not stepped:
            break
        limit = min(BATCH, 2 * limit)
    return done


def _lock_due(policy: Policy, pool: Pool, limit: int, left_out: Collection[UUID]) -> Due:
    more = {"pool": pool.pk, "limit": limit, "left_out": list(left_out)}
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, _wanted(policy) | more)
        return dict(cursor.fetchall())


def _do(policy: Policy, pool: Pool, due: Due) -> list[UUID]:
    return _ACTIONS.get(Policy.Action(policy.action), _notify)(policy, pool, list(due)) if due else []


def _wanted(policy: Policy) -> dict[str, Any]:
    priorities = [policy.priority] if policy.priority else Priority.values
    return _named(policy) | {"priorities": priorities, "after": policy.after}


def _named(policy: Policy) -> dict[str, Any]:
    return {"policy": policy.pk, "action": policy.action}


def _actor() -> Actor:
    return Actor(None, kind=Event.Actor.POLICY)


def _notify(policy: Policy, pool: Pool, ids: list[UUID]) -> list[UUID]:
    if policy.action == Policy.Action.NOTIFY_CHANNEL:
        heard = Hearers("channel", [], [])
    else:
        heard = hearers(policy.action, pool, clock.now())
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
    return transition_all(notice, ids, statements.POLICY_DUE, _actor(), data=data, **_named(policy))


def _bump(policy: Policy, _pool: Pool, ids: list[UUID]) -> list[UUID]:
    data = {"policy": policy.name}
    return transition_all(Event.Type.BUMPED, ids, statements.POLICY_DUE, _actor(), data=data, **_named(policy))


def _move(policy: Policy, pool: Pool, ids: list[UUID]) -> list[UUID]:
    if policy.target_pool is None:
        return []
    data = {"policy": policy.name, "from": pool.name, "to": policy.target_pool.name}
    named = _named(policy) | {"to_pool": policy.target_pool.pk}
    how = MOVED_BY_POLICY
    return transition_all(Event.Type.MOVED, ids, statements.POLICY_DUE, _actor(), how=how, data=data, **named)


def _reassign(policy: Policy, _pool: Pool, ids: list[UUID]) -> list[UUID]:
    """To the person it names, if they can take it; else it is freed for whoever is next."""
    due, named, data = statements.POLICY_DUE, _named(policy), {"policy": policy.name}
    if policy.target_reviewer_id:
        guard, how = f"{due} AND {statements.CAN_TAKE}", GIVEN_BY_POLICY
        to = named | {"to": policy.target_reviewer_id}
        if given := transition_all(Event.Type.ASSIGNED, ids, guard, _actor(), how=how, data=data, **to):
            return given
    return transition_all(Event.Type.RELEASED, ids, due, _actor(), how=FREED_BY_POLICY, data=data, **named)


def _pass_on(policy: Policy, due: Due, stepped: list[UUID]) -> None:
    """What a policy has freed goes to whoever is next; each in its own transaction, as locks of people are short."""
    if policy.action not in {Policy.Action.MOVE, Policy.Action.REASSIGN}:
        return
    former = due if policy.action == Policy.Action.REASSIGN else {}
    freed = Escalation.objects.filter(pk__in=stepped, status=Status.OPEN)
    for each in freed.only("pool", "tags", "declined_by").order_by("queue_at", "pk"):
        route_past(each, former.get(each.pk))


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
_ACTIONS: dict[Policy.Action, Callable[[Policy, Pool, list[UUID]], list[UUID]]] = {
    Policy.Action.BUMP: _bump,
    Policy.Action.MOVE: _move,
    Policy.Action.REASSIGN: _reassign,
}
