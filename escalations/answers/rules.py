"""Whether a value holds the rules of a field, and a sentence for each that it breaks.

The jsonschema package decides; ours are only what it cannot do safely or exactly: patterns in linear time, multiples of
decimal fractions (19.99 is a multiple of 0.01), formats, and pointers that lead to the very property.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from escalations.answers import formats, patterns
from escalations.answers.flaws import JSON, Flaw, below

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHOWN = 10  # choices that a sentence names


def violations(rules: dict[str, Any], value: JSON, at: str) -> list[Flaw]:
    found = Validator(rules, format_checker=FORMATS).iter_errors(value)
    flaws = [Flaw(below(at, *error.absolute_path), *_said(error)) for error in found]
    return sorted(set(flaws), key=lambda flaw: flaw.pointer)


def _said(error: ValidationError) -> tuple[str, str]:
    """The code and the sentence for a rule that was broken."""
    rule, limit = str(error.validator), error.validator_value
    if rule in _SIZES:
        return _SIZES[rule], _sentence_of_size(rule, limit)
    said: dict[str, Callable[[], tuple[str, str]]] = {
        "required": lambda: ("required", _("Fill this in.")),
        "additionalProperties": lambda: ("unknown_field", _("The agent did not ask for this. Leave it out.")),
        "type": lambda: ("wrong_type", _sentence_of_type(limit)),
        "enum": lambda: ("not_a_choice", _sentence_of_choices(limit)),
        "const": lambda: ("not_a_choice", _("Give exactly %(value)s.") % {"value": _shown(limit)}),
        "pattern": lambda: ("wrong_pattern", _("This must match the pattern %(pattern)s.") % {"pattern": limit}),
        "format": lambda: ("wrong_format", formats.sentence(limit)),
        "multipleOf": lambda: ("not_a_multiple", _("Give a multiple of %(number)s.") % {"number": limit}),
        "uniqueItems": lambda: ("repeated", _("Give each one only once.")),
    }
    return said[rule]()


_SIZES = {
    "minLength": "too_short",
    "maxLength": "too_long",
    "minimum": "too_small",
    "exclusiveMinimum": "too_small",
    "maximum": "too_large",
    "exclusiveMaximum": "too_large",
    "minItems": "too_few",
    "maxItems": "too_many",
}


def _sentence_of_size(rule: str, limit: int) -> str:
    if rule == "minLength":
        return ngettext("Give at least %(n)s character.", "Give at least %(n)s characters.", limit) % {"n": limit}
    if rule == "maxLength":
        return ngettext("Give at most %(n)s character.", "Give at most %(n)s characters.", limit) % {"n": limit}
    return {
        "minimum": _("Give %(n)s or more."),
        "exclusiveMinimum": _("Give more than %(n)s."),
        "maximum": _("Give %(n)s or less."),
        "exclusiveMaximum": _("Give less than %(n)s."),
        "minItems": _("Give at least %(n)s."),
        "maxItems": _("Give at most %(n)s."),
    }[rule] % {"n": limit}


def _sentence_of_type(types: list[str]) -> str:
    return {
        "object": _("Give an object."),
        "array": _("Give a list."),
        "string": _("Give a text."),
        "number": _("Give a number."),
        "integer": _("Give a whole number."),
        "boolean": _("Say yes or no (true or false)."),
    }[types[0]]


def _sentence_of_choices(choices: list[JSON]) -> str:
    named = ", ".join(map(_shown, choices[:SHOWN]))
    return _("Choose one of: %(choices)s.") % {"choices": named + ("…" if len(choices) > SHOWN else "")}


def _shown(value: JSON) -> str:
    return (
        {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else str(value)
    )


def _required(_self: Any, names: list[str], value: JSON, _rules: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    if isinstance(value, dict):
        yield from (ValidationError("", path=(name,)) for name in names if name not in value)


def _closed(_self: Any, _no: Any, value: JSON, rules: dict[str, Any]) -> Iterator[ValidationError]:  # noqa: ANN401
    if isinstance(value, dict):
        yield from (ValidationError("", path=(name,)) for name in value if name not in rules["properties"])


def _pattern(_self: Any, pattern: str, value: JSON, _rules: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    if isinstance(value, str) and not patterns.matches(pattern, value):
        yield ValidationError("")


def _multiple(_self: Any, step: float, value: JSON, _rules: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    if Fraction(str(value)) % Fraction(str(step)):
        yield ValidationError("")


Validator: Any = extend(
    Draft202012Validator,
    {"required": _required, "additionalProperties": _closed, "pattern": _pattern, "multipleOf": _multiple},
)

FORMATS = FormatChecker(formats=())
for _name in formats.FORMATS:
    FORMATS.checks(_name)(lambda value, name=_name: not isinstance(value, str) or formats.is_in_format(value, name))
