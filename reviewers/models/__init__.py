"""Who answers, and how they come in."""

from reviewers.models.accounts import Invitation, Letter, Try
from reviewers.models.duty import Holiday, TimeOff, Weekday, WorkingHours
from reviewers.models.people import (
    Counter,
    Pool,
    PoolQuerySet,
    Reviewer,
    ReviewerManager,
    ReviewerQuerySet,
    Role,
    Seat,
    Tag,
)

__all__ = [
    "Counter",
    "Holiday",
    "Invitation",
    "Letter",
    "Pool",
    "PoolQuerySet",
    "Reviewer",
    "ReviewerManager",
    "ReviewerQuerySet",
    "Role",
    "Seat",
    "Tag",
    "TimeOff",
    "Try",
    "Weekday",
    "WorkingHours",
]
