"""In a browser: somebody is invited, comes in by the letter, and later sets a new password by another."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from escalations import sweeps
from reviewers import invitations, tokens
from reviewers.mail import outbox
from reviewers.models import Letter, Reviewer, Role
from reviewers.people import Newcomer
from tests.browser import Desk
from tests.factories import make_reviewer
from tests.reviewers.mailbox import Mailbox, link_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST = "quite a long phrase"
SECOND = "another long phrase"


def newest_link(mail: Mailbox) -> str:
    sweeps.run_all()
    sweeps.finish_all()
    return link_in(mail.letters[-1])


def invite(page: Page, email: str) -> None:
    page.get_by_role("link", name="Invite a person").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_label("Default").check()
    page.get_by_role("button", name="Invite").click()


def choose(page: Page, password: str, button: str) -> None:
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("confirmation").fill(password)
    page.get_by_role("button", name=button).click()


def test_from_an_invitation_to_the_queue_and_a_new_password(desk: Desk, mail: Mailbox) -> None:
    people = desk.open(make_reviewer("Sam Admin", role=Role.ADMIN), "/reviewers/reviewer/")
    invite(people, "ada@example.com")
    expect(people.get_by_text("Ada Lovelace is invited. The mail leaves within seconds")).to_be_visible()
    expect(people.get_by_role("row").filter(has_text="Ada Lovelace")).to_contain_text("not yet accepted")

    page = desk.open(None, newest_link(mail))
    choose(page, FIRST, "Come in")
    expect(page.get_by_text("Welcome, Ada Lovelace.")).to_be_visible()
    expect(page.get_by_role("heading", name="Live queue")).to_be_visible()

    page = desk.open(None, "/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    page.goto(newest_link(mail))
    choose(page, SECOND, "Set the new password")
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Password").fill(SECOND)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Live queue")).to_be_visible()


def test_an_invitation_is_withdrawn_by_its_button_in_the_list(desk: Desk) -> None:
    invitations.invite(Newcomer("ada@example.com", name="Ada"), by=None)
    page = desk.open(make_reviewer("Sam Admin", role=Role.ADMIN), "/reviewers/reviewer/")

    page.get_by_role("button", name="Withdraw Ada").click()
    expect(page.get_by_text("The invitation of Ada is withdrawn")).to_be_visible()


def pages_of(person: Reviewer) -> list[str]:
    """Those that a signed-in person has."""
    pool = person.seats.get().pool
    return [
        "/reviewers/reviewer/",
        "/reviewers/reviewer/add/",
        f"/reviewers/reviewer/{person.pk}/change/",
        f"/reviewers/pool/{pool.pk}/change/",
        "/reviewers/pool/",
        "/reviewers/tag/",
        "/password_change/",
    ]


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_accounts_and_people_are_accessible(desk: Desk, mail: Mailbox, scheme: str, width: int) -> None:
    invitation = invitations.invite(Newcomer("ada@example.com", name="Ada", tags=("greek",)), by=None)
    make_reviewer("Bo", role=Role.LEAD, tags=("law", "greek"), capacity=5)
    admin = make_reviewer("Sam Admin", role=Role.LEAD)
    link = str(tokens.link(invitation)).removeprefix(desk.address)
    outside = ["/login/", "/password/forgotten/", "/password/forgotten/done/", "/password/new/done/", link]
    outbox.queue(Letter.Kind.RESET, admin.email, useful_for=timedelta(hours=1))
    outside += [newest_link(mail), "/password/new/x/y/", "/invited/x/"]
    found: list[str] = []
    for person, paths in ((None, outside), (admin, pages_of(admin))):
        page = desk.open(person, paths[0], color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in paths:
            page.goto(path)
            desk.complaints[:] = [each for each in desk.complaints if "410 (Gone)" not in each]
            found += [f"{path} {violation}" for violation in desk.violations(page)]
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert found == []
