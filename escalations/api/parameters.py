"""Query parameters, read strictly: an unknown name, a repeated one, or a value no column can hold is a mistake."""

import re
import uuid
from collections.abc import Collection
from datetime import UTC, datetime

from django.http import QueryDict

from escalations.api.problems import Flaw, flawed

MAX_LENGTH = 500
MAX_LIMIT = 200
MAX_SEQ = 2**63 - 1
# RFC 3339, section 5.6; 'T' and 'Z' in capital letters.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(?P<zone>Z|[+-]\d\d:\d\d)?")


class Parameters:
    """The parameters of one request. Reading notes what is wrong; `refuse_flaws` then says all of it at once."""

    def __init__(self, query: QueryDict, known: Collection[str], not_yet: Collection[str] = ()) -> None:
        self._query = query
        self._flaws: list[Flaw] = []
        for name in query:
            if name in not_yet:
                self.note(name, "not_available_yet", "This filter is not available yet.")
            elif name not in known:
                self.note(name[:100], "unknown_parameter", f"Known are {', '.join(sorted(known))}.")
            elif len(query.getlist(name)) > 1:
                self.note(name, "repeated", "Give it once.")

    def note(self, name: str, code: str, detail: str) -> None:
        self._flaws.append(Flaw(name, code, detail, "parameter"))

    def refuse_flaws(self) -> None:
        """Raises a 400 if anything was wrong."""
        if self._flaws:
            raise flawed(self._flaws[:20])

    def text(self, name: str) -> str | None:
        value = self._query.get(name)
        if value is None:
            return None
        if not value.strip() or "\0" in value:
            self._refuse(name, "Give a text without U+0000 that is not empty.")
            return None
        if len(value) > MAX_LENGTH:
            self.note(name, "too_long", f"Give at most {MAX_LENGTH} characters.")
            return None
        return value

    def words(self, name: str, allowed: Collection[str]) -> list[str]:
        """One of the allowed words, or several with commas between them."""
        value = self.text(name)
        found = value.split(",") if value else []
        if not set(found) <= set(allowed):
            self.note(name, "invalid_choice", f"Give {', '.join(allowed)}, or several with commas between them.")
        return found

    def word(self, name: str, allowed: Collection[str]) -> str | None:
        value = self.text(name)
        if value is not None and value not in allowed:
            self.note(name, "invalid_choice", f"Give one of {', '.join(allowed)}.")
            return None
        return value

    def flag(self, name: str) -> bool | None:
        value = self.word(name, ("true", "false"))
        return None if value is None else value == "true"

    def identifier(self, name: str) -> uuid.UUID | None:
        value = self.text(name)
        try:
            return uuid.UUID(value) if value else None
        except ValueError:
            self._refuse(name, "Give a UUID.")
            return None

    def moment(self, name: str) -> datetime | None:
        value = self.text(name)
        if value is None:
            return None
        found = MOMENT.fullmatch(value)
        if found is None:
            self._refuse(name, "Give a moment such as 2026-01-31T12:00:00Z (a + is written %2B).")
            return None
        if not found["zone"]:
            self.note(name, "timezone_required", "Give the time zone, such as Z.")
            return None
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            self._refuse(name, "There is no such moment.")
            return None

    def limit(self, default: int = 50) -> int:
        """How many to answer: at least 1; above 200 it is 200."""
        return min(self._whole("limit", default, at_least=1), MAX_LIMIT)

    def seq(self, name: str) -> int:
        """A number of the event log, 0 if there is none."""
        return min(self._whole(name, 0, at_least=0), MAX_SEQ)

    def _whole(self, name: str, default: int, *, at_least: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdecimal() and len(value) <= 30 and int(value) >= at_least):
            self.note(name, "invalid_value", f"Give a whole number, {at_least} or more.")
            return default
        return int(value)

    def _refuse(self, name: str, detail: str) -> None:
        self.note(name, "invalid_value", detail)
