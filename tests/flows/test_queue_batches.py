"""Selecting, batches, snoozing and undoing at the live queue, by keys and by mouse."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from escalations import lifecycle
from escalations.models import Escalation, SavedView
from reviewers.models import Pool, Reviewer
from tests.browser import Desk, group, live, row
from tests.factories import make_escalation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Notifications as a browser gives them, kept where a test can read them.
NOTIFIED = """
window.notified = [];
window.Notification = class { constructor(title, options) { window.notified.push(`${title}|${options.body}`); } };
Notification.permission = "default";
Notification.requestPermission = async () => (Notification.permission = "granted");
"""
HIDDEN = "Object.defineProperty(document, 'hidden', { get: () => window.isHidden ?? false });"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


@pytest.fixture
def four(pool: Pool, ada: Reviewer) -> list[Escalation]:
    """Assigned to Ada."""
    return [make_escalation(f"May I refund order {number}?", pool=pool) for number in range(4)]


def claimed(escalations: list[Escalation]) -> list[bool]:
    ids = [each.pk for each in escalations]
    return [each.claimed_at is not None for each in Escalation.objects.filter(pk__in=ids).order_by("number")]


def test_a_selection_made_by_keys_is_claimed_and_undone(desk: Desk, ada: Reviewer, four: list[Escalation]) -> None:
    page = live(desk.open(ada))
    press(page, "j", "x", "Shift+J", "Shift+J")
    bar = page.get_by_role("form", name="Selection")
    expect(bar).to_contain_text("3 selected")

    bar.get_by_role("button", name="Claim").click()
    expect(page.get_by_text("3 claimed.")).to_be_visible()
    expect(row(page, four[2])).to_contain_text("Claimed by you")
    expect(bar).to_be_hidden()
    assert claimed(four) == [True, True, True, False]

    page.keyboard.press("z")
    expect(page.get_by_text("All 3 are as they were.")).to_be_visible()
    assert claimed(four) == [False] * 4


def test_a_range_is_selected_by_mouse(desk: Desk, ada: Reviewer, four: list[Escalation]) -> None:
    page = live(desk.open(ada))
    page.get_by_label(f"Select {four[0].reference}").click()
    page.get_by_label(f"Select {four[3].reference}").click(modifiers=["Shift"])

    expect(page.get_by_role("form", name="Selection")).to_contain_text("4 selected")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_role("form", name="Selection")).to_be_hidden()


def test_all_shown_are_selected_by_one_key(desk: Desk, ada: Reviewer, four: list[Escalation]) -> None:
    page = live(desk.open(ada))
    press(page, "*")
    expect(page.get_by_role("form", name="Selection")).to_contain_text("4 selected")
    press(page, "*")
    expect(page.get_by_role("form", name="Selection")).to_be_hidden()


def test_all_that_match_are_answered_after_a_look_at_them(desk: Desk, ada: Reviewer, four: list[Escalation]) -> None:
    page = live(desk.open(ada, "/?q=refund"))
    press(page, "j", "x")
    page.get_by_label("all 4 that match").check()
    page.get_by_role("button", name="Resolve…").click()
    expect(page.get_by_role("heading", name="Answer 4 escalations")).to_be_visible()

    page.get_by_label("The one answer to all of them").fill("Refund once.")
    page.get_by_role("button", name="Answer 4 escalations").click()
    expect(page.get_by_text("4 answered.")).to_be_visible()
    assert set(Escalation.objects.values_list("resolution_notes", flat=True)) == {"Refund once."}


def test_nothing_moves_while_rows_are_selected(desk: Desk, pool: Pool, ada: Reviewer, four: list[Escalation]) -> None:
    page = live(desk.open(ada))
    page.get_by_label(f"Select {four[0].reference}").check()
    page.mouse.move(5, 5)
    page.evaluate("document.activeElement.blur()")
    make_escalation(pool=pool, priority="urgent")

    expect(page.locator("#new")).to_have_text("1 urgent")
    expect(group(page, "mine")).to_have_count(4)


def test_the_row_in_focus_is_snoozed_by_key_and_the_next_one_has_the_focus(
    desk: Desk, ada: Reviewer, four: list[Escalation]
) -> None:
    page = live(desk.open(ada, timezone_id="Asia/Tokyo"))
    press(page, "j", "s")
    menu = page.get_by_role("dialog", name=f"Snooze {four[0].reference}")
    menu.get_by_role("button", name="Tomorrow morning").click()

    expect(page.get_by_text("1 snoozed.")).to_be_visible()
    expect(row(page, four[0])).to_have_count(0)
    expect(row(page, four[1]).get_by_role("link")).to_be_focused()
    expect(page.locator("[data-count=snoozed]")).to_have_text("1")
    four[0].refresh_from_db()
    assert four[0].snoozed_until is not None
    assert f"{four[0].snoozed_until + timedelta(hours=9):%H:%M}" == "09:00"

    press(page, "z")
    expect(row(page, four[0])).to_be_visible()


def test_a_snoozed_one_is_woken_from_its_view(desk: Desk, ada: Reviewer, four: list[Escalation]) -> None:
    lifecycle.snooze(four[0], by=ada, until=None)
    page = live(desk.open(ada, "/?view=snoozed"))
    page.get_by_role("button", name=f"Wake {four[0].reference}").click()

    expect(page.get_by_text(f"{four[0].reference} is back in your list.")).to_be_visible()
    expect(row(page, four[0])).to_have_count(0)
    four[0].refresh_from_db()
    assert four[0].snoozed_at is None


def test_a_snoozed_one_comes_back_by_itself(desk: Desk, ada: Reviewer, four: list[Escalation]) -> None:
    lifecycle.snooze(four[0], by=ada, until=timezone.now() + timedelta(seconds=6))
    page = live(desk.open(ada, script="const now = Date.now; Date.now = () => now() - 600_000;"))
    expect(row(page, four[1])).to_be_visible()
    expect(row(page, four[0])).to_have_count(0)

    expect(row(page, four[0])).to_be_visible(timeout=12_000)
    expect(page.locator("[data-count=snoozed]")).to_have_text("0")


def test_the_agents_reply_brings_it_back(desk: Desk, ada: Reviewer, four: list[Escalation]) -> None:
    lifecycle.ask(four[0], by=ada, message="Which order?")
    page = live(desk.open(ada))
    expect(page.locator("[data-count=on-agent]")).to_have_text("1")

    lifecycle.reply(four[0], by=four[0].agent, message="4417.")
    expect(row(page, four[0])).to_contain_text("agent replied")
    expect(page.locator("[data-count=on-agent]")).to_have_text("0")


def test_one_key_takes_the_next_one_and_only_one(desk: Desk, ada: Reviewer, four: list[Escalation]) -> None:
    page = live(desk.open(ada))
    page.keyboard.down("n")
    page.keyboard.down("n")
    page.keyboard.press("n")

    expect(page).to_have_url(re.compile(f"/desk/e/{four[0].reference}/$"))
    assert claimed(four) == [True, False, False, False]


def test_single_keys_can_be_off(desk: Desk, ada: Reviewer, four: list[Escalation]) -> None:
    Reviewer.objects.filter(pk=ada.pk).update(has_single_keys=False)
    page = live(desk.open(ada))
    press(page, "j", "c", "?", "x")

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert claimed(four) == [False] * 4


def test_an_error_of_the_server_is_told_with_its_request_and_can_be_tried_again(
    desk: Desk, ada: Reviewer, four: list[Escalation]
) -> None:
    page = live(desk.open(ada))
    button = row(page, four[0]).get_by_role("button")

    def fails(route: Route) -> None:
        route.fulfill(status=500, content_type="text/html", headers={"X-Request-Id": "abc123"}, body="<h1>Sorry</h1>")

    page.route("**/claim/", fails, times=1)
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("That did not work. Nothing was changed. Request abc123.")
    expect(button).to_have_text("Claim")
    page.get_by_role("button", name="Try again").click()
    expect(row(page, four[0])).to_contain_text("Claimed by you")
    desk.complaints[:] = [each for each in desk.complaints if "status of 500" not in each]


def test_a_filter_that_only_the_server_can_judge_lets_new_ones_through(
    desk: Desk, pool: Pool, ada: Reviewer, four: list[Escalation]
) -> None:
    page = live(desk.open(ada, "/?q=parcel"))
    other, wanted = make_escalation("May I wait?", pool=pool), make_escalation("x" * 300 + " PARCEL", pool=pool)

    expect(row(page, wanted)).to_be_visible()
    expect(row(page, other)).to_have_count(0)
    expect(page).to_have_title("(6) Live queue | Escalation desk")


def test_an_alert_comes_only_while_the_page_is_hidden_and_for_the_chosen_ones(
    desk: Desk, pool: Pool, ada: Reviewer
) -> None:
    page = live(desk.open(ada, script=NOTIFIED + HIDDEN))
    page.get_by_role("button", name="Alerts").click()
    page.get_by_role("button", name="Turn on alerts").click()
    page.get_by_role("button", name="Send a test").click()
    page.get_by_role("button", name="Close").click()
    seen = make_escalation("Seen", pool=pool, priority="urgent")
    expect(row(page, seen)).to_be_visible()

    page.evaluate("window.isHidden = true")
    made = [make_escalation(f"A {priority} one", pool=pool, priority=priority) for priority in ("low", "urgent")]
    expect(row(page, made[1])).to_be_visible()
    assert page.evaluate("window.notified") == [
        "Live queue | Escalation desk|This is how an alert looks.",
        "Urgent: new escalation|A urgent one",
    ]
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("icon-new"))


def test_views_are_saved_and_used_without_javascript(desk: Desk, ada: Reviewer, four: list[Escalation]) -> None:
    page = desk.open(ada, "/?priority=medium&sort=-age", java_script_enabled=False)
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of this view").fill("Old medium ones")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/")
    page.get_by_role("link", name="Old medium ones").click()

    expect(page).to_have_url(re.compile("sort=-age&priority=medium$"))
    expect(page.get_by_text("Priority: Medium")).to_be_visible()


def test_without_javascript_a_batch_is_claimed_and_undone(desk: Desk, ada: Reviewer, four: list[Escalation]) -> None:
    page = desk.open(ada, java_script_enabled=False)
    for each in four[:2]:
        page.get_by_label(f"Select {each.reference}").check()
    page.get_by_role("form", name="Selection").get_by_role("button", name="Claim").click()
    expect(page.get_by_text("2 claimed.")).to_be_visible()
    assert claimed(four) == [True, True, False, False]

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("All 2 are as they were.")).to_be_visible()
    assert claimed(four) == [False] * 4


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_menus_and_batches_are_accessible(
    desk: Desk, pool: Pool, ada: Reviewer, four: list[Escalation], scheme: str, width: int
) -> None:
    lifecycle.snooze(four[3], by=ada, until=timezone.now() + timedelta(days=1))
    SavedView.objects.create(reviewer=ada, name="Old ones", query="sort=-age")
    page = live(desk.open(ada, color_scheme=scheme, viewport={"width": width, "height": 800}))
    press(page, "j", "x", "s")
    expect(page.get_by_role("dialog")).to_be_visible()
    found = desk.violations(page)
    press(page, "Escape", "?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    found += desk.violations(page)
    press(page, "Escape")
    page.get_by_text("Save this view").click()
    found += desk.violations(page)
    page.get_by_text("Save this view").click()
    page.get_by_role("button", name="Resolve…").click()
    expect(page.get_by_role("heading", name="Answer 1 escalation")).to_be_visible()
    found += desk.violations(page)
    for path in ("/?view=snoozed", "/?q=nothing&tag=x", f"/desk/e/{four[0].reference}/snooze/"):
        page.goto(path)
        found += desk.violations(page)
    assert found == []


@pytest.mark.parametrize("path", ["/?q=refund&priority=medium", "/?view=snoozed", "/desk/e/{}/snooze/"])
def test_the_queue_does_not_scroll_sideways_on_a_phone(
    desk: Desk, ada: Reviewer, four: list[Escalation], path: str
) -> None:
    page = desk.open(ada, path.format(four[0].reference), viewport={"width": 320, "height": 640})

    assert page.evaluate("document.documentElement.scrollWidth") == 320
