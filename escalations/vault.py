"""Secrets that must be read again (webhook signing secrets) are sealed before they reach the database."""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotUnseal(Exception):
    """The secret was sealed under a SECRET_KEY that is neither the present one nor among SECRET_KEY_FALLBACKS."""


def seal(secret: bytes) -> bytes:
    return _vault().encrypt(secret)


def unseal(sealed: bytes) -> bytes:
    """Raises CannotUnseal when no known key opens it."""
    try:
        return _vault().decrypt(bytes(sealed))
    except InvalidToken as error:
        raise CannotUnseal from error


def _vault() -> MultiFernet:
    return _vault_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _vault_of(keys: tuple[str, ...]) -> MultiFernet:
    digests = [hashlib.sha256(b"escalations.vault:" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
