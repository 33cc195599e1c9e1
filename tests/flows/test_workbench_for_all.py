"""The workbench and the pages around it: for everybody, on every screen, in light and dark."""

import pytest
from playwright.sync_api import expect

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Escalation, Status
from reviewers.models import Pool, Reviewer, Role
from tests.browser import Desk
from tests.factories import make_agent, make_escalation, make_reviewer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def eventful(pool: Pool, ada: Reviewer) -> Escalation:
    """One with a thread, a hand-over, and an action to decide about."""
    lead = make_reviewer("Ann", pool=pool, role=Role.LEAD)
    escalation = make_escalation(
        "x" * 2000,
        pool=pool,
        agent=make_agent("air-bot"),
        action={"name": "db.delete_user", "arguments": {"id": 9421}},
        context={"messages": [{"role": "user", "content": "Hello"}]},
    )
    lifecycle.assign(escalation, to=ada, by=lead, note="You know her.")
    lifecycle.ask(escalation, by=ada, message="Which?")
    lifecycle.reply(escalation, by=escalation.agent, message="The second.")
    lifecycle.snooze(make_escalation(pool=pool), by=ada, until=None)
    done = make_escalation(pool=pool)
    lifecycle.resolve(done, by=ada, answer=Answer("Yes."))
    lifecycle.report(done, by=done.agent, outcome="failed", note="Closed.")  # type: ignore[arg-type] # as stored
    return escalation


@pytest.mark.parametrize("width", [1440, 1200, 800, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(desk: Desk, ada: Reviewer, eventful: Escalation, scheme: str, width: int) -> None:
    page = desk.open(ada, "/desk/mine/", color_scheme=scheme, viewport={"width": width, "height": 800})
    done = Escalation.objects.get(status=Status.RESOLVED)
    paths = [f"/desk/e/{eventful.reference}/", f"/desk/e/{done.reference}/", f"/desk/e/{eventful.reference}/similar/"]

    found = desk.violations(page)
    for path in [*paths, "/desk/e/ESC-999999/", "/desk/preferences/"]:
        page.goto(path)
        found += desk.violations(page)
    page.goto(paths[0])
    page.locator("summary", has_text="Ask the agent back").click()
    found += desk.violations(page)
    desk.complaints[:] = [each for each in desk.complaints if "404" not in each]
    assert found == []


@pytest.mark.parametrize("path", ["/desk/e/{}/", "/desk/mine/", "/desk/preferences/", "/desk/e/{}/similar/"])
def test_no_page_scrolls_sideways_on_a_phone(desk: Desk, ada: Reviewer, eventful: Escalation, path: str) -> None:
    page = desk.open(ada, path.format(eventful.reference), viewport={"width": 320, "height": 640})

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_on_a_phone_the_ask_comes_first_and_the_answer_before_the_context(
    desk: Desk, ada: Reviewer, eventful: Escalation
) -> None:
    page = desk.open(ada, f"/desk/e/{eventful.reference}/", viewport={"width": 360, "height": 780})
    tops = [page.locator(part).bounding_box() for part in (".ask", ".act", ".know", ".past")]

    assert [box["y"] for box in tops if box] == sorted(box["y"] for box in tops if box)
    page.get_by_role("link", name="Answer", exact=True).click()
    expect(page.locator("#act")).to_be_in_viewport()
