"""What the letters say. Written when they are sent, in text and in HTML, for the person as they are then."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from reviewers import tokens
from reviewers.models import Invitation, Letter, Reviewer

LONGEST_SUBJECT = 150
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}

Writer = Callable[[Letter], EmailMessage | None]

_writers: dict[Letter.Kind, Writer] = {}


def register(kind: Letter.Kind, writer: Writer) -> None:
    """Letters of this kind say what another app knows."""
    _writers[kind] = writer


def write(letter: Letter) -> EmailMessage | None:
    """The message, or None where nobody is to get it any more."""
    match Letter.Kind(letter.kind):
        case Letter.Kind.INVITATION:
            invitation = Invitation.objects.filter(reviewer=letter.reviewer_id).first()
            return _invitation(letter, invitation) if invitation else None
        case Letter.Kind.RESET:
            return _reset(letter)
        case Letter.Kind.CHANGED:
            return _changed(letter)
        case kind:
            return _writers[kind](letter)


def test(to: str) -> EmailMessage:
    return message(to, _("A test from the escalation desk"), "test", {})


def _invitation(letter: Letter, invitation: Invitation) -> EmailMessage | None:
    link = tokens.link(invitation)
    if invitation.state != Invitation.State.OPEN or link is None:
        return None
    person = invitation.reviewer
    inviter = invitation.by.display_name if invitation.by else ""
    subject = _("%(name)s invites you to the escalation desk") % {"name": inviter} if inviter else ""
    facts = {"person": person, "inviter": inviter, "link": link, "expires_at": invitation.expires_at}
    subject = subject or _("You are invited to the escalation desk")
    return message(person.email, subject, "invitation", facts, letter)


def _reset(letter: Letter) -> EmailMessage | None:
    person = Reviewer.objects.filter(email=letter.to.lower()).select_related("invitation").first()
    if person is None:
        return None
    if not person.is_active:
        invitation = getattr(person, "invitation", None)
        return _invitation(letter, invitation) if invitation else None
    who = urlsafe_base64_encode(force_bytes(person.pk))
    path = reverse("password_reset_confirm", args=[who, default_token_generator.make_token(person)])
    facts = {"person": person, "link": f"{settings.PUBLIC_URL}{path}", "hours": settings.PASSWORD_RESET_TIMEOUT // 3600}
    return message(person.email, _("A new password for the escalation desk"), "reset", facts, letter)


def _changed(letter: Letter) -> EmailMessage | None:
    if letter.reviewer is None:
        return None
    facts = {"person": letter.reviewer, "at": letter.created_at}
    return message(letter.to, _("Your password for the escalation desk was changed"), "changed", facts, letter)


def message(to: str, subject: str, template: str, facts: dict[str, Any], letter: Letter | None = None) -> EmailMessage:
    """Every try of a letter has the same Message-ID, so that a mailbox that got it twice may show it once."""
    known = facts | {"desk": settings.PUBLIC_URL, "host": settings.PUBLIC_HOST}
    headers = HEADERS | ({"Message-ID": f"<{letter.pk}@{settings.PUBLIC_HOST}>"} if letter else {})
    line = " ".join("".join(each if each.isprintable() else " " for each in subject).split())[:LONGEST_SUBJECT]
    text = render_to_string(f"mail/{template}.txt", known)
    made = EmailMultiAlternatives(line, text, to=[to], headers=headers)
    made.attach_alternative(render_to_string(f"mail/{template}.html", known | {"subject": line}), "text/html")
    return made
