"""The desk's pages in a browser: nothing typed is lost, nothing hostile runs, and everybody can use them."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from escalations import lifecycle
from escalations.models import Escalation, Priority
from reviewers.models import Pool, Reviewer, Role
from tests.browser import Desk, group, live, row
from tests.factories import make_escalation, make_reviewer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_is_typed_outlives_a_reload(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool)
    page = desk.open(ada, f"/desk/e/{escalation.reference}/")
    page.get_by_label("Answer to the agent").press_sequentially("Half an hour of work")
    page.reload()

    expect(page.get_by_label("Answer to the agent")).to_have_value("Half an hour of work")


def test_without_javascript_who_has_to_sign_in_comes_back_to_the_escalation(
    desk: Desk, pool: Pool, ada: Reviewer
) -> None:
    ada.set_password("a long enough one")
    ada.save(update_fields=["password"])
    escalation = make_escalation(pool=pool)
    page = desk.open(ada, f"/desk/e/{escalation.reference}/", java_script_enabled=False)
    Session.objects.all().delete()

    page.get_by_role("button", name="Claim").click()
    page.get_by_label("Email").fill(ada.email)
    page.get_by_label("Password").fill("a long enough one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_contain_text(escalation.reference)


def test_an_open_escalation_says_when_somebody_changes_it(desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer) -> None:
    escalation = make_escalation(pool=pool)
    page = desk.open(ada, f"/desk/e/{escalation.reference}/")
    page.wait_for_timeout(300)
    lifecycle.claim(escalation, by=ben)

    expect(page.get_by_text("Ben Okafor changed this just now.")).to_be_visible()


def test_without_javascript_claim_and_answer_work(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    escalation = make_escalation(pool=pool)
    page = desk.open(ada, java_script_enabled=False)

    row(page, escalation).get_by_role("button").click()
    expect(page.get_by_text("Claimed by you")).to_be_visible()
    page.get_by_label("Answer to the agent").fill("Yes.")
    page.get_by_role("button", name="Answer and resolve").click()
    expect(page.get_by_text(f"{escalation.reference} is answered.")).to_be_visible()


HOSTILE = [
    "<script>document.title = 'run'</script>",
    '"><img src=x onerror="document.title=\'run\'">',
    "<svg onload=\"document.title='run'\">",
    "<a href=\"javascript:document.title='run'\">click</a>",
    "\u202egnissim si siht\u202c </script><!--",
    "![x](https://canary.example/?q=1) <iframe src=https://canary.example></iframe>",
]


def test_hostile_text_is_shown_and_neither_runs_nor_asks(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    page = live(desk.open(ada))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for text in HOSTILE:
        make_escalation(text, pool=pool, context={"messages": [{"role": text, "content": text}], text: text})
    expect(group(page, "mine")).to_have_count(len(HOSTILE))
    for escalation in Escalation.objects.all():
        page.goto(f"/desk/e/{escalation.reference}/")
        shown = escalation.issue_description.replace("\u202e", "U+202E").replace("\u202c", "U+202C")
        expect(page.locator(".lead .issue")).to_contain_text(shown[:20])

    assert all(url.startswith(desk.address) for url in asked)
    assert page.title() != "run"


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(desk: Desk, pool: Pool, ada: Reviewer, scheme: str, width: int) -> None:
    for priority in Priority:
        make_escalation(pool=pool, priority=priority, context={"order": 4417, "log": "x" * 2000})
    Escalation.objects.filter(priority=Priority.URGENT).update(due_at="2026-01-01T00:00Z")
    late = Escalation.objects.get(priority=Priority.URGENT)
    admin = make_reviewer("Sam Admin", pool=pool, role=Role.ADMIN)
    page = desk.open(admin, color_scheme=scheme, viewport={"width": width, "height": 800})

    paths = [
        "/",
        f"/desk/e/{late.reference}/",
        "/escalations/escalation/",
        f"/escalations/escalation/{late.pk}/change/",
    ]
    paths += [
        "/reviewers/reviewer/add/",
        f"/reviewers/pool/{pool.pk}/change/",
        "/escalations/apikey/add/",
        "/escalations/event/",
    ]
    found = {path: (page.goto(path), desk.violations(page))[1] for path in paths}
    found["/login/"] = desk.violations(desk.open(None, "/login/", color_scheme=scheme))
    assert [violation for violations in found.values() for violation in violations] == []


@pytest.mark.parametrize("path", ["/", "/escalations/escalation/", "/reviewers/pool/add/"])
def test_no_page_scrolls_sideways_on_a_phone(desk: Desk, pool: Pool, ada: Reviewer, path: str) -> None:
    make_escalation("A" * 300, pool=pool)
    page = desk.open(make_reviewer("Sam Admin", role=Role.ADMIN), path, viewport={"width": 320, "height": 640})

    assert page.evaluate("document.documentElement.scrollWidth") == 320
