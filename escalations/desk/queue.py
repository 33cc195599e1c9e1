"""What a person sees on the live queue: which escalations, in which groups, in which order.

Everything unfinished in the pools they sit in; their own first, then what waits for somebody, then what others have
claimed. What they snoozed, and what they asked the agent about, rests in views of its own until its time comes. The
cost follows the open work, never the history.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, F, Func, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Left, Now

from escalations.desk.listing import Listing, Order, View
from escalations.models import Escalation, EscalationQuerySet, Status

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable
    from django.http import HttpRequest

    from reviewers.models import Reviewer

EXCERPT = 240  # characters of the issue that a row carries
CHOICES_AT_MOST = 200  # names that a filter offers
WORDS_AT_MOST = 8  # that a search looks for

COLUMNS = (
    *("id", "number", "source_agent", "pool__name", "assigned_to__name", "assigned_to__email", "is_sandbox"),
    *("priority", "tags", "status", "waiting_on", "version", "assigned_by", "message_count"),
    *("created_at", "assigned_at", "claimed_at", "bumped_at", "queue_at", "due_at"),
    *("paused_at", "snoozed_at", "snoozed_until", "rule"),
)

# Open ones first, then assigned ones, then those in work.
STAGE = Case(
    When(status=Status.OPEN, then=Value(0)),
    When(claimed_at=None, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
# While it waits on the agent its clock stands still: nothing is more patient.
ON_HOLD = Case(When(paused_at=None, then=Value(0)), default=Value(1), output_field=IntegerField())
# What stands before the queue order, which decides among equals.
ORDERS: dict[Order, tuple[str | Combinable, ...]] = {
    Order.PRIORITY: (),
    Order.TIME_LEFT: (ON_HOLD, "due_at"),
    Order.AGE: ("created_at",),
    Order.STATUS: (STAGE,),
    Order.POOL: ("pool__name",),
}
SNOOZED = Q(snoozed_at__isnull=False) & (Q(snoozed_until=None) | Q(snoozed_until__gt=Now()))
AWAKE = Q(snoozed_at=None) | Q(snoozed_until__lte=Now())
REFERENCE = re.compile(r"(?:ESC-|#)([1-9][0-9]{0,17})", re.IGNORECASE)


class Group(StrEnum):
    MINE = "mine"
    WAITING = "waiting"
    OTHERS = "others"


class Counts(NamedTuple):
    """How many each view lists, and how many of the view that is looked at are in each group."""

    for_me: int
    overdue: int
    unassigned: int
    snoozed: int
    on_agent: int
    mine: int
    waiting: int
    others: int
    unfinished: int

    @property
    def to_do(self) -> int:
        return self.for_me

    def of(self, view: View) -> int:
        return int(getattr(self, _column(view)))

    def by_key(self) -> dict[str, int]:
        """Under the names that the page gives them."""
        return {view.value: self.of(view) for view in View} | {which.value: getattr(self, which) for which in Group}


class Choices(NamedTuple):
    """What the filters offer: what the unfinished ones of this person have."""

    agents: list[str]
    tags: list[str]


def rows_of(viewer: Reviewer) -> EscalationQuerySet:
    """The unfinished ones this person may see, with no more of each than a row shows."""
    return only_rows(Escalation.objects.visible_to(viewer).unfinished())


def only_rows(escalations: EscalationQuerySet) -> EscalationQuerySet:
    return escalations.with_names().only(*COLUMNS).annotate(excerpt=Left("issue_description", EXCERPT))


def group(viewer: Reviewer, which: Group, listing: Listing) -> list[Escalation]:
    """One more than `listing.shown`, if there are more."""
    found = listed(rows_of(viewer), viewer, listing).filter(_belongs(viewer, which))
    ordered = found.order_by(*ORDERS[listing.order], "queue_at", "id")
    return list((ordered.reverse() if listing.is_reversed else ordered)[: listing.shown + 1])


def in_order(viewer: Reviewer, listing: Listing) -> EscalationQuerySet:
    """All that the page lists, from its top to its end, however much of it is shown, but what is folded away."""
    found = listed(Escalation.objects.visible_to(viewer).unfinished(), viewer, listing)
    if listing.view == View.FOR_ME:
        found = found.filter(_belongs(viewer, Group.MINE) | _belongs(viewer, Group.WAITING))
    return ordered(found, viewer, listing)


def ordered(escalations: EscalationQuerySet, viewer: Reviewer, listing: Listing) -> EscalationQuerySet:
    """Group by group, each in the order of the listing."""
    ranks = [When(_belongs(viewer, which), then=Value(place)) for place, which in enumerate(Group)]
    rank = Case(*ranks, output_field=IntegerField())
    if listing.is_reversed:
        return escalations.order_by(rank.desc(), *ORDERS[listing.order], "queue_at", "id").reverse()
    return escalations.order_by(rank, *ORDERS[listing.order], "queue_at", "id")


def listed(escalations: EscalationQuerySet, viewer: Reviewer, listing: Listing) -> EscalationQuerySet:
    return narrowed(escalations, listing).filter(_in_view(viewer, listing.view))


def narrowed(escalations: EscalationQuerySet, listing: Listing) -> EscalationQuerySet:
    """By the filters alone, whatever the view."""
    if listing.pool:
        escalations = escalations.filter(pool=listing.pool)
    if listing.priority:
        escalations = escalations.filter(priority=listing.priority)
    if listing.tag:
        escalations = escalations.filter(tags__contains=[listing.tag])
    if listing.agent:
        escalations = escalations.filter(source_agent=listing.agent)
    return escalations.filter(_says(listing.words)) if listing.words else escalations


def counts(viewer: Reviewer, listing: Listing | None = None) -> Counts:
    """With the filters of the listing; one statement, over what is unfinished."""
    listing = listing or Listing()
    here = _in_view(viewer, listing.view)
    to_do = _in_view(viewer, View.FOR_ME) & (_belongs(viewer, Group.MINE) | _belongs(viewer, Group.WAITING))
    filters = {
        **{_column(view): to_do if view == View.FOR_ME else _in_view(viewer, view) for view in View},
        **{which.value: here & _belongs(viewer, which) for which in Group},
    }
    found = narrowed(Escalation.objects.visible_to(viewer).unfinished(), listing).aggregate(
        unfinished=Count("pk"), **{name: Count("pk", filter=wanted) for name, wanted in filters.items()}
    )
    return Counts(**found)


def counts_of(request: HttpRequest, listing: Listing | None = None) -> Counts:
    """The same, asked once for a page: what the list and the navigation say is of one moment."""
    asked = listing or Listing()
    known: dict[Listing, Counts] = request.__dict__.setdefault("counts", {})
    if asked not in known:
        known[asked] = counts(request.user, asked)  # type: ignore[arg-type] # somebody is signed in
    return known[asked]


def choices(viewer: Reviewer) -> Choices:
    unfinished = Escalation.objects.visible_to(viewer).unfinished().order_by()
    agents = unfinished.aggregate(names=ArrayAgg("source_agent", distinct=True, default=[]))["names"]
    each = Func(F("tags"), function="unnest", output_field=TextField())
    tags = unfinished.annotate(each=each).values_list("each", flat=True).distinct().order_by("each")
    return Choices(agents[:CHOICES_AT_MOST], list(tags[:CHOICES_AT_MOST]))


def _belongs(viewer: Reviewer, which: Group) -> Q:
    """The three groups are apart and leave nothing out (an open one has no assignee, so plain `~` would lose it)."""
    return {
        Group.MINE: Q(assigned_to=viewer),
        Group.WAITING: _not_of(viewer) & Q(claimed_at=None),
        Group.OTHERS: _not_of(viewer) & Q(claimed_at__isnull=False),
    }[which]


def _in_view(viewer: Reviewer, view: View) -> Q:
    mine = Q(assigned_to=viewer)
    return {
        View.FOR_ME: _not_of(viewer) | (AWAKE & Q(waiting_on="human")),
        View.OVERDUE: Q(due_at__lt=Now(), paused_at=None),
        View.UNASSIGNED: Q(status=Status.OPEN),
        View.SNOOZED: mine & SNOOZED,
        View.ON_AGENT: mine & Q(waiting_on="agent"),
    }[view]


def _not_of(viewer: Reviewer) -> Q:
    return Q(assigned_to=None) | ~Q(assigned_to=viewer)


def _says(words: str) -> Q:
    """Its number, or words of what the agent asks; parts of words do, too."""
    if known := REFERENCE.fullmatch(words):
        return Q(number=int(known[1]))
    return Q(*(Q(issue_description__icontains=word) for word in words.split()[:WORDS_AT_MOST]))


def _column(view: View) -> str:
    return view.replace("-", "_")
