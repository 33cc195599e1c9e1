"""Answers that are given often. A lead writes them once, with variables in double braces; people insert them.

A variable that has no value stays in the text with brackets that nobody overlooks, and an answer that still has them
is not sent (`unfilled`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from escalations.answers import allowed
from escalations.models import AnswerTemplate

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from escalations.models import Escalation
    from reviewers.models import Reviewer

AT_MOST = 100  # templates that are offered
VALUE_AT_MOST = 2_000  # characters of one value
VARIABLE = re.compile(r"\{\{\s*([^{}\s]{1,200})\s*\}\}")
UNFILLED = re.compile(r"⟦[^⟦⟧\n]{1,200}⟧")


class Variable(NamedTuple):
    name: str
    means: str | Promise


VARIABLES = (
    Variable("agent", _("the name of the agent")),
    Variable("reference", _("the number, such as ESC-1042")),
    Variable("pool", _("the name of its pool")),
    Variable("me", _("the name of who answers")),
    Variable("context.some.path", _("a value the agent sent; steps with dots, places in lists as numbers from 0")),
)


def offered(escalation: Escalation) -> list[AnswerTemplate]:
    """Those of its pool and those for everybody, without the ones for a decision that is not asked for."""
    decisions = allowed(escalation.action, escalation.allowed_decisions)
    found = AnswerTemplate.objects.filter(
        Q(pool=None) | Q(pool=escalation.pool_id), Q(decision=None) | Q(decision__in=decisions), is_active=True
    )
    return list(found.order_by("position", "name", "pk")[:AT_MOST])


def render(text: str, escalation: Escalation, *, by: Reviewer) -> str:
    known = {
        "agent": escalation.source_agent,
        "reference": escalation.reference,
        "pool": escalation.pool_name,
        "me": by.display_name,
    }
    return VARIABLE.sub(lambda found: _value(found[1], known, escalation.context_data), text)


def unknown(text: str) -> list[str]:
    """Variables of a template that no escalation can fill in."""
    names = {variable.name for variable in VARIABLES}
    return [name for name in VARIABLE.findall(text) if name not in names and not name.startswith("context.")]


def unfilled(text: str) -> list[str]:
    """What an answer still lacks."""
    return UNFILLED.findall(text)


def _value(name: str, known: dict[str, str], context: Any) -> str:  # noqa: ANN401 - any JSON
    if name in known:
        return known[name]
    first, _, path = name.partition(".")
    value = _inside(context, path.split(".")) if first == "context" and path else None
    if value is None:
        return f"⟦{name}⟧"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE_AT_MOST else f"{text[:VALUE_AT_MOST]}…"


def _inside(value: Any, steps: list[str]) -> Any:  # noqa: ANN401 - any JSON
    """What the path leads to; None when there is nothing."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdecimal() and int(step[:9]) < len(value):
            value = value[int(step[:9])]
        else:
            return None
    return value
