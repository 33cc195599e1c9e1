"""Choices: a plain enum, a constant, or constants with titles (`oneOf` of `const` and `title`)."""

from __future__ import annotations

import json

from escalations.answers.fields import Choice
from escalations.answers.flaws import JSON, Flaw, below

CHOICES_AT_MOST = 50
TEXT_AT_MOST = 500  # characters of a choice
PARTS = frozenset({"const", "title", "description"})

Node = dict[str, JSON]


def keyword(node: Node) -> str:
    """The keyword that lists the choices; nothing if none does."""
    if "const" in node or "enum" in node:
        return "const" if "const" in node else "enum"
    return next((word for word in ("oneOf", "anyOf") if _is_constants(node.get(word))), "")


def read(node: Node, at: str) -> tuple[list[Choice], list[Flaw]]:
    """The choices, null among them if it is one, and what is wrong with them."""
    word = keyword(node)
    found = _of(node[word], word)
    at = below(at, word)
    if not found or len(found) > CHOICES_AT_MOST:
        return [], [
            Flaw(at, "too_many" if found else "required", f"Give 1 to {CHOICES_AT_MOST} choices, or ask for a text.")
        ]
    flaws, seen = [], []
    for index, choice in enumerate(found):
        place = at if word == "const" else below(at, index)
        mark = (isinstance(choice.value, bool), choice.value)
        if isinstance(choice.value, dict | list) or len(str(choice.value)) > TEXT_AT_MOST:
            detail = f"A choice is a text of at most {TEXT_AT_MOST} characters, a number, true, false or null."
            flaws.append(Flaw(place, "unsupported_choice", detail))
        elif mark in seen:
            flaws.append(Flaw(place, "repeated", "This choice is there already."))
        seen.append(mark)
    return found, flaws


def _of(listed: JSON, word: str) -> list[Choice]:
    if word == "const":
        return [Choice(listed, _said(listed))]
    if not isinstance(listed, list):
        return []
    if word == "enum":
        return [Choice(value, _said(value)) for value in listed]
    return [
        Choice(each["const"], str(each.get("title") or _said(each["const"])), str(each.get("description", "")))
        for each in listed
        if isinstance(each, dict)
    ]


def _is_constants(listed: JSON) -> bool:
    return (
        isinstance(listed, list)
        and len(listed) > 0
        and all(isinstance(each, dict) and "const" in each and set(each) <= PARTS for each in listed)
    )


def _said(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value)
