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
    first, *_ = (make_escalation(f"May I refund order {n}?", pool=pool, context={"order": n}) for n in range(5))
    keys = Keyboard(desk.open(None, "/login/", script=WATCH))
    sign_in(keys, ada)
    answer_two_with_a_template(keys)
    answer_the_rest_at_once(keys)
    correct(keys, first)

    assert keys.page.evaluate("window.pointed") == []
    answers = Escalation.objects.order_by("number").values_list("resolution_notes", "status")
    told = ["No, it was refunded in May.", "Yes, refund it.", "No.", "No.", "No."]
    assert list(answers) == [(text, Status.RESOLVED) for text in told]


def sign_in(keys: Keyboard, person: Reviewer) -> None:
    keys.page.keyboard.type(person.email)
    keys.page.keyboard.press("Tab")
    keys.page.keyboard.type("a long enough one")
    keys.page.keyboard.press("Enter")
    keys.page.wait_for_url("/")
    live(keys.page)


def answer_two_with_a_template(keys: Keyboard) -> None:
    page = keys.page
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


def answer_the_rest_at_once(keys: Keyboard) -> None:
    page = keys.page
    keys.press("g", "q")
    page.wait_for_url("/")
    live(page)
    keys.press("*")
    keys.tab_to(page.get_by_role("button", name="Resolve…"))
    keys.press("Enter")
    keys.tab_to(page.get_by_label("The one answer to all of them"))
    page.keyboard.type("No.")
    keys.tab_to(page.get_by_role("button", name="Answer 3 escalations"))
    keys.press("Enter")
    expect(page.get_by_text("3 answered.")).to_be_visible()


def correct(keys: Keyboard, escalation: Escalation) -> None:
    page = keys.page
    keys.press("g", "m")
    keys.tab_to(page.locator(f"a[href^='/desk/e/{escalation.reference}/']"))
    keys.press("Enter")
    keys.tab_to(page.locator("details.correction > summary"))
    keys.press("Enter")
    keys.tab_to(page.locator("#id_notes"))
    keys.press("Control+a")
    page.keyboard.type("No, it was refunded in May.")
    keys.press("Control+Enter")
    page.wait_for_url("/")
