"""Routing rules: from what an agent asked to where it goes.

They are kept in the process for a few seconds, so that a new escalation costs no statement more; an edit is believed
everywhere that much later. The pool that an agent names goes before the pool of a rule, unless the rule overrules it;
priority and tags of a rule hold either way.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Any, NamedTuple

from escalations.contexts import pointers
from escalations.models import Priority, RoutingRule
from reviewers.models import Pool

BELIEVED_FOR = 3.0  # seconds


class Asked(NamedTuple):
    """What rules decide by, and what they change. `pool` is the one that the agent named."""

    agent: int
    pool: Pool | None
    priority: Priority
    tags: tuple[str, ...]


class _Kept:
    """The active rules, as they were read last."""

    found: tuple[float, tuple[RoutingRule, ...]] | None = None  # and when, by the monotonic clock


_kept = _Kept()


def active() -> tuple[RoutingRule, ...]:
    """In their order; at most BELIEVED_FOR old."""
    found = _kept.found
    if found is None or time.monotonic() - found[0] > BELIEVED_FOR:
        rules = tuple(RoutingRule.objects.filter(is_active=True).select_related("pool"))
        found = _kept.found = time.monotonic(), rules
    return found[1]


def forget() -> None:
    """Read them anew the next time; for whoever has just changed one."""
    _kept.found = None


def first(asked: Asked, context: str, among: Iterable[RoutingRule] | None = None) -> RoutingRule | None:
    """The rule that decides, if any. `context` is JSON text, read only when a rule asks for something in it."""
    read = cache(lambda: json.loads(context))
    return next((rule for rule in (active() if among is None else among) if holds(rule, asked, read)), None)


def holds(rule: RoutingRule, asked: Asked, read: Callable[[], Any]) -> bool:
    return (
        rule.agent_id in {None, asked.agent}
        and rule.priority in {"", asked.priority}
        and (not rule.tag or rule.tag in asked.tags)
        and (not rule.path or _is_there(rule, read()))
    )


def apply(rule: RoutingRule, asked: Asked) -> Asked:
    is_free = rule.pool is not None and (asked.pool is None or rule.overrules_agent)
    return asked._replace(
        pool=rule.pool if is_free else asked.pool,
        priority=Priority(rule.new_priority) if rule.new_priority else asked.priority,
        tags=_with(asked.tags, rule.extra_tags),
    )


def told(rule: RoutingRule, asked: Asked, ruled: Asked) -> dict[str, Any]:
    """What the event of the creation says: the rule, what it changed, and what the agent had asked for."""
    return {"rule": rule.name, "asked": in_words(asked), "ruled": in_words(ruled)}


def in_words(asked: Asked) -> dict[str, Any]:
    pool = asked.pool.name if asked.pool else None
    return {"pool": pool, "priority": asked.priority.value, "tags": list(asked.tags)}


def _with(tags: Collection[str], more: Collection[str]) -> tuple[str, ...]:
    return (*tags, *(word for word in more if word not in tags))


def _is_there(rule: RoutingRule, context: Any) -> bool:  # noqa: ANN401 - any JSON
    try:
        found = pointers.find(context, rule.path)
    except (LookupError, RecursionError):
        return False
    if rule.operator == RoutingRule.Operator.EXISTS:
        return True
    if rule.operator == RoutingRule.Operator.EQUALS:
        return _text(found) == rule.value
    return _contains(found, rule.value)


def _contains(found: Any, value: str) -> bool:  # noqa: ANN401 - any JSON
    """A text within a text, whatever its case; one of a list; a key of an object."""
    if isinstance(found, list):
        return any(_text(each) == value for each in found)
    if isinstance(found, dict):
        return value in found
    return value.casefold() in _text(found).casefold()


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
