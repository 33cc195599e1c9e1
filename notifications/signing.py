"""Signatures by Standard Webhooks 1.0: https://www.standardwebhooks.com."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

_PREFIX = "whsec_"


def sign(message_id: str, timestamp: int, body: bytes, *, secrets: Iterable[str]) -> str:
    """The value of `webhook-signature`: one signature per secret, so that a receiver may know either.

    `timestamp` is the attempt's, in seconds since 1970; a secret reads `whsec_<base64>`.
    """
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    return " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
