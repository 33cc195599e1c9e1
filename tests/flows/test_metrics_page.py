"""The page of the figures in a browser: usable by everybody, up to date by itself, and without JavaScript."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Escalation, Priority
from metrics import rollups
from reviewers.models import Pool, Reviewer, Role
from tests.browser import Desk, live
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

URL = "/desk/metrics/"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "telephone": {"viewport": {"width": 360, "height": 780}, "has_touch": True},
}
PAGES = {
    "page": URL,
    "hours": f"{URL}?period=24h",
    "lines": f"{URL}?period=90d&priority=urgent",
    "nothing": f"{URL}?since=2020-01-01&until=2020-01-08",
    "unclear": f"{URL}?pool=999999",
    "report": f"{URL}report/",
}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def root(pool: Pool, ada: Reviewer) -> Reviewer:
    """Who sees everything: some answered, some waiting and late, a long name."""
    long = make_agent("an-agent-whose-name-is-longer-than-any-column-of-a-telephone-is-wide")
    for priority in Priority:
        done = make_escalation(pool=pool, priority=priority)
        lifecycle.resolve(done, by=ada, answer=Answer("Yes."), avoidable=priority == Priority.LOW)
        make_escalation(pool=pool, priority=priority, agent=long)
    Escalation.objects.unfinished().filter(priority=Priority.URGENT).update(due_at="2026-01-01T00:00Z")
    rollups.fold(Escalation.objects.values_list("pk", flat=True))
    return make_reviewer("Sam Root", pool=pool, role=Role.ADMIN, capacity=0)


def figure(page: Page, name: str) -> Any:
    return page.get_by_role("region", name=name, exact=True).locator(".value")


@pytest.mark.parametrize("look", LOOKS)
def test_the_figures_are_usable_by_everybody(desk: Desk, root: Reviewer, look: str) -> None:
    page = desk.open(root, URL, **LOOKS[look])
    found: dict[str, Any] = {}
    for name, path in PAGES.items():
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
        wide = page.evaluate(WIDER)
        found[name] = [*desk.violations(page), *([f"{wide} pixels too wide"] if wide else [])]
    alone = make_reviewer("Cleo", pool=make_pool("Empty"))
    found["empty"] = desk.violations(desk.open(alone, URL, **LOOKS[look]))

    desk.complaints[:] = [each for each in desk.complaints if "status of 400" not in each]
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_what_is_open_is_kept_up_to_date_and_nothing_else_moves(desk: Desk, root: Reviewer, pool: Pool) -> None:
    page = live(desk.open(root, URL))
    expect(figure(page, "Open now")).to_have_text("4")
    table = page.locator("#panel-backlog details")
    table.locator("summary").click()
    make_escalation(pool=pool)
    expect(figure(page, "Open now")).to_have_text("5", timeout=8000)
    expect(page.locator("#chart-backlog")).to_contain_text("5 unfinished at this moment.")
    expect(table).to_have_attribute("open", "")


def test_without_javascript_the_figures_are_narrowed_and_go_to_a_file(desk: Desk, root: Reviewer) -> None:
    page = desk.open(root, URL, java_script_enabled=False)
    page.get_by_label("Time", exact=True).select_option("7d")
    page.get_by_label("Priority", exact=True).select_option("urgent")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile(r"period=7d.*priority=urgent"))
    expect(figure(page, "Open now")).to_have_text("1")
    page.locator("#panel-flow summary").click()
    expect(page.locator("#panel-flow table")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Agents as CSV").click()
    assert download.value.suggested_filename.startswith("metrics-agents-")
    page.get_by_role("link", name="Clear filters").click()
    expect(figure(page, "Open now")).to_have_text("4")
