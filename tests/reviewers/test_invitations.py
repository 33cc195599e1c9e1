"""An invitation lets one person in, once, for a week; until then nothing is given to them."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from escalations.models import Status
from reviewers import invitations, people, tokens
from reviewers.invitations import HasComeIn, NotOpen
from reviewers.mail import outbox
from reviewers.models import Invitation, Letter, Pool, Reviewer
from reviewers.people import Newcomer, NotYetIn
from tests.factories import make_escalation, make_reviewer
from tests.reviewers.mailbox import Mailbox, link_in, send_due

pytestmark = pytest.mark.django_db

State = Invitation.State
PASSWORD = "a long enough one"


@pytest.fixture
def ada(pool: Pool, admin: Reviewer) -> Reviewer:
    return invitations.invite(Newcomer("ada@example.com", pools=(pool,)), by=admin).reviewer


def token_of(person: Reviewer) -> str:
    link = tokens.link(Invitation.objects.get(reviewer=person))
    assert link is not None
    return link.rstrip("/").rpartition("/")[2]


def come_in(token: str, *, name: str = "Ada") -> Reviewer:
    return invitations.accept(token, name=name, password=PASSWORD)


def why_not(token: str) -> Invitation.State | None:
    with pytest.raises(NotOpen) as refusal:
        invitations.find(token)
    return refusal.value.state


def test_who_comes_in_signs_in_and_keeps_the_name_they_gave(ada: Reviewer) -> None:
    come_in(token_of(ada), name="Ada Lovelace")

    assert authenticate(username="ada@example.com", password=PASSWORD) == ada
    ada.refresh_from_db()
    assert (ada.name, ada.is_active, ada.invitation.state) == ("Ada Lovelace", True, State.ACCEPTED)


def test_nothing_is_assigned_to_somebody_who_has_not_come_in(ada: Reviewer, pool: Pool, admin: Reviewer) -> None:
    people.leave(admin, pool)

    assert make_escalation(pool=pool).status == Status.OPEN
    come_in(token_of(ada))
    assert make_escalation(pool=pool).assigned_to == ada


def test_who_comes_in_late_is_not_flooded(ada: Reviewer, pool: Pool) -> None:
    pool.seats.exclude(reviewer=ada).update(served=9)

    come_in(token_of(ada))
    assert pool.seats.get(reviewer=ada).served == 9


def test_who_has_not_come_in_cannot_sign_in_and_is_not_made_active(ada: Reviewer) -> None:
    assert authenticate(username=ada.email, password="") is None
    with pytest.raises(NotYetIn):
        people.activate(ada)


def test_a_link_works_once(ada: Reviewer) -> None:
    token = token_of(ada)
    come_in(token)

    with pytest.raises(NotOpen):
        come_in(token)
    assert why_not(token) == State.ACCEPTED


def test_a_link_works_for_seven_days(ada: Reviewer) -> None:
    token = token_of(ada)
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        assert invitations.find(token).reviewer == ada
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert why_not(token) == State.EXPIRED


def test_a_newer_invitation_ends_the_older_one(ada: Reviewer, admin: Reviewer) -> None:
    older = token_of(ada)
    invitations.renew(ada, by=admin)

    assert why_not(older) is None
    assert invitations.find(token_of(ada)).reviewer == ada


def test_a_withdrawn_invitation_lets_nobody_in_until_it_is_made_again(ada: Reviewer, admin: Reviewer) -> None:
    token = token_of(ada)
    invitations.withdraw(ada)
    assert why_not(token) == State.WITHDRAWN

    invitations.renew(ada, by=admin)
    assert why_not(token) is None
    assert invitations.find(token_of(ada)).state == State.OPEN


@pytest.mark.parametrize("verb", [invitations.withdraw, lambda person: invitations.renew(person, by=None)])
def test_who_has_come_in_is_beyond_invitations(ada: Reviewer, verb: Callable[[Reviewer], object]) -> None:
    come_in(token_of(ada))
    ada.refresh_from_db()

    with pytest.raises(HasComeIn):
        verb(ada)


def test_who_left_does_not_return_by_invitation(ada: Reviewer) -> None:
    come_in(token_of(ada))
    ada.refresh_from_db()
    people.deactivate(ada)

    with pytest.raises(HasComeIn):
        invitations.renew(ada, by=None)


@pytest.mark.parametrize("token", ["", "x", "0" * 500, "\u202e", "a\x00b"])
def test_what_is_no_token_opens_nothing(ada: Reviewer, token: str) -> None:
    assert why_not(token) is None


def test_no_token_is_stored(ada: Reviewer) -> None:
    token = token_of(ada)
    with connection.cursor() as cursor:
        cursor.execute("SELECT i::text || l::text FROM reviewers_invitation i, reviewers_reviewer l")
        kept = "".join(text for (text,) in cursor.fetchall())
    assert token not in kept
    assert tokens.hashed(token) in kept


def test_a_new_secret_key_tells_no_link_of_before(ada: Reviewer, settings: Settings) -> None:
    settings.SECRET_KEY = "another-key-" * 4

    assert tokens.link(ada.invitation) is None


def test_an_invitation_that_a_new_secret_key_ended_is_shown_as_not_sent(
    mail: Mailbox, ada: Reviewer, settings: Settings
) -> None:
    letter = outbox.queue(Letter.Kind.INVITATION, ada.email, about=ada, useful_for=timedelta(days=1))
    settings.SECRET_KEY = "another-key-" * 4

    send_due()
    letter.refresh_from_db()
    assert (mail.letters, letter.status) == ([], Letter.Status.DEAD)
    assert "SECRET_KEY has changed" in letter.error


@pytest.mark.django_db(transaction=True)
def test_two_who_use_one_link_at_once_do_not_both_come_in(ada: Reviewer) -> None:
    token, came = token_of(ada), []

    def try_it(name: str) -> None:
        try:
            came.append(come_in(token, name=name))
        except NotOpen:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it, args=(name,)) for name in ("Ada", "Eve", "Mallory")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    ada.refresh_from_db()
    assert [person.name for person in came] == [ada.name]


def test_somebody_who_is_here_is_not_invited_again() -> None:
    make_reviewer("Ada")

    with pytest.raises(ValidationError):
        invitations.invite(Newcomer("ADA@example.com"), by=None)


def test_only_the_newest_invitation_is_mailed(mail: Mailbox, ada: Reviewer, admin: Reviewer) -> None:
    invitations.renew(ada, by=admin)
    invitations.renew(ada, by=admin)

    send_due()
    assert [link_in(sent) for sent in mail.letters] == [f"/invited/{token_of(ada)}/"]


def test_a_withdrawn_invitation_is_not_mailed(mail: Mailbox, ada: Reviewer, admin: Reviewer) -> None:
    invitations.renew(ada, by=admin)
    invitations.withdraw(ada)

    send_due()
    assert mail.letters == []


def test_a_link_that_is_shown_is_not_mailed(mail: Mailbox, ada: Reviewer, admin: Reviewer) -> None:
    invitations.renew(ada, by=admin, is_sent=False)

    send_due()
    assert mail.letters == []


def test_a_tried_letter_carries_the_same_link_again(mail: Mailbox, admin: Reviewer) -> None:
    ada = invitations.invite(Newcomer("ada@example.com"), by=admin).reviewer
    token = token_of(ada)
    mail.answers["RCPT"] = "451 later"
    send_due()
    mail.answers.clear()

    send_due()
    assert link_in(mail.letters[0]) == f"/invited/{token}/"


def test_who_was_invited_and_asks_for_a_password_gets_the_invitation_again(mail: Mailbox, ada: Reviewer) -> None:
    Letter.objects.create(kind=Letter.Kind.RESET, to=ada.email, useful_until=timezone.now() + timedelta(hours=1))

    send_due()
    assert link_in(mail.letters[0]) == f"/invited/{token_of(ada)}/"
