"""A server that is killed and comes back: when an open page says so, and when it is live again."""

import os
import signal
import subprocess
import time

from playwright.sync_api import Page

from benchmarks.figures import browser, scene
from benchmarks.figures.report import Broken, Figure, Size, percentile
from escalations import agents

SETTLES = 0.5  # seconds that a page has been live before the server is killed


def measure(size: Size) -> list[Figure]:
    """Runs web processes of its own."""
    scene.clear()
    scene.backlog(agents.create("bench").agent, 20)
    viewer = scene.people_in_the_pool(1)[0]
    killed, back = [], []
    with browser.opened() as chromium:
        with scene.web() as child:
            page = browser.live_page_of(chromium, viewer)
            killed.append(_kill(child, page, size.desk_away))
        for _ in range(size.desk_outages):
            with scene.web() as child:
                back.append(time.time())
                page.wait_for_selector(browser.LIVE)
                killed.append(_kill(child, page, size.desk_away))
        states = browser.noted(page, "states")
    return [
        Figure("drop to stale sign, worst", max(_until("stale", killed, states)), 1000, 100, "", " ms", is_cost=True),
        Figure(
            "server back to live, p95",
            percentile(_until("live", back, states), 0.95),
            2000,
            1500,
            f"{len(back)} times, away {size.desk_away:g} s",
            " ms",
            is_cost=True,
        ),
    ]


def _kill(child: subprocess.Popen[bytes], page: Page, away: float) -> float:
    """All its processes, with no time to say goodbye. Returns when (seconds), after the outage."""
    page.wait_for_timeout(SETTLES * 1000)
    at = time.time()
    os.killpg(child.pid, signal.SIGKILL)
    page.wait_for_timeout(away * 1000)
    return at


def _until(state: str, moments: list[float], states: list[tuple[str, float]]) -> list[float]:
    """Milliseconds from each moment to the next time the page showed this state."""
    late = []
    for moment in moments:
        shown = [at for its, at in states if its == state and at >= moment * 1000]
        if not shown:
            raise Broken(f"an open page did not become {state}")
        late.append(min(shown) - moment * 1000)
    return late
