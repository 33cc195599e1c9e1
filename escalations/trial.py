"""The routing rules tried on what has come in, without changing anything."""

import json
from typing import Any, NamedTuple

from escalations import rules
from escalations.models import Escalation, Event, Priority, RoutingRule
from reviewers.models import Pool, Reviewer

AT_MOST = 100


class Otherwise(NamedTuple):
    """One that would have come in otherwise: each word as it was, and as it would have been."""

    escalation: Escalation
    rule: str
    was: dict[str, Any]
    would: dict[str, Any]


class Trial(NamedTuple):
    looked_at: int
    otherwise: list[Otherwise]


def run(viewer: Reviewer, tried: RoutingRule | None = None) -> Trial:
    """The newest of what the viewer sees. `tried` counts as active, whether it is or not."""
    among = _among(tried)
    newest = Escalation.objects.visible_to(viewer).order_by("-created_at", "-id")
    if not any(rule.path for rule in among):
        newest = newest.defer("context_data")
    found = list(newest[:AT_MOST])
    created = Event.objects.filter(escalation__in=[each.pk for each in found], type=Event.Type.CREATED)
    births = {event.escalation_id: event for event in created}
    pools = {pool.pk: pool for pool in Pool.objects.all()}
    each = [_compare(one, births[one.pk], pools, among) for one in found if one.pk in births]
    return Trial(len(found), [one for one in each if one])


def _among(tried: RoutingRule | None) -> list[RoutingRule]:
    every = RoutingRule.objects.select_related("pool")
    return [rule for rule in every if rule.is_active or (tried and rule.pk == tried.pk)]


def _compare(escalation: Escalation, born: Event, pools: dict[int, Pool], among: list[RoutingRule]) -> Otherwise | None:
    was, asked = _came(escalation, born, pools), _asked(escalation, born, pools)
    context = json.dumps(escalation.context_data) if any(rule.path for rule in among) else "{}"
    rule = rules.first(asked, context, among)
    would = rules.apply(rule, asked) if rule else asked
    default = next((pool for pool in pools.values() if pool.is_default), None)
    before, after = (rules.in_words(each._replace(pool=each.pool or default)) for each in (was, would))
    return Otherwise(escalation, rule.name if rule else "", before, after) if before != after else None


def _came(escalation: Escalation, born: Event, pools: dict[int, Pool]) -> rules.Asked:
    """How it stood when it had come in, whatever has moved it since."""
    facts = born.facts
    pool = pools.get(facts.get("pool", escalation.pool_id))
    return rules.Asked(
        escalation.agent_id, pool, Priority(facts.get("priority", escalation.priority)), tuple(escalation.tags)
    )


def _asked(escalation: Escalation, born: Event, pools: dict[int, Pool]) -> rules.Asked:
    """What the agent had asked for. Without a rule that is how it came; the default pool was hardly named."""
    came = _came(escalation, born, pools)
    if "asked" not in born.data:
        return came._replace(pool=came.pool if came.pool and not came.pool.is_default else None)
    said = born.data["asked"]
    named = next((pool for pool in pools.values() if pool.name == said["pool"]), None)
    return came._replace(pool=named, priority=Priority(said["priority"]), tags=tuple(said["tags"]))
