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
    choices: tuple[Choice, ...] = ()
    fields: tuple[Field, ...] = ()
    item: Field | None = None

    @property
    def label(self) -> str:
        """The title, else the name in words: `refund_amount` is "Refund amount"."""
        words = self.title or self.name.replace("_", " ").strip()
        return words[:1].upper() + words[1:] or self.name
