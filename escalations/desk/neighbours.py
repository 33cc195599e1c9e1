"""Which escalation comes before and after this one, in the view of the queue that somebody came from.

Asked for by id whenever the page is shown, never by position: the list has moved meanwhile. One that has left the list
still has its place in the order, so whoever has answered it goes on from there.
"""

import re
from typing import NamedTuple

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from escalations.desk import queue
from escalations.desk.listing import AT_MOST, Listing, View
from escalations.models import Escalation
from reviewers.models import Reviewer

NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class Neighbours(NamedTuple):
    """Numbers of escalations; `position` counts from 1 and is None when this one is not in the list (any more)."""

    previous: int | None
    next: int | None
    position: int | None
    total: int


def of(escalation: Escalation, *, viewer: Reviewer, listing: Listing) -> Neighbours:
    ordered = queue.in_order(viewer, listing)
    if listing.view == View.FOR_ME:
        ordered = ordered.filter(Q(assigned_to=viewer) | Q(claimed_at=None))  # what others hold is folded there
    listed = list(ordered.values_list("number", "pk")[:AT_MOST])
    numbers = [number for number, _ in listed]
    is_listed = escalation.number in numbers
    if not is_listed:
        everything = Escalation.objects.filter(pk__in=[escalation.pk, *(pk for _, pk in listed)])
        numbers = list(queue.ordered(everything, viewer, listing).values_list("number", flat=True))
    at = numbers.index(escalation.number)
    return Neighbours(
        previous=numbers[at - 1] if at else None,
        next=numbers[at + 1] if at + 1 < len(numbers) else None,
        position=at + 1 if is_listed else None,
        total=len(listed),
    )


def address(number: int, listing: Listing) -> str:
    """The page of an escalation, which leads back to the view somebody came from."""
    page = reverse("admin:desk_escalation", args=[number])
    return f"{page}?{urlencode({'from': listing.query})}" if listing.query else page


def whence(asked: QueryDict) -> str:
    """The page that something was done on, as its form names it: My work, one escalation, or the queue in a view."""
    listing = Listing.of_text(asked.get("query", ""))
    page = asked.get("page", "")
    if page == "mine":
        return reverse("admin:desk_mine")
    return address(int(page), listing) if NUMBER.fullmatch(page) else listing.address
