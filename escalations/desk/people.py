"""Who is looking, and what they may do here. The verbs themselves decide again (`escalations/lifecycle.py`)."""

from typing import cast

from django.http import HttpRequest

from reviewers.models import Reviewer, Role


def viewer_of(request: HttpRequest) -> Reviewer:
    """The admin site lets nobody in who is not signed in."""
    return cast("Reviewer", request.user)


def may_act(viewer: Reviewer) -> bool:
    """Claim and answer. A read-only person looks on."""
    return viewer.role != Role.READ_ONLY


def may_lead(viewer: Reviewer) -> bool:
    """Give it to somebody else. A lead sees only the pools they lead."""
    return viewer.role in {Role.ADMIN, Role.LEAD}


def wants_json(request: HttpRequest) -> bool:
    """A script asks; a form would go to a page."""
    return request.headers.get("accept", "") == "application/json"
