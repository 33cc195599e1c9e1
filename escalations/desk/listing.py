"""What the address of the queue says is to be listed: view, filters and order. All state of the list stands there.

Words it does not know mean the default, so no address is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from escalations.models import Priority

if TYPE_CHECKING:
    from django.utils.functional import Promise

Word = TypeVar("Word", bound=StrEnum)

PAGE = 100  # rows of a group shown at first, and more by each "show more"
AT_MOST = 1000
WORDS_AT_MOST = 200  # characters of a filter
FILTERS = ("pool", "priority", "tag", "agent", "words")


class View(StrEnum):
    """Which of the unfinished escalations are listed."""

    FOR_ME = "for-me"
    OVERDUE = "overdue"
    UNASSIGNED = "unassigned"
    SNOOZED = "snoozed"
    ON_AGENT = "on-agent"

    @property
    def label(self) -> str | Promise:
        return {
            View.FOR_ME: _("For me"),
            View.OVERDUE: _("Overdue"),
            View.UNASSIGNED: _("Unassigned"),
            View.SNOOZED: _("Snoozed"),
            View.ON_AGENT: _("Waiting for the agent"),
        }[self]


class Order(StrEnum):
    """What the groups are sorted by. `priority` is the one queue order of the whole product."""

    PRIORITY = "priority"
    TIME_LEFT = "time"
    AGE = "age"
    STATUS = "status"
    POOL = "pool"


@dataclass(frozen=True)
class Listing:
    view: View = View.FOR_ME
    order: Order = Order.PRIORITY
    is_reversed: bool = False
    pool: int | None = None
    priority: str = ""
    tag: str = ""
    agent: str = ""
    words: str = ""
    shown: int = PAGE

    @classmethod
    def of(cls, query: QueryDict) -> Listing:
        sort = query.get("sort", "")
        priority = query.get("priority", "")
        return cls(
            view=_member(View, query.get("view", ""), View.FOR_ME),
            order=_member(Order, sort.removeprefix("-"), Order.PRIORITY),
            is_reversed=sort.startswith("-"),
            pool=_whole(query.get("pool", "")),
            priority=priority if priority in Priority.values else "",
            tag=_text(query.get("tag", "")),
            agent=_text(query.get("agent", "")),
            words=_text(query.get("q", "")),
            shown=min(max(_whole(query.get("shown", "")) or PAGE, PAGE), AT_MOST),
        )

    @classmethod
    def of_text(cls, query: str) -> Listing:
        """From the query string of an address, such as somebody has saved."""
        return cls.of(QueryDict(query.encode("utf-8", "replace").decode()))

    @property
    def filters(self) -> dict[str, str | int]:
        """Those that are set, by name."""
        return {name: getattr(self, name) for name in FILTERS if getattr(self, name)}

    @property
    def is_narrowed(self) -> bool:
        return self.view != View.FOR_ME or bool(self.filters)

    @property
    def sort(self) -> str:
        return f"{'-' if self.is_reversed else ''}{self.order}"

    @property
    def query(self) -> str:
        """What an address must say; what is as usual is left out."""
        usual = Listing()
        said = {
            "view": self.view if self.view != usual.view else None,
            "sort": self.sort if self.sort != usual.sort else None,
            **{("q" if name == "words" else name): value for name, value in self.filters.items()},
            "shown": self.shown if self.shown != usual.shown else None,
        }
        return urlencode({name: value for name, value in said.items() if value is not None})

    @property
    def address(self) -> str:
        home = reverse("admin:index")
        return f"{home}?{self.query}" if self.query else home

    def without(self, name: str) -> Listing:
        """The same with one filter taken away."""
        rest = {each: value for each, value in self.filters.items() if each != name}
        return replace(self.without_filters(), **rest)  # type: ignore[arg-type] # FILTERS names fields

    def without_filters(self) -> Listing:
        return Listing(view=self.view, order=self.order, is_reversed=self.is_reversed)


def _member(kind: type[Word], text: str, default: Word) -> Word:
    return kind(text) if text in set(kind) else default


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 9 else None


def _text(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:WORDS_AT_MOST].strip()
