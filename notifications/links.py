"""One-time links in messages to people: signed, for 24 hours, for one person. They open a page; a press acts."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext_lazy as _

SALT = "notifications.links"
VALID_FOR = timedelta(hours=24)
LABELS = {"claim": _("Claim it"), "release": _("Give it back")}


class Meant(NamedTuple):
    """What a link is for: `verb` is one of LABELS, about the escalation of the delivery."""

    delivery: UUID
    verb: str


def link(delivery: str, verb: str) -> str:
    return f"{settings.PUBLIC_URL}/desk/link/{signing.dumps([delivery, verb], salt=SALT)}/"


def read(token: str) -> Meant | None:
    """None for what we did not sign, and for what is too old."""
    try:
        delivery, verb = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    return Meant(UUID(delivery), verb) if verb in LABELS else None
