"""Who answers, and how they come in."""

from reviewers.models.accounts import Invitation, Letter, Try
from reviewers.models.duty import Holiday, TimeOff, Weekday, WorkingHours
from reviewers.models.oncall import Feed, Override, Rotation, Swap, Turn
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
    "Feed",
    "Holiday",
    "Invitation",
    "Letter",
    "Override",
    "Pool",
    "PoolQuerySet",
    "Reviewer",
    "ReviewerManager",
    "ReviewerQuerySet",
    "Role",
    "Rotation",
    "Seat",
    "Swap",
    "Tag",
    "TimeOff",
    "Try",
    "Turn",
    "Weekday",
    "WorkingHours",
]
