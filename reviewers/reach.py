"""Whom no message would find. What knows the channels registers itself (`notifications/channels.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from reviewers.models import Pool, Reviewer, ReviewerQuerySet, Role, Seat, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

_finders: list[Callable[[Iterable[Reviewer]], set[UUID]]] = []
_openings: list[Callable[[], bool]] = []


def register(find: Callable[[Iterable[Reviewer]], set[UUID]], *, is_open: Callable[[], bool]) -> None:
    """`find` tells those without a working channel; `is_open`, whether this installation sends anything at all."""
    _finders.append(find)
    _openings.append(is_open)


def is_open() -> bool:
    return any(each() for each in _openings)


def counted_on() -> ReviewerQuerySet:
    """Active people to whom something would be told: who answers, is on call in turn, or manages a pool."""
    seated = Exists(Seat.objects.filter(reviewer=OuterRef("pk"))) & ~Q(role=Role.READ_ONLY)
    in_turn = Exists(Turn.objects.filter(reviewer=OuterRef("pk"), rotation__is_active=True))
    manages = Exists(Pool.objects.filter(manager=OuterRef("pk")))
    return ReviewerQuerySet(Reviewer).active().filter(seated | in_turn | manages)


def lost() -> set[UUID]:
    """Of those who are counted on, whoever cannot be reached."""
    people = list(counted_on())
    return set().union(*(find(people) for find in _finders))
