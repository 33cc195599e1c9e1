"""My work and the preferences in a browser."""

import pytest
from playwright.sync_api import expect

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Priority
from reviewers.models import Pool, Reviewer
from tests.browser import Desk
from tests.factories import make_escalation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_my_work_follows_what_happens(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    page = desk.open(ada, "/desk/mine/")
    expect(page.get_by_text("Nothing is claimed by you.")).to_be_visible()
    escalation = make_escalation("May I refund order 4417 twice?", pool=pool, priority=Priority.HIGH)

    expect(page.locator("#mine-assigned")).to_contain_text("May I refund order 4417 twice?")
    lifecycle.claim(escalation, by=ada)
    expect(page.locator("#mine-claimed")).to_contain_text("May I refund order 4417 twice?")
    lifecycle.ask(escalation, by=ada, message="Which?")
    expect(page.locator("#mine-asked")).to_contain_text("the clock stands still")
    lifecycle.snooze(escalation, by=ada, until=None)
    page.locator("#mine-snoozed").get_by_role("button", name="Wake now").click()
    expect(page.locator("#mine-asked")).to_contain_text(escalation.reference)
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    expect(page.locator("#mine-done")).to_contain_text("May I refund order 4417 twice?")


def test_single_keys_can_be_turned_off_and_colours_chosen(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool)
    page = desk.open(ada, "/desk/preferences/")
    page.get_by_role("radio", name="Dark").check()
    page.get_by_label("Single letters act as keys").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    page.goto(f"/desk/e/{escalation.reference}/")
    expect(page.locator("#alike .found a")).to_have_count(0)
    page.keyboard.press("c")
    page.wait_for_timeout(300)
    escalation.refresh_from_db()
    assert escalation.claimed_at is None
