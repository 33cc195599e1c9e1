"""How people come, join pools, leave and return."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import transaction

from reviewers import duty
from reviewers.models import Pool, Reviewer, Role, Seat, Tag


class NotYetIn(Exception):
    """Somebody who was invited and has not come in cannot be made active by others."""


class NewReviewer(NamedTuple):
    reviewer: Reviewer
    password: str


@dataclass(frozen=True)
class Newcomer:
    """Who is to be invited. Without pools they will sit in the default one, but an admin in none."""

    email: str
    name: str = ""
    role: Role = Role.REVIEWER
    pools: tuple[Pool, ...] = ()
    tags: tuple[str, ...] = ()
    capacity: int | None = None


@transaction.atomic
def create(
    email: str,
    *,
    name: str = "",
    role: Role = Role.REVIEWER,
    pools: Iterable[Pool] = (),
    tags: Iterable[str] = (),
) -> NewReviewer:
    """Make a person with a fresh password, seated in the pools given, else in the default pool.

    The password is returned once and stored only as a hash. An admin is seated only where that is asked for.
    Raises ValidationError when the email is not one or is taken.
    """
    password = secrets.token_urlsafe(12)
    words = sorted(set(tags))
    reviewer = Reviewer.objects.create_user(email, password, name=name, role=role, tags=words)
    _settle(reviewer, pools)
    return NewReviewer(reviewer, password)


@transaction.atomic
def expect(newcomer: Newcomer) -> Reviewer:
    """Make a person who is to come in by invitation: without a password, and not active until then.

    Raises ValidationError when the email is not one or is taken.
    """
    facts: dict[str, Any] = {"name": newcomer.name, "role": newcomer.role, "tags": sorted(set(newcomer.tags))}
    reviewer = Reviewer.objects.create_user(newcomer.email, None, capacity=newcomer.capacity, is_active=False, **facts)
    _settle(reviewer, newcomer.pools)
    return reviewer


def join(reviewer: Reviewer, pool: Pool) -> Seat:
    """Seat the reviewer in the pool, level with those who were served least there, so that nobody is flooded."""
    seat, _ = Seat.objects.get_or_create(reviewer=reviewer, pool=pool, defaults={"served": duty.least_served(pool.pk)})
    return seat


def leave(reviewer: Reviewer, pool: Pool) -> None:
    Seat.objects.filter(reviewer=reviewer, pool=pool).delete()


def know(words: Iterable[str]) -> None:
    """Make the tags that are used for the first time."""
    Tag.objects.bulk_create([Tag(name=word) for word in words], ignore_conflicts=True)


def new_password(reviewer: Reviewer) -> str:
    """Replace the password and end every session of this person. Returned once, stored only as a hash."""
    password = secrets.token_urlsafe(12)
    reviewer.set_password(password)
    reviewer.save(update_fields=["password"])
    return password


def deactivate(reviewer: Reviewer) -> None:
    """No more tasks and no sign-in. What they hold is freed by the next sweep (`escalations.routing`)."""
    reviewer.is_active = False
    reviewer.save(update_fields=["is_active"])


@transaction.atomic
def activate(reviewer: Reviewer) -> None:
    """Back at work: each seat starts at max(own served, least served of those on duty).

    Raises NotYetIn for somebody who never accepted their invitation.
    """
    if not reviewer.has_come_in:
        raise NotYetIn
    duty.level(reviewer)
    reviewer.is_active = True
    reviewer.save(update_fields=["is_active"])


def _settle(reviewer: Reviewer, pools: Iterable[Pool]) -> None:
    """Make their tags known, and give them their first seats."""
    know(reviewer.tags)
    seats = list(pools) or ([] if reviewer.role == Role.ADMIN else [Pool.objects.get(is_default=True)])
    for pool in seats:
        join(reviewer, pool)
