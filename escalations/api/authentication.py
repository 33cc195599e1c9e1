"""Who calls: the agent or the reviewer whose API key came with the request.

A key that was looked up is believed for a few seconds by the process that did it, so that a call costs no statement;
a revoked or expired key, or that of a person who left, is therefore refused within 5 s. `settings.REST_FRAMEWORK`
names this module, so it must not import `rest_framework.views`.
"""

from __future__ import annotations

import hmac
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication

from escalations import keys
from escalations.api import rates
from escalations.api.problems import Problem, unauthorized
from escalations.models import Agent, ApiKey, Escalation, EscalationQuerySet, Scope
from reviewers.models import Pool, Reviewer, Role

if TYPE_CHECKING:
    from rest_framework.request import Request

BELIEVED_FOR = 4.0  # seconds; with the time a request takes it stays below 5
USED_EVERY = timedelta(minutes=1)  # how exact `last_used_at` is

Pools: TypeAlias = tuple[int, ...] | None  # their ids; None is all of them


@dataclass(frozen=True)
class Caller:
    """Whom a request speaks for. `reviewer` is the person who acts: the key's own, or the one an agent's key names."""

    key: ApiKey
    agent: Agent | None
    reviewer: Reviewer | None
    pools: Pools = None
    allowance: rates.Allowance | None = None

    @property
    def principal(self) -> str:
        """The same for every key of one agent or person, so that an Idempotency-Key outlives a rotated key."""
        kind = "test" if self.key.is_sandbox else "live"
        return f"agent:{self.agent.pk}:{kind}" if self.agent else f"reviewer:{self.key.reviewer_id}"

    def visible(self) -> EscalationQuerySet:
        """The escalations that the caller may know of."""
        if self.reviewer:
            found = Escalation.objects.visible_to(self.reviewer)
            return found.filter(pool__in=self.key.pool_ids) if self.key.pool_ids else found
        mine = Escalation.objects.of_agent(self.agent) if self.agent else Escalation.objects.none()
        return mine.filter(is_sandbox=self.key.is_sandbox)

    def listed(self) -> EscalationQuerySet:
        """As `visible`, for what may be long: with the person's pools by id, so that PostgreSQL can tell many from few.

        A pool joined this very moment is missing for as long as a key is believed.
        """
        return self.visible() if self.pools is None else self.visible().filter(pool__in=self.pools)


class _Believed(NamedTuple):
    key: ApiKey
    pools: Pools
    until: float


class _BelievedReviewer(NamedTuple):
    reviewer: Reviewer
    pools: Pools
    until: float


_keys: rates.Recent[_Believed] = rates.Recent()
_reviewers: rates.Recent[_BelievedReviewer] = rates.Recent()


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>` or `X-API-Key: <key>`. The caller is in `request.auth`.

    `request.user` is the person who acts, and anonymous where an agent speaks for itself.
    """

    def authenticate(self, request: Request) -> tuple[Reviewer | AnonymousUser, Caller]:
        plain = _credential(request.META.get("HTTP_AUTHORIZATION"), request.META.get("HTTP_X_API_KEY"))
        believed = _key(plain)
        if believed is None:
            rates.fail(request.META.get("REMOTE_ADDR", ""))
            raise unauthorized()
        key = believed.key
        allowance = rates.take(key.pk)
        named = _acting(key, request.META.get("HTTP_X_REVIEWER"))
        reviewer, pools = (named.reviewer, named.pools) if named else (key.reviewer, believed.pools)
        caller = Caller(key, key.agent, reviewer, pools, allowance)
        # For those who run the request: event streams and the access log.
        request.META.get("asgi.scope", {}).get("state", {})["caller"] = caller
        return reviewer or AnonymousUser(), caller

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's signature
        return 'Bearer realm="api"'


def forget() -> None:
    """Look every key up anew."""
    _keys.clear()
    _reviewers.clear()


def _credential(authorization: str | None, api_key: str | None) -> str:
    """The one key that came. Raises a 401 where there is none and a 400 where there are two."""
    scheme, _, bearer = (authorization or "").partition(" ")
    bearer = bearer.strip(" ") if scheme.lower() == "bearer" else ""
    if authorization and api_key and bearer != api_key:
        raise Problem(400, "two_credentials", "Send one API key, in Authorization or in X-API-Key.")
    plain = bearer or ("" if authorization else api_key)
    if not plain:
        raise unauthorized()
    return plain


def _key(plain: str) -> _Believed | None:
    """The key, if it works right now."""
    parts = keys.parse(plain)
    if parts is None:
        return None
    believed = _looked_up(parts.id)
    if believed is None or not hmac.compare_digest(bytes(believed.key.digest), parts.digest):
        return None
    key = believed.key
    is_over = key.revoked_at or (key.expires_at and key.expires_at <= timezone.now())
    is_of_somebody_gone = key.reviewer and not key.reviewer.is_active
    return None if is_over or is_of_somebody_gone else believed


def _looked_up(key_id: str) -> _Believed | None:
    now = time.monotonic()
    believed = _keys.get(key_id)
    if believed and believed.until > now:
        return believed
    key = ApiKey.objects.select_related("agent", "reviewer").filter(pk=key_id).first()
    if key is None:
        return None
    _keys[key_id] = believed = _Believed(key, _pools_of(key.reviewer) if key.reviewer else None, now + BELIEVED_FOR)
    _note_use(key)
    return believed


def _pools_of(reviewer: Reviewer) -> Pools:
    """The pools whose escalations the person sees; None for all of them."""
    if reviewer.role == Role.ADMIN:
        return None
    return tuple(Pool.objects.filter(seats__reviewer=reviewer).values_list("pk", flat=True))


def _note_use(key: ApiKey) -> None:
    if key.last_used_at and key.last_used_at > timezone.now() - USED_EVERY:
        return
    is_due = Q(last_used_at=None) | Q(last_used_at__lt=Now() - USED_EVERY)
    ApiKey.objects.live().filter(is_due, pk=key.pk).update(last_used_at=Now())


def _acting(key: ApiKey, named: str | None) -> _BelievedReviewer | None:
    """The person whom an agent's key names. Raises a 403 when the key may not act for them."""
    if named is None or key.reviewer:
        if named and key.reviewer and named.lower() not in {key.reviewer.email, str(key.reviewer.pk)}:
            raise Problem(
                403, "unknown_reviewer", "A reviewer's key acts for that reviewer only. Leave X-Reviewer out."
            )
        return None
    if Scope.REVIEW not in key.scopes or key.is_sandbox:
        raise Problem(403, "missing_scope", "X-Reviewer needs a key with the scope review.")
    believed = _reviewer(named.strip().lower())
    if believed is None or not believed.reviewer.is_active:
        raise Problem(403, "unknown_reviewer", "X-Reviewer must be the email or the id of an active reviewer.")
    return believed


def _reviewer(name: str) -> _BelievedReviewer | None:
    now = time.monotonic()
    believed = _reviewers.get(name)
    if believed and believed.until > now:
        return believed
    if not name.isprintable() or len(name) > 254:
        return None
    try:
        found = Reviewer.objects.filter(pk=uuid.UUID(name)).first()
    except ValueError:
        found = Reviewer.objects.filter(email=name).first()
    if found is None:
        return None
    _reviewers[name] = believed = _BelievedReviewer(found, _pools_of(found), now + BELIEVED_FOR)
    return believed
