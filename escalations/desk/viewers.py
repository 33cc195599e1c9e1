"""Who is at the other end of a socket, and what they may see: asked when it opens, and again while it lives."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from reviewers.models import Reviewer, Role, Seat


@dataclass(frozen=True)
class Viewer:
    id: UUID
    pools: frozenset[int] | None  # None: all of them

    def sees(self, pool: int) -> bool:
        return self.pools is None or pool in self.pools


def signed_in(session_key: str | None) -> Viewer | None:
    """The person of this session; None when it has ended, or they may not work here any more."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    person = get_user(request)
    if not isinstance(person, Reviewer) or not person.is_active:
        return None
    if person.role == Role.ADMIN:
        return Viewer(person.pk, None)
    seats = Seat.objects.filter(reviewer=person)
    return Viewer(person.pk, frozenset(seats.values_list("pool_id", flat=True)))
