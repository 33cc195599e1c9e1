"""The workbench in a browser: what happens elsewhere is seen, and what is typed here is never lost."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, Route, expect

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Escalation, Status
from reviewers.models import Pool, Reviewer, Role
from tests.browser import Desk
from tests.factories import make_escalation, make_reviewer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def asked(pool: Pool, ada: Reviewer) -> Escalation:
    """Claimed by Ada, who is alone in the pool until somebody joins her."""
    return lifecycle.claim(make_escalation("May I refund order 4417 twice?", pool=pool), by=ada)


def bench(desk: Desk, person: Reviewer, escalation: Escalation, **context: Any) -> Page:
    page = desk.open(person, f"/desk/e/{escalation.reference}/", **context)
    expect(page.locator("#alike .found a")).to_have_count(0)  # the scripts have run to their end
    return page


def notes(page: Page) -> Locator:
    return page.locator("#id_notes")


def test_a_reply_is_shown_in_place_while_somebody_types(desk: Desk, ada: Reviewer, asked: Escalation) -> None:
    lifecycle.ask(asked, by=ada, message="Which of the two?")
    page = bench(desk, ada, asked)
    expect(page.locator(".waiting")).to_contain_text("Waiting for the agent for a moment. The clock stands still.")
    notes(page).press_sequentially("Refund the ")

    lifecycle.reply(asked, by=asked.agent, message="The second one.")
    expect(page.locator("#thread .agent")).to_contain_text("The second one.")
    expect(page.locator(".waiting")).to_have_count(0)
    expect(page.locator("#timeline")).to_contain_text("refund-bot replied")
    expect(page.locator("#left")).to_contain_text("left")
    expect(page.locator("#changed")).to_be_hidden()
    expect(notes(page)).to_be_focused()
    notes(page).press_sequentially("second.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(f"{asked.reference} is answered.")).to_be_visible()
    asked.refresh_from_db()
    assert asked.resolution_notes == "Refund the second."


def test_the_agent_is_asked_in_a_dialog(desk: Desk, ada: Reviewer, asked: Escalation) -> None:
    page = bench(desk, ada, asked)
    notes(page).fill("A beginning")
    page.locator("summary", has_text="Ask the agent back").click()
    page.get_by_label("What do you need to know?").fill("Which of the two?")
    page.reload()
    page.locator("summary", has_text="Ask the agent back").press("Enter")
    expect(page.get_by_label("What do you need to know?")).to_be_visible()
    expect(page.get_by_label("What do you need to know?")).to_have_value("Which of the two?")
    page.get_by_role("button", name="Ask", exact=True).click()

    expect(page.locator("#thread")).to_contain_text("Which of the two?")
    expect(page.locator(".waiting")).to_be_visible()
    expect(notes(page)).to_have_value("A beginning")
    asked.refresh_from_db()
    assert asked.waiting_on == "agent"


def test_the_loser_of_a_race_sees_who_won_and_keeps_every_word(
    desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer
) -> None:
    escalation = make_escalation(pool=pool)
    page = bench(desk, ada, escalation)
    notes(page).fill("Half an hour of work")

    def ben_is_faster(route: Route) -> None:
        lifecycle.claim(escalation, by=ben)
        route.continue_()

    page.route("**/resolve/", ben_is_faster)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text(f"{escalation.reference} was claimed by Ben Okafor at ")
    expect(notes(page)).to_have_value("Half an hour of work")

    page.get_by_role("link", name="Show how it stands").first.click()
    expect(page.locator("#facts")).to_contain_text("Claimed by Ben Okafor")
    expect(page.get_by_text("Half an hour of work")).to_be_visible()


def test_a_change_that_ends_the_work_is_said_and_shown_by_a_key(
    desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer
) -> None:
    escalation = make_escalation(pool=pool)
    page = bench(desk, ada, escalation)
    notes(page).fill("Half an hour of work")
    lifecycle.resolve(escalation, by=ben, answer=Answer("No."))

    expect(page.get_by_text("Ben Okafor changed this just now.")).to_be_visible()
    expect(notes(page)).to_have_value("Half an hour of work")
    page.locator("h1").click()
    page.keyboard.press(".")
    expect(page.locator("#given")).to_contain_text("No.")
    expect(page.get_by_text("Half an hour of work")).to_be_visible(timeout=15_000)  # the browser hands it over


def test_the_keys_lead_through_the_list_and_answer_it(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    first, second, _ = (make_escalation(f"Question {place}", pool=pool) for place in range(3))
    page = bench(desk, ada, first)
    for key in "jjkk":
        page.keyboard.press(key)
        expect(page.locator("#alike .found a")).to_have_count(0)
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(second.reference))
    expect(page.get_by_text("2 of 3")).to_be_visible()

    page.keyboard.press("c")
    expect(page.locator("#facts")).to_contain_text("Claimed by you")
    page.keyboard.press("a")
    page.keyboard.type("Yes.")
    page.keyboard.press("Control+Shift+Enter")
    expect(page).to_have_url(re.compile(first.reference))
    expect(page.locator("#facts")).to_contain_text("Claimed by you")
    second.refresh_from_db()
    assert second.status == Status.RESOLVED
    page.keyboard.press("z")
    expect(page.get_by_text("Undone.")).to_be_visible()
    first.refresh_from_db()
    assert first.claimed_at is None


def test_the_end_of_the_list_is_said(desk: Desk, ada: Reviewer, asked: Escalation) -> None:
    page = bench(desk, ada, asked)
    page.keyboard.press("j")

    expect(page.get_by_text("This is the last one of the list.")).to_be_visible()


def test_a_server_error_names_its_request_and_can_be_tried_again(desk: Desk, ada: Reviewer, asked: Escalation) -> None:
    page = bench(desk, ada, asked)
    notes(page).fill("Yes.")
    page.route(
        "**/resolve/",
        lambda route: route.fulfill(status=503, headers={"x-request-id": "abc123"}, body="<h1>Gone</h1>"),
        times=1,
    )
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("alert")).to_contain_text("(request abc123)")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text(f"{asked.reference} is answered.")).to_be_visible()
    desk.complaints[:] = [each for each in desk.complaints if "503" not in each]


def test_silence_ends_with_a_way_to_try_again(desk: Desk, ada: Reviewer, asked: Escalation) -> None:
    page = bench(desk, ada, asked)
    notes(page).fill("Yes.")
    page.route("**/resolve/", lambda route: route.abort(), times=1)
    page.get_by_role("button", name="Answer and resolve").click()

    expect(page.get_by_role("alert")).to_contain_text("the server did not answer")
    expect(page.get_by_role("button", name="Answer and resolve")).to_be_enabled()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text(f"{asked.reference} is answered.")).to_be_visible()


def test_who_was_signed_out_signs_in_elsewhere_and_goes_on(desk: Desk, ada: Reviewer, asked: Escalation) -> None:
    ada.set_password("a long enough one")
    ada.save(update_fields=["password"])
    page = bench(desk, ada, asked)
    notes(page).fill("Half an hour of work")
    Session.objects.all().delete()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Signed out elsewhere. What you typed is kept.")).to_be_visible()

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    opened.value.get_by_label("Email").fill(ada.email)
    opened.value.get_by_label("Password").fill("a long enough one")
    opened.value.get_by_role("button", name="Sign in").click()
    expect(opened.value.locator("#facts")).to_contain_text("Claimed by you")
    opened.value.close()
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.get_by_text("Signed out elsewhere")).to_be_hidden()
    notes(page).press("Control+Enter")
    expect(page.get_by_text(f"{asked.reference} is answered.")).to_be_visible()


def test_a_lead_hands_over_by_key_and_the_note_is_read(desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer) -> None:
    lead = make_reviewer("Ann", pool=pool, role=Role.LEAD)
    escalation = make_escalation(pool=pool)
    page = bench(desk, lead, escalation)
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Reassign")
    dialog.get_by_role("radio", name=re.compile("Ben Okafor")).check()
    dialog.get_by_label("Note for them").fill("You know her.")
    dialog.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text(f"{escalation.reference} is with Ben Okafor now.")).to_be_visible()

    theirs = bench(desk, ben, escalation)
    expect(theirs.locator("#note")).to_contain_text("Hand-over note from Ann")
    expect(theirs.locator("#note")).to_contain_text("You know her.")


def test_an_answer_given_before_fills_the_form_and_is_not_sent(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    issue = "The customer wants the travel insurance refunded, although it is not refundable."
    lifecycle.resolve(make_escalation(issue, pool=pool), by=ada, answer=Answer("Store credit, once."))
    escalation = make_escalation(issue, pool=pool)
    page = desk.open(ada, f"/desk/e/{escalation.reference}/")
    page.get_by_role("link", name="Use this answer").click()

    expect(notes(page)).to_have_value("Store credit, once.")
    expect(notes(page)).to_be_focused()
    escalation.refresh_from_db()
    assert not escalation.is_finished


def test_everything_works_without_javascript(desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer) -> None:
    lead = make_reviewer("Ann", pool=pool, role=Role.LEAD)
    escalation = make_escalation(pool=pool)
    page = desk.open(lead, f"/desk/e/{escalation.reference}/", java_script_enabled=False)
    page.locator("summary", has_text="Reassign").click()
    page.get_by_role("radio", name=re.compile("Ben Okafor")).check()
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("#facts")).to_contain_text("Assigned to Ben Okafor")

    page = desk.open(ben, f"/desk/e/{escalation.reference}/", java_script_enabled=False)
    page.locator("summary", has_text="Ask the agent back").click()
    page.get_by_label("What do you need to know?").fill("Which of the two?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".waiting")).to_be_visible()
    page.get_by_role("link", name="Look for them").click()
    expect(page.get_by_text("Nothing that reads alike has been answered yet.")).to_be_visible()
    page.get_by_role("link", name=escalation.reference).click()
    page.locator("summary", has_text="Release").click()
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text(f"You declined {escalation.reference}.")).to_be_visible()
