"""What an agent wants to do, and what a person may decide about it."""

from __future__ import annotations

from escalations.answers import storable
from escalations.answers.flaws import JSON, Flaw, below
from escalations.models import Decision
from escalations.texts import is_blank

NAME_AT_MOST = 200  # characters


def check_action(action: JSON, allowed_decisions: JSON = None) -> list[Flaw]:
    """Of the two fields of a new escalation; None stands for "not given"."""
    flaws = [] if action is None else _of_action(action, "/action")
    return flaws + _of_decisions([] if allowed_decisions is None else allowed_decisions, has_action=action is not None)


def allowed(action: JSON, allowed_decisions: list[str] | tuple[str, ...]) -> list[str]:
    """The decisions to choose from: with an action and no word on it, all of them; none if no decision is asked for."""
    return list(allowed_decisions) or (Decision.values if action is not None else [])


def check_arguments(edited: JSON, action: dict[str, JSON], at: str = "/edited_action") -> list[Flaw]:
    """Of an action as a person changed it: the same name (or none), other arguments."""
    flaws = _of_action({"name": action["name"], **edited} if isinstance(edited, dict) else edited, at)
    if flaws or not isinstance(edited, dict):
        return flaws
    if edited.get("name", action["name"]) != action["name"]:
        return [Flaw(below(at, "name"), "not_editable", "Only the arguments can be changed. Leave the name as it is.")]
    if is_same(edited["arguments"], action["arguments"]):
        return [
            Flaw(below(at, "arguments"), "not_edited", "Nothing is changed. Approve it as it is, or change a value.")
        ]
    return []


def is_same(one: JSON, other: JSON) -> bool:
    """Equal as JSON: true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _of_action(action: JSON, at: str) -> list[Flaw]:
    if flaws := storable.flaws_of(action, at):
        return flaws
    if not isinstance(action, dict):
        return [Flaw(at, "wrong_type", "Give an object with a name and arguments.")]
    flaws = [
        Flaw(below(at, word), "unknown_field", "An action has a name and arguments. Leave this out.")
        for word in action
        if word not in {"name", "arguments"}
    ]
    name = action.get("name")
    if not isinstance(name, str) or is_blank(name) or len(name) > NAME_AT_MOST:
        flaws.append(Flaw(below(at, "name"), "invalid_name", f"Give a name of 1 to {NAME_AT_MOST} visible characters."))
    if not isinstance(action.get("arguments"), dict):
        flaws.append(Flaw(below(at, "arguments"), "wrong_type", "Give an object; {} if it takes no arguments."))
    return flaws


def _of_decisions(words: JSON, *, has_action: bool, at: str = "/allowed_decisions") -> list[Flaw]:
    if not isinstance(words, list):
        return [Flaw(at, "wrong_type", "Give a list of strings.")]
    flaws = []
    for index, word in enumerate(words[: len(Decision) + 1]):
        if not isinstance(word, str) or word not in Decision.values:
            flaws.append(Flaw(below(at, index), "invalid_choice", f"Give one of {', '.join(Decision.values)}."))
        elif word in words[:index]:
            flaws.append(Flaw(below(at, index), "repeated", "Give each decision only once."))
        elif word == Decision.EDIT and not has_action:
            flaws.append(
                Flaw(below(at, index), "needs_action", "Only an action can be edited. Give one, or leave this out.")
            )
    return flaws
