"""A day at the desk without a mouse."""

import pytest
from playwright.sync_api import Locator, Page, expect

from escalations.models import AnswerTemplate, Escalation, Status
from reviewers.models import Pool, Reviewer
from tests.browser import Desk, live
from tests.factories import make_escalation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Anything that a pointer would cause is noted; what a key does to a button counts as a click without a pointer.
WATCH = """
window.pointed = JSON.parse(sessionStorage.getItem("pointed") ?? "[]");
for (const kind of ["mousedown", "pointerdown", "touchstart"]) {
    addEventListener(kind, (event) => {
        window.pointed.push(event.type);
        sessionStorage.setItem("pointed", JSON.stringify(window.pointed));
    }, true);
}
"""
PRESSES_AT_MOST = 6
TABS_AT_MOST = 120


class Keyboard:
    """Counts what is pressed; typing words is not counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def tab_to(self, goal: Locator) -> None:
        """As often as it takes."""
        for _ in range(TABS_AT_MOST):
            self.page.keyboard.press("Tab")
            if goal.evaluate("(goal) => goal === document.activeElement"):
                return
        raise AssertionError(f"{goal} is not reached by Tab")


def test_from_signing_in_to_a_correction_without_a_mouse(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    ada.set_password("a long enough one")
    ada.save(update_fields=["password"])
    AnswerTemplate.objects.create(name="Fine", text="Yes, refund it.")
    escalations = [make_escalation(f"May I refund order {n}?", pool=pool, context={"order": n}) for n in range(5)]
    page = desk.open(None, "/login/", script=WATCH)
    keys = Keyboard(page)
    page.keyboard.type(ada.email)
    page.keyboard.press("Tab")
    page.keyboard.type("a long enough one")
    page.keyboard.press("Enter")
    page.wait_for_url("/")
    live(page)

    # Take next, read, answer with a template, and the next one: a simple case each.
    keys.press("n")
    expect(page.get_by_role("heading", name="What the agent knows")).to_be_visible()
    for number in range(2):
        expect(page.locator(".lead .issue")).to_contain_text(f"order {number}?")
        before = keys.presses
        keys.press("t", "1")
        expect(page.get_by_label("Answer to the agent")).to_have_value("Yes, refund it.")
        keys.press("Control+Shift+Enter")
        expect(page.locator(".lead .issue")).to_contain_text(f"order {number + 1}?")
        assert keys.presses - before <= PRESSES_AT_MOST

    # Back to the queue, and one answer to all that is left.
    keys.press("g", "q")
    live(page)
    keys.press("*")
    keys.tab_to(page.get_by_role("button", name="Resolve…"))
    keys.press("Enter")
    keys.tab_to(page.get_by_label("The one answer to all of them"))
    page.keyboard.type("No.")
    keys.tab_to(page.get_by_role("button", name="Answer 3 escalations"))
    keys.press("Enter")
    expect(page.get_by_text("3 answered.")).to_be_visible()

    # The first answer was wrong.
    keys.press("g", "m")
    keys.tab_to(page.locator(f"a[href^='/desk/e/{escalations[0].reference}/']"))
    keys.press("Enter")
    keys.tab_to(page.locator("details.correction > summary"))
    keys.press("Enter")
    notes = page.locator("#id_notes")
    keys.tab_to(notes)
    keys.press("Control+a")
    page.keyboard.type("No, it was refunded in May.")
    keys.press("Control+Enter")
    page.wait_for_url("/")

    assert page.evaluate("window.pointed") == []
    answers = Escalation.objects.order_by("number").values_list("resolution_notes", "status")
    told = ["No, it was refunded in May.", "Yes, refund it.", "No.", "No.", "No."]
    assert list(answers) == [(text, Status.RESOLVED) for text in told]
