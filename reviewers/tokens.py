"""Tokens of invitations: made of a random salt and SECRET_KEY, so that a retried letter carries the same link."""

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import urlsafe_base64_encode

from reviewers.models import Invitation


def fresh_salt() -> str:
    return secrets.token_urlsafe(24)


def token(salt: str) -> str:
    mac = salted_hmac("reviewers.invitation", salt, algorithm="sha256")
    return urlsafe_base64_encode(mac.digest())


def hashed(token: str) -> str:
    """What is stored of a token, which is random enough for a plain hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def link(invitation: Invitation) -> str | None:
    """Where the person comes in; None if SECRET_KEY has changed since, when only a newer invitation helps."""
    made = token(invitation.salt)
    if not constant_time_compare(hashed(made), invitation.token_hash):
        return None
    return f"{settings.PUBLIC_URL}{reverse('invited', args=[made])}"
