"""What a caller may do. Each function says no with a 403 that names what is missing.

`settings.REST_FRAMEWORK` names this module, so it must not import `rest_framework.views`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rest_framework.permissions import BasePermission

from escalations.api.authentication import Caller
from escalations.api.problems import Problem
from escalations.models import Agent, Scope
from reviewers.models import Reviewer, Role

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class Asking(NamedTuple):
    """An agent that speaks for itself."""

    caller: Caller
    agent: Agent


class Acting(NamedTuple):
    """A person who acts on escalations."""

    caller: Caller
    reviewer: Reviewer


class KeyNeeded(BasePermission):
    """Whoever has a key may ask; what they may do is decided below."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002 - the framework's signature
        return isinstance(request.auth, Caller)


def reading(request: Request) -> Caller:
    return _with_scope(request, Scope.READ)


def asking(request: Request) -> Asking:
    """Agents create and withdraw."""
    caller = _with_scope(request, Scope.WRITE)
    if caller.agent is None:
        raise Problem(403, "agent_key_needed", "Only an agent may do this. Use an agent's API key.")
    return Asking(caller, caller.agent)


def acting(request: Request, *roles: Role) -> Acting:
    """People claim and answer. With `roles`, only those may."""
    caller = _with_scope(request, Scope.REVIEW)
    if caller.reviewer is None:
        raise Problem(403, "reviewer_needed", "Name the person who acts in X-Reviewer, by email or id.")
    if caller.reviewer.role not in (roles or (Role.ADMIN, Role.LEAD, Role.REVIEWER)):
        raise Problem(403, "role_not_allowed", f"The role {caller.reviewer.role} may not do this.")
    return Acting(caller, caller.reviewer)


def asking_or_leading(request: Request) -> Asking | Acting:
    """The agent, of its own; a lead or an admin, of what is in their pools."""
    return acting(request, Role.ADMIN, Role.LEAD) if caller_of(request).reviewer else asking(request)


def caller_of(request: Request) -> Caller:
    if not isinstance(request.auth, Caller):
        raise Problem(403, "forbidden", "This key may not do this.")
    return request.auth


def _with_scope(request: Request, scope: Scope) -> Caller:
    caller = caller_of(request)
    if scope not in caller.key.scopes:
        raise Problem(403, "missing_scope", f"This key lacks the scope {scope}.")
    return caller
