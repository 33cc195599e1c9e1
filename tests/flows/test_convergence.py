"""Whatever breaks between them, the open page ends up as the database has it, and holds no more than that."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from playwright.sync_api import Browser, CDPSession, Page, expect
from pytest_django import Settings

from escalations import lifecycle
from escalations.answers import Answer
from escalations.desk import queue
from escalations.desk.listing import Listing
from escalations.desk.queue import Group
from escalations.models import Escalation, Priority
from escalations.refusals import Refusal
from reviewers.models import Pool, Reviewer
from tests.browser import Desk, live, row
from tests.factories import make_escalation
from tests.lines import Line
from tests.live import free_port, product
from tests.served import served

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROUNDS = 25
CONVERGES_WITHIN = 20.0  # seconds
SHOWN = """() => [
    Number(document.querySelector("[data-count=to-do]").textContent),
    ...[...document.querySelectorAll("#queue .body .row")].map((row) =>
        [row.closest(".group").dataset.group, Number(row.id.slice(2)), Number(row.dataset.version)])]"""
HELD_AT_MOST = 1.1  # times as many nodes as before


@pytest.fixture
def line(transactional_db: None, settings: Settings) -> Iterator[Line]:
    """The product at PUBLIC_URL, over a line that may be cut."""
    near, far = free_port(), free_port()
    with product(settings, near, listens_at=far), Line(near, far).laid() as line:
        yield line


def converge(page: Page, viewer: Reviewer) -> None:
    """Wait until the page lists, and counts, what the database says the viewer's queue is. Fails with what differs."""
    deadline = time.monotonic() + CONVERGES_WITHIN
    while shown(page) != known(viewer) and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert shown(page) == known(viewer)


def known(viewer: Reviewer) -> list[object]:
    listed = [[which, each.number, each.version] for which in Group for each in queue.group(viewer, which, Listing())]
    return [queue.counts(viewer).to_do, *listed]


def shown(page: Page) -> list[object]:
    """The count and the rows, in their order, once the page has been asked to bring itself in order."""
    page.keyboard.press(".")
    found: list[object] = page.evaluate(SHOWN)
    return found


def work(chance: random.Random, pool: Pool, people: list[Reviewer], changes: int, per_second: float = 1000) -> None:
    """Each change: a new task, and a random verb by a random person on a random task, which may refuse it."""
    agent = Escalation.objects.all()[0].agent
    verbs: list[Callable[[Escalation, Reviewer], object]] = [
        lambda task, by: lifecycle.claim(task, by=by),
        lambda task, by: lifecycle.release(task, by=by),
        lambda task, by: lifecycle.resolve(task, by=by, answer=Answer("Yes.")),
        lambda task, by: lifecycle.ask(task, by=by, message="Which order?"),
        lambda task, _by: lifecycle.reply(task, by=agent, message="Order 4417."),
        lambda task, by: lifecycle.snooze(task, by=by, until=datetime.now(UTC) + timedelta(hours=1)),
        lambda task, by: lifecycle.wake(task, by=by),
    ]
    started = time.monotonic()
    for number in range(changes):
        time.sleep(max(0.0, started + number / per_second - time.monotonic()))
        make_escalation(agent=agent, pool=pool, priority=chance.choice(list(Priority)))
        task = chance.choice(Escalation.objects.unfinished().order_by("number"))
        with suppress(Refusal):
            chance.choice(verbs)(task, chance.choice(people))
    connection.close()


def test_a_line_cut_at_random_under_load_loses_nothing(
    chromium: Browser, line: Line, settings: Settings, pool: Pool, ada: Reviewer, ben: Reviewer
) -> None:
    chance = random.Random(3)
    make_escalation(pool=pool)
    desk = Desk(chromium, settings.PUBLIC_URL)
    page = live(desk.open(ada))
    for _ in range(ROUNDS):
        with ThreadPoolExecutor(1) as threads:
            load = threads.submit(work, chance, pool, [ada, ben], 4)
            while not load.done():
                page.wait_for_timeout(chance.uniform(5, 60))
                line.cut()
        load.result()
    converge(page, ada)
    desk.close()
    assert desk.complaints == []


def test_a_server_killed_under_load_comes_back_to_what_the_database_says(
    chromium: Browser, pool: Pool, ada: Reviewer, ben: Reviewer
) -> None:
    """About 20 events a second, 5 s without a server; what comes back is another process, and knows of nothing."""
    chance, port = random.Random(5), free_port()
    make_escalation(pool=pool)
    desk = Desk(chromium, f"http://127.0.0.1:{port}")
    with ThreadPoolExecutor(1) as threads:
        with served(port):
            page = live(desk.open(ada))
            load = threads.submit(work, chance, pool, [ada, ben], 50, 7)
            page.wait_for_timeout(1000)
        expect(page.locator("#live")).to_contain_text("list may be stale since")
        page.wait_for_timeout(5000)
        expect(page.locator("#live")).to_have_attribute("data-state", "stale")
        with served(port):
            expect(page.locator("#live")).to_have_attribute("data-state", "live", timeout=30_000)
            load.result()
            converge(page, ada)
            desk.close()
    assert desk.complaints == []


def test_the_page_holds_no_more_after_hundreds_of_escalations_have_come_and_gone(
    desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer
) -> None:
    make_escalation(pool=pool)
    page = live(desk.open(ada))
    session = page.context.new_cdp_session(page)
    counted = [held(page, session, pool, ben) for _ in range(2)]

    assert counted[1] < counted[0] * HELD_AT_MOST


def held(page: Page, session: CDPSession, pool: Pool, ben: Reviewer) -> int:
    """Come and go 100 tasks; how many nodes the page holds when it has seen that."""
    with ThreadPoolExecutor(1) as threads:
        last = threads.submit(come_and_go, pool, ben, 100).result()
    expect(row(page, last)).to_have_attribute("data-stage", "resolved")
    page.keyboard.press(".")
    expect(row(page, last)).to_have_count(0)
    page.wait_for_timeout(3000)  # a row is marked as fresh for so long, and held by that
    session.send("HeapProfiler.collectGarbage")
    return int(session.send("Memory.getDOMCounters")["nodes"])


def come_and_go(pool: Pool, ben: Reviewer, tasks: int) -> Escalation:
    for _ in range(tasks):
        last = make_escalation(pool=pool)
        lifecycle.resolve(last, by=ben, answer=Answer("Yes."))
    connection.close()
    return last
