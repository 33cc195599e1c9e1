"""Coming in and new passwords, page by page."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as configured
from django.contrib.auth import authenticate
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from reviewers import invitations, people, tokens
from reviewers.models import Letter, Reviewer
from reviewers.people import Newcomer
from tests.reviewers.conftest import PASSWORD
from tests.reviewers.mailbox import Mailbox, link_in, send_due, text_of, use

pytestmark = pytest.mark.django_db

OTHER = "quite another phrase"
START = "/"


def invited_path(**facts: Any) -> str:
    invitation = invitations.invite(Newcomer("new@example.com", **facts), by=None)
    return str(tokens.link(invitation)).removeprefix(configured.PUBLIC_URL)


def come_in(client: Client, path: str, password: str = PASSWORD, **given: str) -> Any:
    return client.post(path, {"name": "Nora", "new_password1": password, "new_password2": password} | given)


def ask(client: Client, email: str, **extra: Any) -> Any:
    return client.post("/password/forgotten/", {"email": email}, **extra)


def is_signed_in(client: Client) -> bool:
    return client.get("/password_change/").status_code == 200


def follow(client: Client, path: str) -> str:
    """Open the link of a letter; the page it leads to does not have the token in its address."""
    return str(client.get(path).headers["Location"])


def set_password(client: Client, path: str, password: str) -> Any:
    return client.post(path, {"new_password1": password, "new_password2": password})


def test_who_is_invited_comes_in_by_the_letter_and_lands_on_the_queue(client: Client, mail: Mailbox) -> None:
    invitations.invite(Newcomer("new@example.com"), by=None)
    send_due()
    path = link_in(mail.letters[0])

    assert client.get(path).status_code == 200
    response = come_in(client, path)
    assert (response.status_code, response.headers["Location"]) == (302, START)
    assert is_signed_in(client)


def test_opening_the_link_uses_nothing_up(client: Client) -> None:
    path = invited_path()
    for _ in range(3):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200

    assert come_in(Client(), path).status_code == 302


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123", "new@example.com", ""])
def test_a_weak_password_is_refused_with_a_reason(client: Client, password: str) -> None:
    path = invited_path()

    response = come_in(client, path, password)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert invitations.find(path.split("/")[2]).reviewer.email == "new@example.com"


def test_a_used_link_says_so(client: Client) -> None:
    path = invited_path()
    come_in(Client(), path)

    response = client.get(path)
    assert (response.status_code, "This invitation was used" in response.content.decode()) == (410, True)
    assert come_in(client, path, OTHER).status_code == 410
    assert authenticate(username="new@example.com", password=OTHER) is None


@pytest.mark.parametrize("token", ["x", "%00", "%E2%80%AE", "a" * 3000, "..%2f"])
def test_a_made_up_link_is_answered_calmly(client: Client, token: str) -> None:
    assert client.get(f"/invited/{token}/").status_code in {404, 410}


def test_coming_in_signs_out_who_was_signed_in_here(client: Client, ada: Reviewer) -> None:
    client.force_login(ada)
    path = invited_path()
    assert "You are signed in as Ada" in client.get(path).content.decode()

    come_in(client, path)
    assert client.get("/password_change/").context["user"].email == "new@example.com"


def test_coming_in_is_a_session_of_its_own(client: Client) -> None:
    path = invited_path()
    client.cookies[configured.SESSION_COOKIE_NAME] = "planted-by-a-stranger"

    come_in(client, path)
    assert client.cookies[configured.SESSION_COOKIE_NAME].value != "planted-by-a-stranger"


def test_a_new_password_is_set_by_the_letter_and_ends_all_sessions(
    client: Client, mail: Mailbox, ada: Reviewer
) -> None:
    elsewhere = Client()
    elsewhere.force_login(ada)
    ask(client, "Ada@Example.com")
    send_due()

    form = follow(client, link_in(mail.letters[0]))
    assert set_password(client, form, OTHER).status_code == 302
    assert (is_signed_in(elsewhere), is_signed_in(client)) == (False, False)
    assert authenticate(username=ada.email, password=OTHER) == ada
    send_due()
    assert "your password was changed" in text_of(mail.letters[1])


def test_a_link_to_a_new_password_works_once(client: Client, mail: Mailbox, ada: Reviewer) -> None:
    ask(client, ada.email)
    send_due()
    path = link_in(mail.letters[0])
    set_password(client, follow(client, path), OTHER)

    assert "does not work any more" in Client().get(path).content.decode()


def test_a_link_to_a_new_password_works_for_an_hour(client: Client, mail: Mailbox, ada: Reviewer) -> None:
    ask(client, ada.email)
    send_due()

    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert "does not work any more" in client.get(link_in(mail.letters[0])).content.decode()


def test_a_stranger_learns_nothing_from_asking(client: Client, mail: Mailbox, ada: Reviewer) -> None:
    def asked(email: str) -> tuple[Any, ...]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = ask(client, email)
        statements = [re.sub(r"'[^']*'", "?", query["sql"]) for query in queries]
        return response.status_code, response.headers["Location"], statements

    assert asked(ada.email) == asked("nobody@example.com")


def test_who_is_not_known_gets_no_letter_and_leaves_no_trace(client: Client, mail: Mailbox) -> None:
    ask(client, "nobody@example.com")

    send_due()
    assert (mail.letters, Letter.objects.count()) == ([], 0)


def test_who_left_gets_no_letter(client: Client, mail: Mailbox, ada: Reviewer) -> None:
    people.deactivate(ada)
    ask(client, ada.email)

    send_due()
    assert mail.letters == []


def test_a_mail_server_that_is_away_makes_no_page_wait(client: Client, settings: Settings, ada: Reviewer) -> None:
    use(settings, 9)

    assert ask(client, ada.email).status_code == 302
    assert Letter.objects.count() == 1


def test_without_email_the_page_says_what_to_do(client: Client, ada: Reviewer) -> None:
    page = client.get("/password/forgotten/").content.decode()

    assert "This desk sends no email." in page
    assert "<form method" not in page.split("<main")[1]
    assert ask(client, ada.email).status_code == 302
    assert not Letter.objects.exists()


def test_links_are_limited_for_an_address(client: Client, mail: Mailbox) -> None:
    answers = [ask(client, "ada@example.com", REMOTE_ADDR=f"198.51.100.{n}").status_code for n in range(4)]

    assert answers == [302, 302, 302, 429]
    assert ask(client, "ben@example.com").status_code == 302


def test_links_are_limited_for_a_place(client: Client, mail: Mailbox) -> None:
    answers = [ask(client, f"ada{n}@example.com").status_code for n in range(21)]

    assert answers[19:] == [302, 429]
    assert ask(client, "ben@example.com", REMOTE_ADDR="198.51.100.7").status_code == 302


def test_a_changed_password_signs_out_everywhere_else(client: Client, mail: Mailbox, ada: Reviewer) -> None:
    elsewhere = Client()
    for each in (client, elsewhere):
        each.login(username=ada.email, password=PASSWORD)
    before = client.cookies[configured.SESSION_COOKIE_NAME].value

    given = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}
    assert client.post("/password_change/", given).headers["Location"] == START
    assert "You are signed out everywhere else." in client.get("/reviewers/reviewer/").content.decode()
    assert (is_signed_in(client), is_signed_in(elsewhere)) == (True, False)
    assert client.cookies[configured.SESSION_COOKIE_NAME].value != before
    send_due()
    assert mail.letters[0]["Subject"] == "Your password for the escalation desk was changed"


@pytest.mark.parametrize("path", ["/login/", "/password/forgotten/", "/invited/x/", "/password/new/x/y/"])
def test_pages_around_the_account_are_not_kept_and_have_no_inline_style(client: Client, path: str) -> None:
    response = client.get(path)

    assert "no-store" in response.headers.get("Cache-Control", "") or response.status_code == 410
    assert " style=" not in response.content.decode()
    assert "<script>" not in response.content.decode()
