"""API keys: `esc_live_<id>_<secret><checksum>`, shown once, stored as SHA-256.

The prefix lets secret scanners find a leaked key; the checksum (CRC-32, as in GitHub's token format of 2021) refuses
garbage without asking the database.
"""

import binascii
import hashlib
import secrets
import string
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from escalations.models import Agent, ApiKey, Scope
from reviewers.models import Pool, Reviewer

ALPHABET = string.digits + string.ascii_letters
ID_LENGTH = 10
SECRET_LENGTH = 43  # 62**43 is about 256 bits
CHECKSUM_LENGTH = 6


class Parts(NamedTuple):
    """What a well-formed key says of itself."""

    id: str
    digest: bytes
    is_sandbox: bool


class NewKey(NamedTuple):
    key: ApiKey
    plain: str


class KeyEnded(Exception):
    """This key has been revoked or has expired. Add a new one instead."""


def mint(
    *,
    scopes: Iterable[Scope],
    agent: Agent | None = None,
    reviewer: Reviewer | None = None,
    sandbox: bool = False,
    pools: Iterable[Pool] = (),
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key of the agent or of the reviewer. The plain key is returned once and kept nowhere."""
    body = f"esc_{'test' if sandbox else 'live'}_{_random(ID_LENGTH)}_{_random(SECRET_LENGTH)}"
    plain = body + _checksum(body)
    key = ApiKey.objects.create(
        id=body.split("_")[2],
        digest=hashlib.sha256(plain.encode()).digest(),
        agent=agent,
        reviewer=reviewer,
        is_sandbox=sandbox,
        scopes=sorted(scopes),
        pool_ids=[pool.pk for pool in pools],
        expires_at=expires_at,
    )
    return NewKey(key, plain)


def for_agent(agent: Agent, *, sandbox: bool = False) -> NewKey:
    return mint(agent=agent, scopes=[Scope.READ, Scope.WRITE], sandbox=sandbox)


def for_reviewer(reviewer: Reviewer) -> NewKey:
    return mint(reviewer=reviewer, scopes=[Scope.READ, Scope.REVIEW])


def parse(plain: str) -> Parts | None:
    """The key's parts, or None when it cannot be one of ours."""
    prefix, _, rest = plain.partition("_")
    kind, _, rest = rest.partition("_")
    key_id, _, tail = rest.partition("_")
    shaped = len(key_id) == ID_LENGTH and len(tail) == SECRET_LENGTH + CHECKSUM_LENGTH
    if prefix != "esc" or kind not in {"live", "test"} or not shaped or not plain.isascii():
        return None
    if _checksum(plain[:-CHECKSUM_LENGTH]) != plain[-CHECKSUM_LENGTH:]:
        return None
    return Parts(key_id, hashlib.sha256(plain.encode()).digest(), kind == "test")


def revoke(key: ApiKey) -> None:
    """No call with this key succeeds later than 5 s from now (each process keeps what it looked up that long)."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    key.refresh_from_db(fields=["revoked_at"])


@transaction.atomic
def rotate(key: ApiKey, *, overlap: timedelta) -> NewKey:
    """A new key with the same rights and the same length of life; the old one ends after `overlap`, or earlier.

    Raises KeyEnded when there is nothing left to replace.
    """
    old = ApiKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
    now = timezone.now()
    if not old.is_live:
        raise KeyEnded
    new = mint(
        agent=old.agent,
        reviewer=old.reviewer,
        scopes=[Scope(word) for word in old.scopes],
        sandbox=old.is_sandbox,
        pools=Pool.objects.filter(pk__in=old.pool_ids),
        expires_at=now + (old.expires_at - old.created_at) if old.expires_at else None,
    )
    old.expires_at = min(old.expires_at or now + overlap, now + overlap)
    old.save(update_fields=["expires_at"])
    return new


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    number, digits = binascii.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
