"""`manage.py invite` and `manage.py send_test_email`."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from reviewers import invitations
from reviewers.models import Invitation, Pool, Reviewer, Role
from tests.factories import make_reviewer
from tests.live import free_port
from tests.reviewers.mailbox import Mailbox, link_in, send_due, use

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_without_email_the_link_is_shown_once(pool: Pool) -> None:
    said = run("invite", "Ada@Example.com", "--name", "Ada", "--role", "lead", "--pool", "Legal", "--tag", "greek")

    token = said.split("/invited/")[1].split("/")[0]
    ada = invitations.find(token).reviewer
    assert (ada.email, ada.name, ada.role, ada.tags) == ("ada@example.com", "Ada", Role.LEAD, ["greek"])
    assert [seat.pool for seat in ada.seats.all()] == [pool]
    assert "EMAIL_URL is not set" in said


def test_with_email_the_link_is_sent_and_not_shown(mail: Mailbox) -> None:
    said = run("invite", "ada@example.com")

    send_due()
    assert "/invited/" not in said
    assert link_in(mail.letters[0]).startswith("/invited/")


def test_again_replaces_the_link(mail: Mailbox) -> None:
    run("invite", "ada@example.com")
    before = Invitation.objects.get().token_hash

    assert "/invited/" in run("invite", "ada@example.com", "--again", "--show-link")
    assert Invitation.objects.get().token_hash != before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "Enter a valid email address"),
        (["ada@example.com"], "already exists"),
        (["ada@example.com", "--again"], "is here already"),
        (["ben@example.com", "--again"], "Nobody with the email ben@example.com was invited."),
        (["ben@example.com", "--pool", "Nowhere"], "There is no pool named Nowhere. There are:"),
    ],
)
def test_what_cannot_be_is_said(arguments: list[str], words: str) -> None:
    make_reviewer("Ada")

    with pytest.raises(CommandError, match=words):
        run("invite", *arguments)
    assert Reviewer.objects.count() == 1


def test_a_test_email_is_sent_now(mail: Mailbox) -> None:
    said = run("send_test_email", "ops@example.com")

    assert "Sent to ops@example.com" in said
    assert [sent["To"] for sent in mail.letters] == ["ops@example.com"]


def test_a_test_email_says_what_is_missing() -> None:
    with pytest.raises(CommandError, match="EMAIL_URL is not set"):
        run("send_test_email", "ops@example.com")


def test_a_test_email_says_what_went_wrong(settings: Settings) -> None:
    use(settings, free_port())

    with pytest.raises(CommandError, match="Connection refused"):
        run("send_test_email", "ops@example.com")
    with pytest.raises(CommandError, match="is not an email address"):
        run("send_test_email", "ops")
