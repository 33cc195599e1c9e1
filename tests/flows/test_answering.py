"""Answering in a browser: drafts outlive everything, changes show as they are typed, templates come by key."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from escalations import drafts, lifecycle
from escalations.answers import Answer
from escalations.models import AnswerTemplate, Escalation, Status
from reviewers.models import Pool, Reviewer
from tests.browser import Desk
from tests.factories import make_escalation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ACTION = {"name": "db.delete_user", "arguments": {"id": 9412, "reason": "gdpr request", "ids": [1, 2], "hard": True}}
SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {"type": "number", "maximum": 500},
        "reasons": {"type": "array", "items": {"enum": ["late", "broken"]}, "minItems": 1},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
    },
    "required": ["amount", "reasons"],
}


def opened(desk: Desk, person: Reviewer, escalation: Escalation) -> Page:
    return desk.open(person, f"/desk/e/{escalation.reference}/")


def typed(escalation: Escalation, person: Reviewer) -> object:
    draft = drafts.of(escalation, by=person)
    return draft and draft.content["typed"]


def test_a_draft_is_saved_while_it_is_typed_and_stands_in_another_browser(
    desk: Desk, pool: Pool, ada: Reviewer
) -> None:
    escalation = make_escalation(pool=pool, action=ACTION)
    page = opened(desk, ada, escalation)
    page.locator("#id_decision-edit").check()
    page.locator("[name='edit/id']").fill("9421")
    page.locator("#id_notes").fill("Half an hour of work")
    expect(page.locator(".draft-state")).to_contain_text("Draft saved")

    other = opened(desk, ada, escalation)
    expect(other.locator("#id_notes")).to_have_value("Half an hour of work")
    expect(other.locator("#id_decision-edit")).to_be_checked()
    expect(other.locator("[name='edit/id']")).to_have_value("9421")


def test_what_is_typed_while_the_server_is_away_arrives_later(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool)
    page = opened(desk, ada, escalation)
    page.context.set_offline(True)
    page.locator("#id_notes").press_sequentially("Half an hour of work")
    expect(page.locator(".draft-state")).to_have_text("Kept in this browser; the server cannot be reached.")
    page.context.set_offline(False)

    expect(page.locator(".draft-state")).to_contain_text("Draft saved")
    assert typed(escalation, ada) == {"notes": ["Half an hour of work"]}


def test_what_the_browser_kept_comes_back_with_the_page(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool)
    page = opened(desk, ada, escalation)
    page.context.route("**/draft/", lambda route: route.abort())
    page.locator("#id_notes").press_sequentially("Half an hour of work")
    expect(page.locator(".draft-state")).to_have_text("Kept in this browser; the server cannot be reached.")
    page.context.unroute("**/draft/")
    page.reload()

    expect(page.locator("#id_notes")).to_have_value("Half an hour of work")
    expect(page.locator(".draft-state")).to_contain_text("Draft saved")


def test_who_was_signed_out_keeps_the_draft_and_signs_in_beside_it(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    ada.set_password("a long enough one")
    ada.save(update_fields=["password"])
    escalation = make_escalation(pool=pool)
    page = opened(desk, ada, escalation)
    Session.objects.all().delete()
    page.locator("#id_notes").press_sequentially("Half an hour of work")
    expect(page.locator(".draft-state")).to_have_text("Signed out: your draft is kept in this browser.")

    with page.expect_popup() as tab:
        page.locator(".draft-sign-in").click()
    tab.value.get_by_label("Email").fill(ada.email)
    tab.value.get_by_label("Password").fill("a long enough one")
    tab.value.get_by_role("button", name="Sign in").click()
    expect(tab.value.get_by_role("heading", name="Your answer")).to_be_visible()
    tab.value.close()
    page.evaluate("() => { dispatchEvent(new Event('focus')); }")
    expect(page.locator(".draft-state")).to_contain_text("Draft saved")
    assert typed(escalation, ada) == {"notes": ["Half an hour of work"]}


def test_a_later_draft_from_elsewhere_is_not_overwritten_unasked(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool)
    page = opened(desk, ada, escalation)
    page.context.route("**/draft/", lambda route: route.abort())
    page.locator("#id_notes").press_sequentially("Here")
    expect(page.locator(".draft-state")).to_have_text("Kept in this browser; the server cannot be reached.")
    drafts.save(escalation, by=ada, content={"for": "answer", "typed": {"notes": ["There"]}})
    page.context.unroute("**/draft/")
    page.reload()

    expect(page.locator("#id_notes")).to_have_value("There")
    page.get_by_role("button", name="Use what this browser kept").click()
    expect(page.locator("#id_notes")).to_have_value("Here")


def test_what_was_typed_stays_readable_when_somebody_else_answered(
    desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer
) -> None:
    escalation = make_escalation(pool=pool)
    page = opened(desk, ada, escalation)
    page.locator("#id_notes").press_sequentially("Half an hour of work")
    expect(page.locator(".draft-state")).to_contain_text("Draft saved")
    lifecycle.claim(escalation, by=ben) if escalation.assigned_to_id is None else lifecycle.resolve(
        lifecycle.claim(escalation, by=ben), by=ben, answer=Answer("Done.")
    )
    page.reload()

    expect(page.get_by_label("Your words")).to_have_value("Half an hour of work")


def test_a_sent_answer_leaves_no_draft(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool)
    page = opened(desk, ada, escalation)
    page.locator("#id_notes").press_sequentially("Yes.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(f"{escalation.reference} is answered.").first).to_be_visible()
    page.goto(f"/desk/e/{escalation.reference}/")

    expect(page.get_by_text("What you typed", exact=True)).to_have_count(0)
    assert drafts.of(escalation, by=ada) is None
    assert page.evaluate("() => Object.keys(localStorage).filter((key) => key.startsWith('answer:')).length") == 0


def test_a_change_shows_as_it_is_typed_and_can_be_reset(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool, action=ACTION)
    page = opened(desk, ada, escalation)
    expect(page.locator("[name='edit/id']")).to_be_hidden()
    page.locator("#id_decision-edit").check()
    page.locator("[name='edit/id']").fill("9421")
    page.locator("[name='edit/ids']").fill("[1, 3]")
    page.locator("[name='edit/hard']").nth(1).check()

    changed = page.locator(".argument.changed .change")
    expect(changed).to_have_text(
        ["was 9412 now 9421", "was [1,2] now [1,3]", "was true now false"], use_inner_text=True
    )
    page.get_by_role("button", name="Reset to what the agent proposed").click()
    expect(changed).to_have_count(0)
    expect(page.locator("[name='edit/hard']").first).to_be_checked()


def test_what_cannot_be_sent_is_said_before_it_is_sent(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool, action=ACTION)
    page = opened(desk, ada, escalation)
    page.locator("#id_decision-edit").check()
    page.locator("[name='edit/ids']").fill("[1, 3")
    page.keyboard.press("Control+Enter")

    said = page.locator("[name='edit/ids']").evaluate("(field) => field.validationMessage")
    assert (said, Escalation.objects.get().status) == ("This is not JSON.", Status.ASSIGNED)


def test_a_form_is_filled_in_with_rows_and_boxes(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool, response_schema=SCHEMA)
    page = opened(desk, ada, escalation)
    page.get_by_label("Amount").fill("20.5")
    page.get_by_label("late").check()
    page.locator("[name='answer/tags/0']").fill("a")
    page.get_by_role("button", name="Add another").click()
    page.get_by_role("button", name="Add another").click()
    expect(page.get_by_role("button", name="Add another")).to_be_disabled()
    page.locator("[name='answer/tags/2']").fill("c")
    page.get_by_role("button", name="Remove").nth(1).click()
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text(f"{escalation.reference} is answered.").first).to_be_visible()
    assert Escalation.objects.get().answer == {"amount": 20.5, "reasons": ["late"], "tags": ["a", "c"]}


def test_a_rejection_asks_for_no_form(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool, response_schema=SCHEMA, action=ACTION)
    page = opened(desk, ada, escalation)
    page.locator("#id_decision-approve").check()
    page.keyboard.press("Control+Enter")
    assert page.get_by_label("Amount").evaluate("(field) => field.validity.valueMissing")
    page.locator("#id_decision-reject").check()
    expect(page.get_by_label("Amount")).to_be_hidden()
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text(f"{escalation.reference} is answered.").first).to_be_visible()


@pytest.mark.parametrize(("keys", "text"), [(["2"], "Two."), (["o", "n", "e", "Enter"], "One, Ada Lovelace.")])
def test_a_template_is_inserted_by_keys(desk: Desk, pool: Pool, ada: Reviewer, keys: list[str], text: str) -> None:
    AnswerTemplate.objects.create(name="First one", text="One, {{me}}.", position=1)
    AnswerTemplate.objects.create(name="Second", text="Two.", position=2)
    page = opened(desk, ada, make_escalation(pool=pool))
    page.keyboard.press("t")
    for key in keys:
        page.keyboard.press(key)

    expect(page.locator("#id_notes")).to_have_value(text)
    expect(page.locator(".draft-state")).to_contain_text("Draft saved")


def test_without_javascript_a_form_with_an_action_is_answered(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool, action=ACTION)
    page = desk.open(ada, f"/desk/e/{escalation.reference}/", java_script_enabled=False)
    page.locator("[name='edit/id']").fill("9421")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".argument.changed")).to_contain_text("was 9412 now 9421")
    page.locator("#id_decision-edit").check()
    page.get_by_role("button", name="Answer and resolve").click()

    expect(page.get_by_text(f"{escalation.reference} is answered.")).to_be_visible()
    edited = Escalation.objects.get().edited_action
    assert edited is not None
    assert edited["arguments"]["id"] == 9421


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 320)])
def test_the_form_is_usable_by_everybody(desk: Desk, pool: Pool, ada: Reviewer, scheme: str, width: int) -> None:
    AnswerTemplate.objects.create(name="First", text="One.")
    escalation = make_escalation(pool=pool, response_schema=SCHEMA, action=ACTION)
    size = {"width": width, "height": 900}
    page = desk.open(ada, f"/desk/e/{escalation.reference}/", viewport=size, color_scheme=scheme)
    page.locator("#id_decision-edit").check()
    page.locator("[name='edit/id']").fill("1")
    assert desk.violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.locator("#templates-open").click()
    assert desk.violations(page) == []
