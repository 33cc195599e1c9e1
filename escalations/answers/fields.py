"""What a schema asks for, field by field: the form and every check come from this one reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from escalations.answers.flaws import JSON


class Kind(StrEnum):
    OBJECT = "object"
    LIST = "list"
    CHOICE = "choice"
    CONSTANT = "constant"
    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    JSON = "json"  # any value: an argument of an action that is nested or null; no schema asks for it


class Choice(NamedTuple):
    value: JSON
    title: str
    description: str = ""


@dataclass(frozen=True)
class Field:
    """`rules` is the part of the schema that a value must hold, with nothing to look up and nothing left open."""

    name: str
    kind: Kind
    rules: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    description: str = ""
    has_default: bool = False
    default: JSON = None
    examples: tuple[JSON, ...] = ()
    is_required: bool = False
    is_nullable: bool = False
    takes_empty: bool = False  # an empty text is a value of its own, not "left open"
    choices: tuple[Choice, ...] = ()
    fields: tuple[Field, ...] = ()
    item: Field | None = None

    @property
    def label(self) -> str:
        """The title, else the name in words: `refund_amount` is "Refund amount"."""
        words = self.title or self.name.replace("_", " ").strip()
        return words[:1].upper() + words[1:] or self.name

    @property
    def is_many_of(self) -> bool:
        """A list of choices: each is there or not, so that a form shows them all."""
        return self.item is not None and self.item.kind == Kind.CHOICE


def argument(name: str, value: JSON) -> Field:
    """The field in which a person changes an argument of an action: what it asks for follows from the value."""
    if isinstance(value, bool):
        return Field(name, Kind.BOOLEAN, title=name, is_required=True)
    if isinstance(value, int | float):
        return Field(name, Kind.NUMBER, title=name, is_required=True)
    if isinstance(value, str):
        return Field(name, Kind.TEXT, title=name, is_required=True, takes_empty=True)
    return Field(name, Kind.JSON, title=name, is_required=True)


def arguments(values: dict[str, Any]) -> Field:
    """All arguments of an action, as one object."""
    fields = tuple(argument(name, value) for name, value in values.items())
    return Field("", Kind.OBJECT, is_required=True, fields=fields)
