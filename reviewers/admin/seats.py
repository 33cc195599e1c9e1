"""Who is signed in, and seats given and taken by ticking boxes: the same rows from a pool's side and a person's."""

from collections.abc import Iterable
from typing import cast

from django.http import HttpRequest

from reviewers import people
from reviewers.models import Pool, Reviewer


def signed_in(request: HttpRequest) -> Reviewer:
    """The admin site lets nobody in who is not."""
    return cast("Reviewer", request.user)


def seat(reviewer: Reviewer, *, chosen: Iterable[Pool], among: Iterable[Pool]) -> None:
    """Have the person sit in exactly these of the pools that were offered; seats elsewhere stay."""
    seated, wanted = set(Pool.objects.filter(seats__reviewer=reviewer)), set(chosen)
    for pool in wanted - seated:
        people.join(reviewer, pool)
    for pool in seated & set(among) - wanted:
        people.leave(reviewer, pool)


def fill(pool: Pool, *, chosen: Iterable[Reviewer], among: Iterable[Reviewer]) -> None:
    """Have exactly these of the people that were offered sit in the pool."""
    seated, wanted = set(Reviewer.objects.filter(seats__pool=pool)), set(chosen)
    for reviewer in wanted - seated:
        people.join(reviewer, pool)
    for reviewer in seated & set(among) - wanted:
        people.leave(reviewer, pool)
