"""One letter to one person, in text and in HTML, by Django's email backend. What went wrong comes in plain words."""

import json
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from notifications import links
from notifications.transports.webhook import Answer, NoAnswer
from reviewers.mail.handover import Conversation
from reviewers.mail.letters import HEADERS, LONGEST_SUBJECT

SCHEME = "mailto:"
TAKEN = 250  # RFC 5321, section 4.2.3


def send(address: str, body: bytes, *, message_id: str) -> Answer:
    """Hand it to the mail server once. Raises NoAnswer; for good where the server says so (5xx)."""
    if not settings.HAS_EMAIL:
        raise NoAnswer("no_email", _("This installation sends no email: EMAIL_URL is not set."))
    with Conversation() as conversation:
        outcome = conversation.send(write(address, json.loads(body), message_id=message_id))
    if outcome.error:
        raise NoAnswer("refused" if outcome.is_final else "not_taken", outcome.error, is_final=outcome.is_final)
    return Answer(TAKEN, None, b"", "")


def write(address: str, message: dict[str, Any], *, message_id: str) -> EmailMultiAlternatives:
    """The letter. Its one-time links are made here, so that they are stored nowhere.

    Every try has the same Message-ID, so that a mailbox that got it twice may show it once.
    """
    told = message["data"]
    actions = [{"label": links.LABELS[verb], "link": links.link(message_id, verb)} for verb in told["actions"]]
    facts = {**told, "actions": actions, "desk": settings.PUBLIC_URL, "host": settings.PUBLIC_HOST}
    subject = _line(told["subject"])
    headers = HEADERS | {"Message-ID": f"<{message_id}@{settings.PUBLIC_HOST}>"}
    text = render_to_string("mail/notice.txt", facts)
    letter = EmailMultiAlternatives(subject, text, to=[address.removeprefix(SCHEME)], headers=headers)
    letter.attach_alternative(render_to_string("mail/notice.html", facts | {"subject": subject}), "text/html")
    return letter


def _line(subject: str) -> str:
    """Without what could begin another header."""
    return " ".join("".join(each if each.isprintable() else " " for each in subject).split())[:LONGEST_SUBJECT]
