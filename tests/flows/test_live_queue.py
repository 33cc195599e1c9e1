"""Two reviewers at the live queue, each with a browser of their own."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.handlers.wsgi import WSGIHandler
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django import Settings

from config import asgi
from escalations import lifecycle
from escalations.answers import Answer
from escalations.desk import sockets
from escalations.models import Escalation, Priority, Status
from reviewers.models import Pool, Reviewer, Role
from tests.browser import Desk, group, live, row
from tests.factories import make_escalation, make_pool, make_reviewer
from tests.live import free_port, serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def references(page: Page, name: str = "waiting") -> list[str]:
    return [text.split(" ")[0] for text in page.locator(f"[data-group={name}] .body .row .sub").all_inner_texts()]


def test_a_new_escalation_appears_without_a_reload(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    page = live(desk.open(ada))
    expect(page.get_by_text("Nothing has been asked yet")).to_be_visible()

    escalation = make_escalation("May I refund order 4417 twice?", pool=pool)
    expect(row(page, escalation)).to_contain_text("May I refund order 4417 twice?")
    expect(row(page, escalation)).to_contain_text("Assigned to you")
    expect(page.get_by_text("Nothing has been asked yet")).to_be_hidden()
    expect(page).to_have_title("(1) Live queue | Escalation desk")


def test_new_ones_stand_in_queue_order(desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer) -> None:
    page = live(desk.open(make_reviewer("Cleo", pool=make_pool(), role=Role.ADMIN)))
    made = {priority: make_escalation(pool=pool, priority=priority) for priority in reversed(Priority)}

    expect(group(page, "waiting")).to_have_count(4)
    assert references(page) == [made[priority].reference for priority in Priority]


def test_a_claim_by_mouse_shows_at_once_and_elsewhere(desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer) -> None:
    escalation = make_escalation(pool=pool)  # Ada's
    mine, others = live(desk.open(ben)), live(desk.open(ada))

    row(mine, escalation).get_by_role("button", name=f"Claim {escalation.reference}").click()
    expect(row(mine, escalation)).to_contain_text("Claimed by you")
    expect(mine.get_by_role("status").filter(has_text="is yours now.")).to_be_visible()
    expect(row(others, escalation)).to_contain_text("Claimed by Ben Okafor")
    expect(row(others, escalation).get_by_role("button")).to_have_count(0)
    escalation.refresh_from_db()
    assert escalation.assigned_to == ben


def test_who_loses_a_race_sees_who_won(desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer) -> None:
    escalation = make_escalation(pool=pool)
    page = live(desk.open(ben))

    def ada_is_faster(route: Route) -> None:
        lifecycle.claim(escalation, by=ada)
        route.continue_()

    page.route("**/claim/", ada_is_faster)
    row(page, escalation).get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text(f"{escalation.reference} was claimed by Ada Lovelace at ")
    expect(row(page, escalation)).to_contain_text("Claimed by Ada Lovelace")


def test_an_answer_resolves_and_greys_the_row_of_others(desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer) -> None:
    escalation = make_escalation("May I refund order 4417 twice?", pool=pool)
    page, others = live(desk.open(ada)), live(desk.open(ben))
    row(others, escalation).hover()

    row(page, escalation).get_by_role("link").click()
    page.get_by_label("Answer to the agent").fill("Refund once.")
    page.get_by_role("button", name="Answer and resolve").click()
    expect(page.get_by_text(f"{escalation.reference} is answered.")).to_be_visible()
    expect(row(page, escalation)).to_have_count(0)
    expect(row(others, escalation)).to_contain_text("resolved by Ada Lovelace")
    escalation.refresh_from_db()
    assert (escalation.status, escalation.resolution_notes) == (Status.RESOLVED, "Refund once.")


@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_moves_under_the_pointer(desk: Desk, pool: Pool, ada: Reviewer, width: int) -> None:
    watched = [make_escalation(pool=pool, priority=Priority.LOW) for _ in range(5)]
    page = live(desk.open(ada, viewport={"width": width, "height": 900}))
    row(page, watched[2]).hover()
    before = row(page, watched[2]).bounding_box()

    for _ in range(6):
        make_escalation(pool=pool, priority=Priority.URGENT)
    expect(page.locator("#new")).to_have_text("6 urgent")
    assert row(page, watched[2]).bounding_box() == before
    expect(group(page, "mine")).to_have_count(5)

    page.locator("#new").click()
    expect(group(page, "mine")).to_have_count(11)
    expect(group(page, "mine").first).to_have_attribute("data-priority", "urgent")


def test_neither_pointer_nor_focus_lose_their_row_in_two_hundred_arrivals(
    desk: Desk, pool: Pool, ada: Reviewer
) -> None:
    watched = [make_escalation(pool=pool, priority=Priority.LOW) for _ in range(5)]
    page = live(desk.open(ada))
    row(page, watched[1]).get_by_role("link").focus()
    row(page, watched[3]).hover()
    under = "[document.querySelector('.row:hover').id, document.activeElement.closest('.row').id]"
    expected = [f"e-{watched[3].number}", f"e-{watched[1].number}"]
    places = [row(page, each).bounding_box() for each in watched]

    for number in range(200):
        make_escalation(pool=pool, priority=Priority.URGENT if number % 2 else Priority.HIGH)
        if number % 20 == 0:
            assert page.evaluate(under) == expected
    expect(page.locator("#new")).to_have_text("100 urgent, 100 more", timeout=20_000)
    assert page.evaluate(under) == expected
    assert [row(page, each).bounding_box() for each in watched] == places


def test_nothing_moves_while_a_row_has_the_focus(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    watched = [make_escalation(pool=pool, priority=Priority.LOW) for _ in range(3)]
    page = live(desk.open(ada))
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = row(page, watched[1]).get_by_role("link")
    expect(focused).to_be_focused()
    before = focused.bounding_box()

    make_escalation(pool=pool, priority=Priority.HIGH)
    expect(page.locator("#new")).to_have_text("1 new")
    assert focused.bounding_box() == before

    page.keyboard.press(".")
    expect(group(page, "mine")).to_have_count(4)
    expect(focused).to_be_focused()


def test_the_keys_move_claim_and_explain(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    first, second = (make_escalation(pool=pool) for _ in range(2))
    page = live(desk.open(ada))

    for key in "jjk":
        page.keyboard.press(key)
    page.keyboard.press("c")
    expect(row(page, first)).to_contain_text("Claimed by you")
    expect(row(page, first).get_by_role("link")).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_text(f"{first.reference} is yours already.")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/desk/e/{second.reference}/$"))


@pytest.mark.parametrize("skew", ["+ 600_000", "- 600_000"])
def test_a_row_turns_red_by_the_servers_clock(desk: Desk, pool: Pool, ada: Reviewer, skew: str) -> None:
    escalation = make_escalation(pool=pool, priority=Priority.URGENT)
    Escalation.objects.filter(pk=escalation.pk).update(due_at=timezone.now() + timedelta(seconds=4))
    page = desk.open(ada, script=f"const now = Date.now; Date.now = () => now() {skew};")

    expect(row(live(page), escalation)).not_to_have_class(re.compile("overdue"), timeout=500)
    expect(row(page, escalation)).to_have_class(re.compile("overdue"), timeout=6000)
    expect(row(page, escalation)).to_contain_text("Overdue 0m 0")


def test_dropped_sockets_lose_nothing(
    desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MAX_AGE", 0.0)  # every event is the last of its socket
    page = live(desk.open(ada))

    made = [make_escalation(pool=pool) for _ in range(6)]
    for escalation in made[:3]:
        lifecycle.claim(escalation, by=ben)
    lifecycle.resolve(made[3], by=ben, answer=Answer("No."))
    expect(group(page, "waiting").or_(group(page, "mine")).or_(group(page, "others"))).to_have_count(5, timeout=20_000)
    for escalation in made[:3]:
        expect(row(page, escalation)).to_have_attribute("data-owner", str(ben.pk), timeout=20_000)


def test_a_signed_out_page_says_so_and_leads_back(
    desk: Desk, pool: Pool, ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "CHECK_EVERY", 0.0)
    page = live(desk.open(ada, "/?view=overdue"))
    Session.objects.all().delete()
    make_escalation(pool=pool)

    expect(page.locator("#live")).to_contain_text("Signed out")
    expect(page.locator("#live").get_by_role("link", name="Sign in")).to_have_attribute(
        "href", "/login/?next=%2F%3Fview%3Doverdue"
    )


def test_a_server_restart_is_seen_and_made_good(
    chromium: Browser, settings: Settings, pool: Pool, ada: Reviewer, ben: Reviewer
) -> None:
    port = settings.PORT = free_port()
    settings.PUBLIC_URL = f"http://127.0.0.1:{port}"
    settings.WHITENOISE_USE_FINDERS = True
    stays, goes = make_escalation(pool=pool), make_escalation(pool=pool)
    with serve(asgi.assemble(WSGIHandler()), port) as address:
        desk = Desk(chromium, address)
        page = live(desk.open(ada))

        before = row(page, stays).bounding_box()

    expect(page.locator("#live")).to_contain_text("Reconnecting… list may be stale since")
    assert row(page, stays).bounding_box() == before
    lifecycle.claim(stays, by=ben)
    lifecycle.resolve(goes, by=ben, answer=Answer("Yes."))
    comes = make_escalation(pool=pool)
    with serve(asgi.assemble(WSGIHandler()), port):
        expect(row(page, comes)).to_be_visible()
        expect(row(page, stays)).to_contain_text("Claimed by Ben Okafor")
        expect(row(page, goes)).to_contain_text("resolved by Ben Okafor")
        expect(page.get_by_text("Back. 4 changes while you were away.")).to_be_visible()
        desk.close()
    assert desk.complaints == []
