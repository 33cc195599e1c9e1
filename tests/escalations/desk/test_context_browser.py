"""The context in a browser, under the real policy: tabs, parts loaded in place, hostile text, and without scripts."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from escalations.models import Escalation
from reviewers.models import Pool, Reviewer
from tests.browser import Desk
from tests.factories import make_escalation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DEMO = [json.loads(line) for line in (Path(settings.BASE_DIR) / "docs/demo/handoffs.jsonl").read_text().splitlines()]
DIFF = "--- a/rates.py\n+++ b/rates.py\n@@ -1,2 +1,2 @@\n keep\n-old\n+new\n"
CHAT = [{"role": "user", "content": f"Message {number}"} for number in range(1_000)]


def opened(desk: Desk, person: Reviewer, context: Any, **options: object) -> Page:
    escalation = make_escalation(pool=Pool.objects.get(seats__reviewer=person), context=context)
    return desk.open(person, f"/desk/e/{escalation.reference}/", **options)  # type: ignore[arg-type]


def test_tabs_show_one_part_at_a_time(desk: Desk, ada: Reviewer) -> None:
    page = opened(desk, ada, {"messages": CHAT[:3], "patch": DIFF})

    expect(page.get_by_text("Message 1", exact=True)).to_be_visible()
    page.locator("[data-context-tab]", has_text="Diff").click()
    expect(page.get_by_role("cell", name="new")).to_be_visible()
    expect(page.get_by_text("Message 1", exact=True)).to_be_hidden()


def test_messages_in_between_come_in_place(desk: Desk, ada: Reviewer) -> None:
    page = opened(desk, ada, {"messages": CHAT})
    gap = page.locator(".chat > .gap")

    expect(gap).to_contain_text("930 messages are not shown here.")
    gap.get_by_role("link", name="Show more").click()
    expect(page.get_by_text("Message 100", exact=True)).to_be_visible()
    expect(page.locator(".gap")).to_contain_text("830 messages are not shown here.")


def test_a_line_of_a_megabyte_comes_in_pieces(desk: Desk, ada: Reviewer) -> None:
    page = opened(desk, ada, {"messages": CHAT[:2], "line": "x" * 1_000_000})
    page.locator("[data-context-tab]", has_text="line").click()
    panel = page.locator("[data-panel]:not([hidden])")

    expect(panel.locator(".gap")).to_contain_text("998,000 more characters are not shown.")
    panel.get_by_role("link", name="Show more").click()
    expect(panel.locator(".gap")).to_contain_text("932,464 more characters are not shown.")


def test_everything_is_there_as_a_tree(desk: Desk, ada: Reviewer) -> None:
    page = opened(desk, ada, {"messages": CHAT[:2], "order": {"id": 4417}})
    page.locator("[data-context-tab]", has_text="JSON").click()

    expect(page.locator("#context-json .key", has_text="order")).to_be_visible()


def test_a_link_of_the_digest_opens_what_hides_its_goal(desk: Desk, ada: Reviewer) -> None:
    page = opened(desk, ada, {"messages": CHAT[:9], "log": "all well\nERROR no connection\n" * 9})
    page.get_by_role("link", name="ERROR no connection").click()

    expect(page.locator("[data-context-tab][aria-current]")).to_have_text("log")
    page.get_by_role("link", name="user", exact=True).click()
    expect(page.get_by_text("Message 8", exact=True).last).to_be_in_viewport()


def test_without_scripts_all_parts_are_there_and_large_ones_have_pages(desk: Desk, ada: Reviewer) -> None:
    page = opened(desk, ada, {"messages": CHAT, "patch": DIFF}, java_script_enabled=False)

    expect(page.get_by_role("cell", name="new")).to_be_visible()
    page.locator(".chat > .gap").get_by_role("link", name="Show more").click()
    expect(page.get_by_text("Message 100", exact=True)).to_be_visible()
    page.get_by_role("link", name="ESC-").click()
    expect(page.get_by_role("heading", name="What the agent knows")).to_be_visible()


HOSTILE = "<img src=//canary.example onerror=\"document.title='run'\"><script>document.title='run'</script>\u202eevil"


def test_hostile_text_neither_runs_nor_asks_nor_turns_around(desk: Desk, ada: Reviewer) -> None:
    page = opened(desk, ada, {"messages": [{"role": HOSTILE, "content": HOSTILE}], HOSTILE: {HOSTILE: HOSTILE}})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for tab in page.locator("[data-context-tab]").all():
        tab.click()

    expect(page.locator("#context-json .unseen").first).to_have_text("U+202E")
    assert page.title() != "run"
    assert all(url.startswith(desk.address) for url in asked)


@pytest.mark.parametrize("width", [1440, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_accessible_and_fits(desk: Desk, ada: Reviewer, scheme: str, width: int) -> None:
    data = DEMO[0]["context_data"] | {
        "patch": DIFF,
        "wide": "x" * 3_000,
        "call": {"name": "f", "arguments": {"a": "\u202e"}},
    }
    page = opened(desk, ada, data, color_scheme=scheme, viewport={"width": width, "height": 800})

    found = []
    for tab in page.locator("[data-context-tab]").all():
        tab.click()
        page.wait_for_timeout(100)
        expect(page.locator("[data-loading]")).to_have_count(0)
        found += desk.violations(page)
    part = f"/desk/e/{Escalation.objects.get().reference}/context/?at=/conversation&as=chat"
    found += desk.violations(page) if page.goto(part) else []
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("handoff", [DEMO[0], DEMO[-1]])
def test_the_demo_reads_as_a_chat(desk: Desk, ada: Reviewer, handoff: dict[str, Any]) -> None:
    page = opened(desk, ada, handoff["context_data"])
    last = [each for each in handoff["context_data"]["conversation"] if isinstance(each.get("content"), str)][-1]

    expect(page.locator(".turn", has_text=last["content"][:60])).to_be_visible()
