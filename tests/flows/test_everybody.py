"""The desk for everybody: forced colours, little motion, large letters, other languages, empty and broken pages."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from escalations.models import Escalation, Priority
from reviewers.models import Pool, Reviewer, Role
from tests.browser import Desk, live, row
from tests.factories import make_escalation, make_pool, make_reviewer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAMPLE = [json.loads(line) for line in (Path(settings.BASE_DIR) / "docs/demo/handoffs.jsonl").read_text().splitlines()]
LOOKS = [("light", 1440), ("dark", 1440), ("light", 360)]
PATHS = [
    *("/", "/desk/mine/", "/desk/metrics/", "/desk/preferences/", "/desk/notifications/"),
    *("/?q=nothing+is+like+this", "/?view=snoozed"),
]
MISSING = ["/desk/e/ESC-999999/", "/nothing/here/"]
# The document is wider than its window only if something makes it so.
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_empty_and_missing_pages_are_accessible(desk: Desk, pool: Pool, ada: Reviewer, scheme: str, width: int) -> None:
    page = desk.open(ada, color_scheme=scheme, viewport={"width": width, "height": 800})
    found = {path: (page.goto(path), desk.violations(page))[1] for path in [*PATHS, *MISSING]}
    desk.complaints[:] = [each for each in desk.complaints if "status of 404" not in each]
    alone = desk.open(make_reviewer("Cleo", role=Role.ADMIN), "/", color_scheme=scheme)
    found["first run"] = desk.violations(alone)
    assert [violation for violations in found.values() for violation in violations] == []


@pytest.mark.parametrize("colors", ["active", "none"])
def test_forced_colours_and_little_motion_keep_every_word_and_shape(
    desk: Desk, pool: Pool, ada: Reviewer, colors: str
) -> None:
    escalations = [make_escalation(pool=pool, priority=priority) for priority in Priority]
    Escalation.objects.filter(pk=escalations[0].pk).update(due_at="2026-01-01T00:00Z")
    page = live(desk.open(ada, forced_colors=colors, reduced_motion="reduce"))

    for escalation in escalations:
        badge = row(page, escalation).locator(".badge")
        expect(badge).to_have_text(escalation.get_priority_display())
        assert badge.evaluate("(badge) => getComputedStyle(badge, '::before').content") != "none"
    expect(row(page, escalations[0])).to_contain_text("Overdue")
    moving = "() => document.getAnimations().filter(({ effect }) => effect.getTiming().duration > 1).length"
    make_escalation(pool=pool)
    expect(page.locator("#queue .body .row")).to_have_count(5)
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize(
    "path", ["/", "/desk/mine/", "/desk/metrics/", "/desk/preferences/", "/desk/e/{}/", "/login/", "/nothing/"]
)
def test_at_four_hundred_percent_no_page_scrolls_sideways(desk: Desk, pool: Pool, ada: Reviewer, path: str) -> None:
    """1280 pixels at 400 % are 320: WCAG 2.2, 1.4.10."""
    escalation = make_escalation("A" * 300, pool=pool, context=SAMPLE[0]["context_data"])
    person = None if path == "/login/" else ada
    page = desk.open(person, path.format(escalation.reference), viewport={"width": 320, "height": 256})
    desk.complaints[:] = [each for each in desk.complaints if "status of 404" not in each]
    assert page.evaluate(SIDEWAYS) == 0


@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("ar", "rtl")])
def test_other_languages_and_directions_fit_and_work(
    desk: Desk, pool: Pool, ada: Reviewer, language: str, direction: str
) -> None:
    escalation = make_escalation(pool=pool, context=SAMPLE[0]["context_data"])
    page = desk.open(ada, "/", locale=language, viewport={"width": 1280, "height": 800})
    for path in ("/", f"/desk/e/{escalation.reference}/", "/desk/mine/"):
        page.goto(path)
        page.evaluate("(dir) => { document.documentElement.dir = dir }", direction)
        assert page.evaluate(SIDEWAYS) == 0, path
        assert desk.violations(page) == []


def test_every_hand_off_of_the_sample_reads_as_it_was_sent(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    """Also of those that are no conversation: without an error, all names of what was called are on the page."""
    page = desk.open(ada)
    for handoff in SAMPLE:
        context = handoff["context_data"]
        escalation = make_escalation(handoff["issue_description"], pool=pool, context=context)
        page.goto(f"/desk/e/{escalation.reference}/")
        expect(page.locator("#context")).to_be_visible()
        text = page.locator("#context").evaluate("(part) => part.textContent")
        assert [name for name in called(context) if name not in text] == []


def called(context: object) -> list[str]:
    """The names of the tools in it, wherever they stand."""
    if isinstance(context, list):
        return [name for each in context for name in called(each)]
    if not isinstance(context, dict):
        return []
    own = [context["name"]] if context.get("role") == "tool" and "name" in context else []
    return own + [name for each in context.values() for name in called(each)]


def test_who_is_in_no_pool_is_told_so(desk: Desk, pool: Pool) -> None:
    page = desk.open(make_reviewer("Cleo", pool=make_pool("Closed"), is_active=True))
    expect(page.locator("#empty")).to_be_visible()
    assert desk.violations(page) == []
