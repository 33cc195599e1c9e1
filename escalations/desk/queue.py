"""What a person sees on the live queue: which escalations, in which groups, in which order.

Everything unfinished in the pools they sit in; their own first, then what waits for somebody, then what others have
claimed. The cost follows the open work, never the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.db.models.functions import Left, Now
from django.utils.translation import gettext_lazy as _

from escalations.models import Escalation, EscalationQuerySet, Status

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.utils.functional import Promise

    from reviewers.models import Reviewer

Word = TypeVar("Word", bound=StrEnum)

PAGE = 100  # rows of a group shown at first, and more by each "show more"
AT_MOST = 1000
EXCERPT = 240  # characters of the issue that a row carries

COLUMNS = (
    *("id", "number", "source_agent", "pool__name", "assigned_to__name", "assigned_to__email", "is_sandbox"),
    *("priority", "tags", "status", "waiting_on", "version"),
    *("created_at", "assigned_at", "claimed_at", "bumped_at", "queue_at", "due_at"),
)

# Open ones first, then assigned ones, then those in work.
STAGE = Case(
    When(status=Status.OPEN, then=Value(0)),
    When(claimed_at=None, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


class View(StrEnum):
    """Which of the unfinished escalations are listed."""

    FOR_ME = "for-me"
    OVERDUE = "overdue"
    UNASSIGNED = "unassigned"

    @property
    def label(self) -> str | Promise:
        return {View.FOR_ME: _("For me"), View.OVERDUE: _("Overdue"), View.UNASSIGNED: _("Unassigned")}[self]


class Order(StrEnum):
    """What the groups are sorted by. `priority` is the one queue order of the whole product."""

    PRIORITY = "priority"
    AGE = "age"
    STATUS = "status"


class Group(StrEnum):
    MINE = "mine"
    WAITING = "waiting"
    OTHERS = "others"


@dataclass(frozen=True)
class Listing:
    """What the address of the page says is to be listed. Words it does not know mean the default."""

    view: View = View.FOR_ME
    order: Order = Order.PRIORITY
    is_reversed: bool = False
    pool: int | None = None
    shown: int = PAGE

    @classmethod
    def of(cls, query: QueryDict) -> Listing:
        sort = query.get("sort", "")
        return cls(
            view=_member(View, query.get("view", ""), View.FOR_ME),
            order=_member(Order, sort.removeprefix("-"), Order.PRIORITY),
            is_reversed=sort.startswith("-"),
            pool=_whole(query.get("pool", "")),
            shown=min(max(_whole(query.get("shown", "")) or PAGE, PAGE), AT_MOST),
        )

    @property
    def is_narrowed(self) -> bool:
        return self.view != View.FOR_ME or self.pool is not None

    @property
    def sort(self) -> str:
        return f"{'-' if self.is_reversed else ''}{self.order}"


class Counts(NamedTuple):
    mine: int
    waiting: int
    others: int
    overdue: int
    unassigned: int

    @property
    def to_do(self) -> int:
        return self.mine + self.waiting

    @property
    def unfinished(self) -> int:
        return self.to_do + self.others


def rows_of(viewer: Reviewer) -> EscalationQuerySet:
    """The unfinished ones this person may see, with no more of each than a row shows."""
    return only_rows(Escalation.objects.visible_to(viewer).unfinished())


def only_rows(escalations: EscalationQuerySet) -> EscalationQuerySet:
    return escalations.with_names().only(*COLUMNS).annotate(excerpt=Left("issue_description", EXCERPT))


def group(viewer: Reviewer, which: Group, listing: Listing) -> list[Escalation]:
    """One more than `listing.shown`, if there are more."""
    found = _filtered(rows_of(viewer), listing).filter(_belongs(viewer, which))
    return list(_ordered(found, listing)[: listing.shown + 1])


def counts(viewer: Reviewer, pool: int | None = None) -> Counts:
    unfinished = Escalation.objects.visible_to(viewer).unfinished()
    if pool is not None:
        unfinished = unfinished.filter(pool=pool)
    found = unfinished.aggregate(
        mine=Count("pk", filter=_belongs(viewer, Group.MINE)),
        waiting=Count("pk", filter=_belongs(viewer, Group.WAITING)),
        others=Count("pk", filter=_belongs(viewer, Group.OTHERS)),
        overdue=Count("pk", filter=Q(due_at__lt=Now())),
        unassigned=Count("pk", filter=Q(status=Status.OPEN)),
    )
    return Counts(**found)


def _belongs(viewer: Reviewer, which: Group) -> Q:
    """The three groups are apart and leave nothing out (an open one has no assignee, so plain `~` would lose it)."""
    mine = Q(assigned_to=viewer)
    not_mine = Q(assigned_to=None) | ~Q(assigned_to=viewer)
    return {
        Group.MINE: mine,
        Group.WAITING: not_mine & Q(claimed_at=None),
        Group.OTHERS: not_mine & Q(claimed_at__isnull=False),
    }[which]


def _filtered(escalations: EscalationQuerySet, listing: Listing) -> EscalationQuerySet:
    if listing.view == View.OVERDUE:
        escalations = escalations.overdue()
    if listing.view == View.UNASSIGNED:
        escalations = escalations.open()
    return escalations if listing.pool is None else escalations.filter(pool=listing.pool)


def _ordered(escalations: EscalationQuerySet, listing: Listing) -> EscalationQuerySet:
    if listing.order == Order.AGE:
        ordered = escalations.order_by("created_at", "id")
    elif listing.order == Order.STATUS:
        ordered = escalations.order_by(STAGE, "queue_at", "id")
    else:
        ordered = escalations.in_queue_order()
    return ordered.reverse() if listing.is_reversed else ordered


def _member(kind: type[Word], text: str, default: Word) -> Word:
    return kind(text) if text in set(kind) else default


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 9 else None
