"""The digest in words, with links to what it speaks of."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from escalations.contexts.kinds import Kind
from escalations.desk.context.room import More

NAMES = 4  # tools that are named
LARGE = 400  # characters from which on a text is worth naming


@dataclass
class Link:
    """To the value at `path`, or to the message `place`: by an anchor on the page, or by a page of its own."""

    label: str
    text: str = ""
    path: str = ""
    place: int | None = None
    anchor: str = ""
    more: More | None = None


@dataclass
class Summary:
    """`counts` are short phrases; `invisible` is how many characters cannot be seen."""

    counts: list[str] = field(default_factory=list)
    largest: Link | None = None
    last: list[Link] = field(default_factory=list)
    errors: list[Link] = field(default_factory=list)
    errors_in_all: int = 0
    invisible: int = 0
    is_complete: bool = True

    @property
    def links(self) -> list[Link]:
        return [*self.last, *self.errors, *([self.largest] if self.largest else [])]


def of(told: dict[str, Any]) -> Summary:
    """`told` is what `escalations.contexts.digest` says, also if it was stored by an older version of it."""
    errors, invisible = told.get("errors", {}), told.get("invisible", 0)
    return Summary(
        counts=list(filter(None, (_messages(told), _calls(told), _size(told.get("bytes", 0))))),
        largest=_largest(told),
        last=_last(told),
        errors=[Link(_("Error line"), each["text"], each["path"]) for each in errors.get("lines", [])],
        errors_in_all=errors.get("count", 0),
        invisible=invisible,
        is_complete=told.get("is_complete", True),
    )


def _messages(told: dict[str, Any]) -> str:
    count = told.get("messages", 0)
    if not count:
        return ""
    return ngettext("%(count)s message", "%(count)s messages", count) % {"count": f"{count:,}"}


def _calls(told: dict[str, Any]) -> str:
    calls = told.get("calls", {})
    count, names = calls.get("count", 0), calls.get("names", {})
    if not count:
        return ""
    said = ngettext("%(count)s tool call", "%(count)s tool calls", count) % {"count": f"{count:,}"}
    each = [f"{Truncator(name).chars(40)}{f' ×{times}' if times > 1 else ''}" for name, times in names.items() if name]
    each = [*each[:NAMES], *(["…"] if calls.get("distinct", 0) > NAMES else [])]
    return f"{said}: {', '.join(each)}" if each else said


def _size(count: int) -> str:
    if count < 1_024:
        return ngettext("%(count)s byte", "%(count)s bytes", count) % {"count": f"{count:,}"} if count else ""
    return _("%(count)s KB in all") % {"count": f"{count / 1_024:,.0f}"}


def _largest(told: dict[str, Any]) -> Link | None:
    found = told.get("largest", [])
    if not found or found[0]["characters"] < LARGE:
        return None
    path, size = found[0]["path"], found[0]["characters"]
    return Link(_named(path, told), _("%(count)s characters") % {"count": f"{size:,}"}, path)


def _named(path: str, told: dict[str, Any]) -> str:
    """Messages are counted from 1, as the page does it."""
    for part in told.get("parts", []):
        inside = path.removeprefix(f"{part['path']}/").partition("/")[0]
        if part["kind"] == Kind.CHAT and path.startswith(f"{part['path']}/") and inside.isdecimal():
            return _("message %(number)s") % {"number": f"{int(inside) + 1:,}"}
    return path.removeprefix("/").replace("/", " › ")


def _last(told: dict[str, Any]) -> list[Link]:
    """The last word of each who speaks, the latest first."""
    found: dict[str, Link] = {}
    for each in reversed(told.get("last", [])):
        found.setdefault(each["role"], Link(each["role"], each["text"], place=each["place"]))
    return list(found.values())
