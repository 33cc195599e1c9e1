"""From a commit in one process to what another reviewer's browser has painted, and how smooth it stays meanwhile."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from django.db import connection
from playwright.sync_api import Browser, Page

from benchmarks.figures import browser, scene
from benchmarks.figures.report import Broken, Figure, Size, percentile
from escalations import agents, intake, lifecycle
from escalations.intake import NewEscalation
from escalations.models import Agent, Escalation, Priority
from reviewers.models import Reviewer

ROWS = 500
PER_SECOND = 20
NEW_ONE_IN = 4  # of the changes; the others are claims

Change = tuple[str, int, float]  # escalation, version, when it was committed (seconds)


def measure(size: Size) -> list[Figure]:
    scene.clear()
    agent = agents.create("bench").agent
    viewer, other = scene.people_in_the_pool(2)
    Reviewer.objects.update(capacity=0)  # nothing is assigned by itself, so that each change is one event
    scene.backlog(agent, ROWS)
    with browser.opened() as chromium:
        watched = browser.live_page_of(chromium, viewer, f"/?shown={ROWS}")
        return [*_news(watched, other, agent, size), *_claims(chromium, watched, other, size)]


def _news(page: Page, other: Reviewer, agent: Agent, size: Size) -> list[Figure]:
    page.evaluate("probe.watchFrames()")
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(_work, other, agent, size.desk_seconds * PER_SECOND)
        while not work.done():
            page.wait_for_timeout(100)
    late = _late(work.result(), page)
    frames, long = browser.noted(page, "frames"), browser.noted(page, "long")
    slow = sum(frame > 33.4 for frame in frames)
    detail = f"{ROWS} rows, {PER_SECOND} changes/s, {len(late)} of them"
    return [
        Figure("commit to painted, p50", percentile(late, 0.50), 150, 65, detail, unit=" ms", is_cost=True),
        Figure("commit to painted, p95", percentile(late, 0.95), 250, 122, detail, unit=" ms", is_cost=True),
        Figure("commit to painted, p99", percentile(late, 0.99), 500, 150, detail, unit=" ms", is_cost=True),
        Figure("frames a second meanwhile", 1000 * len(frames) / sum(frames), 55, 58, f"{len(frames)} frames"),
        Figure("frames over 33 ms", 100 * slow / len(frames), 1, 0, f"{slow} frames", unit=" %", is_cost=True),
        Figure("longest task", max(long, default=0), 100, 50, f"{len(long)} over 50 ms", unit=" ms", is_cost=True),
    ]


def _work(other: Reviewer, agent: Agent, changes: int) -> list[Change]:
    """Claims and new escalations, evenly spread."""
    key, priorities = agent.keys.get(is_sandbox=False), list(Priority)
    committed: list[Change] = []
    started = time.monotonic()
    for number in range(changes):
        time.sleep(max(0.0, started + number / PER_SECOND - time.monotonic()))
        if number % NEW_ONE_IN:
            done = lifecycle.take_next(by=other)
        else:
            asked = NewEscalation("May I refund order 4417?", context="{}", priority=priorities[number % 3])
            done = intake.create(asked, by=agent, via=key).escalation
        if done is None:
            raise Broken("there was nothing to claim")
        committed.append((str(done.pk), done.version, time.time()))
    connection.close()
    return committed


def _late(committed: list[Change], page: Page) -> list[float]:
    """Milliseconds from each change to the first frame that shows it or a later one. Raises Broken if there is none."""
    late: list[float | None] = []

    def all_shown() -> bool:
        painted = browser.noted(page, "painted")
        late[:] = [_first_shown(change, painted) for change in committed]
        return None not in late

    browser.wait_until(page, all_shown, "a change was never painted")
    return [moment for moment in late if moment is not None]


def _first_shown(change: Change, painted: list[tuple[str, int, float]]) -> float | None:
    known, version, at = change
    shown = [when for row, its, when in painted if row == known and its >= version]
    return max(0.0, min(shown) - at * 1000) if shown else None


def _claims(chromium: Browser, watched: Page, other: Reviewer, size: Size) -> list[Figure]:
    """Clicks in a browser of `other`, which `watched` sees."""
    page = browser.live_page_of(chromium, other)
    waiting = Escalation.objects.claimable().filter(assigned_to=None).order_by("queue_at", "pk")
    clicked: list[Change] = []
    for task in islice(waiting, size.desk_claims):
        clicked.append((str(task.pk), task.version + 1, time.time()))
        page.click(f"#e-{task.number} .claim")
        browser.wait_until(
            page, lambda: len(browser.noted(page, "clicks")) == len(clicked), "the page does not answer a click"
        )
        page.wait_for_selector(f"#e-{task.number}[data-stage=claimed]")
    own, theirs = browser.noted(page, "clicks"), _late(clicked, watched)
    detail = f"{size.desk_claims} clicks"
    return [
        Figure("click to own sign, p95", percentile(own, 0.95), 100, 33, detail, unit=" ms", is_cost=True),
        Figure("click to others' list, p95", percentile(theirs, 0.95), 300, 118, detail, unit=" ms", is_cost=True),
    ]
