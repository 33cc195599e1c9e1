"""Whether a value is the answer that the schema asks for."""

from __future__ import annotations

from escalations.answers import rules, schemas, storable
from escalations.answers.flaws import JSON, Flaw


def check_value(schema: JSON, value: JSON, at: str = "/answer") -> list[Flaw]:
    try:
        field = schemas.read(schema)
    except schemas.Unreadable:
        return [
            Flaw(at, "unusable_schema", "The form that the agent asked for cannot be read. Ask it for another one.")
        ]
    return storable.flaws_of(value, at) or rules.violations(field.rules, value, at)
