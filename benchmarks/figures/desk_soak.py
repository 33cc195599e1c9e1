"""A long day at an open queue, compressed: what a page has grown by after as many events as come in eight hours."""

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from playwright.sync_api import CDPSession, Page

from benchmarks.figures import browser, scene
from benchmarks.figures.report import Figure, Size
from escalations import agents, intake, lifecycle
from escalations.answers import Answer
from escalations.intake import NewEscalation
from escalations.models import Agent, Escalation
from reviewers.models import Reviewer

ROWS = 100  # that stay
EVENTS_OF_ONE = 4  # created, assigned, claimed, resolved
OPEN_AT_ONCE = 20
PER_SECOND = 400  # events; what comes faster than a page can take makes it read the list afresh
WARM_UP = 0.1  # of the events, before what the page holds is counted
SETTLES = 3.0  # seconds a row is marked as fresh, and held by that


def measure(size: Size) -> list[Figure]:
    scene.clear()
    agent = agents.create("bench").agent
    viewer, other = scene.people_in_the_pool(2)
    scene.backlog(agent, ROWS)
    with browser.opened() as chromium, ThreadPoolExecutor(1) as pool:
        page = browser.live_page_of(chromium, viewer)
        session = page.context.new_cdp_session(page)
        heap, nodes = list[float](), list[float]()
        for events in (int(size.desk_events * WARM_UP), size.desk_events):
            work = pool.submit(_days_work, other, agent, events // EVENTS_OF_ONE)
            while not work.done():
                page.wait_for_timeout(500)
            work.result()
            _settle(page, agent, other)
            for values, value in zip((heap, nodes), _held(session), strict=True):
                values.append(value)
    detail = f"after {size.desk_events:,} events"
    return [
        Figure("growth of the heap", (heap[1] - heap[0]) / 1e6, 10, 2, detail, " MB", is_cost=True),
        Figure("nodes of the page, after ÷ before", nodes[1] / nodes[0], 1.2, 1.02, detail, is_cost=True),
    ]


def _days_work(other: Reviewer, agent: Agent, tasks: int) -> None:
    """Asked, assigned, claimed, answered, with a few open at any time."""
    key, waiting = agent.keys.get(is_sandbox=False), list[Escalation]()
    started = time.monotonic()
    for number in range(tasks):
        time.sleep(max(0.0, started + number * EVENTS_OF_ONE / PER_SECOND - time.monotonic()))
        waiting.append(intake.create(NewEscalation(f"May I refund order {number}?"), by=agent, via=key).escalation)
        if len(waiting) > OPEN_AT_ONCE:
            _answer(waiting.pop(0), other)
    for each in waiting:
        _answer(each, other)
    connection.close()


def _answer(task: Escalation, other: Reviewer) -> None:
    lifecycle.resolve(lifecycle.claim(task, by=other), by=other, answer=Answer("Yes."))


def _settle(page: Page, agent: Agent, other: Reviewer) -> None:
    """Until the page knows of everything, and has dropped what is over."""
    key = agent.keys.get(is_sandbox=False)
    last = intake.create(NewEscalation("Have you seen everything?"), by=agent, via=key).escalation
    page.wait_for_selector(f"#e-{last.number}", state="attached")
    _answer(last, other)
    page.wait_for_selector(f"#e-{last.number}[data-stage=resolved]", state="attached")
    page.keyboard.press(".")
    page.wait_for_selector(f"#e-{last.number}", state="detached")
    page.evaluate("probe.painted.length = 0")
    page.wait_for_timeout(SETTLES * 1000)


def _held(session: CDPSession) -> tuple[float, float]:
    """Bytes of the heap, and nodes, that are in use."""
    session.send("HeapProfiler.collectGarbage")
    heap, counters = session.send("Runtime.getHeapUsage"), session.send("Memory.getDOMCounters")
    return float(heap["usedSize"]), float(counters["nodes"])
