"""Whether a request is Slack's own, and comes for the first time.

See https://docs.slack.dev/authentication/verifying-requests-from-slack.
"""

import hashlib
import hmac
import time
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from notifications.slack.models import SlackRequest

FRESH = 300  # seconds
KEPT = timedelta(minutes=15)  # longer than anything is fresh, by whichever clock


def is_genuine(body: bytes, *, timestamp: str, signature: str) -> bool:
    """`body` is the request's as it came; the other two are its headers."""
    if not settings.SLACK_SIGNING_SECRET or not (timestamp.isascii() and timestamp.isdecimal()) or len(timestamp) > 12:
        return False
    if abs(time.time() - int(timestamp)) > FRESH:
        return False
    return hmac.compare_digest(sign(body, timestamp=timestamp).encode(), signature.encode("utf-8", "replace"))


def sign(body: bytes, *, timestamp: str) -> str:
    signed = b"v0:%s:%s" % (timestamp.encode(), body)
    return "v0=" + hmac.new(settings.SLACK_SIGNING_SECRET.encode(), signed, hashlib.sha256).hexdigest()


def is_first(signature: str) -> bool:
    """True once for each signature, whoever asks at the same moment."""
    SlackRequest.objects.filter(at__lt=timezone.now() - KEPT).delete()
    _request, is_new = SlackRequest.objects.get_or_create(signature=signature)
    return is_new
