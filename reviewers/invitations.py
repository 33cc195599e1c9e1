"""People come in by invitation: a link that works once, for a week, until it is replaced or withdrawn."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from reviewers import people, tokens
from reviewers.mail import outbox
from reviewers.models import Invitation, Letter, Reviewer
from reviewers.people import Newcomer

LASTS = timedelta(days=7)


class NotOpen(Exception):
    """The invitation cannot be used. `state` says why; None: there is none with this token, or no longer."""

    def __init__(self, state: Invitation.State | None) -> None:
        super().__init__(state)
        self.state = state


class HasComeIn(Exception):
    """Whoever is here already needs no invitation."""


@transaction.atomic
def invite(newcomer: Newcomer, *, by: Reviewer | None, is_sent: bool = True) -> Invitation:
    """Make the person, inactive until they come in, and send them a link; `tokens.link` tells it.

    Raises ValidationError when the email is not one or is taken.
    """
    return renew(people.expect(newcomer), by=by, is_sent=is_sent)


@transaction.atomic
def renew(reviewer: Reviewer, *, by: Reviewer | None, is_sent: bool = True) -> Invitation:
    """Replace the link, which ends the old one, and send it (`is_sent`) where email is set up.

    Raises HasComeIn when it is too late for that.
    """
    former = Invitation.objects.select_for_update().filter(reviewer=reviewer).first()
    if reviewer.is_active or (former is not None and former.accepted_at):
        raise HasComeIn
    outbox.call_back(Letter.Kind.INVITATION, reviewer, why="A newer invitation replaced it.")
    salt, now = tokens.fresh_salt(), timezone.now()
    facts = {"by": by, "salt": salt, "token_hash": tokens.hashed(tokens.token(salt)), "withdrawn_at": None}
    times = {"invited_at": now, "expires_at": now + LASTS}
    invitation, _ = Invitation.objects.update_or_create(reviewer=reviewer, defaults=facts | times)
    if is_sent and outbox.is_open():
        outbox.queue(Letter.Kind.INVITATION, reviewer.email, about=reviewer, useful_for=LASTS)
    return invitation


@transaction.atomic
def withdraw(reviewer: Reviewer) -> None:
    """End the link. Raises HasComeIn when it was used."""
    if not Invitation.objects.filter(reviewer=reviewer, accepted_at=None).update(withdrawn_at=Now()):
        raise HasComeIn
    outbox.call_back(Letter.Kind.INVITATION, reviewer, why="The invitation was withdrawn.")


def find(token: str) -> Invitation:
    """The open invitation of this link. Raises NotOpen."""
    return _open(Invitation.objects.select_related("reviewer", "by").filter(token_hash=tokens.hashed(token)).first())


@transaction.atomic
def accept(token: str, *, name: str, password: str) -> Reviewer:
    """Come in: from now on this person signs in with the password, and gets tasks. Raises NotOpen."""
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("reviewer")
    invitation = _open(locked.filter(token_hash=tokens.hashed(token)).first())
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    reviewer = invitation.reviewer
    reviewer.name = name or reviewer.name
    reviewer.set_password(password)
    reviewer.save(update_fields=["name", "password"])
    people.activate(reviewer)
    outbox.call_back(Letter.Kind.INVITATION, reviewer, why="The person has come in.")
    return reviewer


def _open(invitation: Invitation | None) -> Invitation:
    if invitation is None or invitation.state != Invitation.State.OPEN:
        raise NotOpen(invitation.state if invitation else None)
    return invitation
