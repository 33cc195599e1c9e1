"""How long the server takes for the pages people open most, and until the largest part of the queue is painted."""

import json
import re
import statistics
import time
import urllib.request
from collections.abc import Iterator

from django.conf import settings
from playwright.sync_api import Browser

from benchmarks.figures import browser, load, scene
from benchmarks.figures.report import Broken, Figure, Size, percentile
from escalations import agents, intake
from escalations.contexts.digest import digest
from escalations.intake import NewEscalation
from escalations.models import Agent, Escalation
from reviewers import people
from reviewers.models import Reviewer, Role

ROWS = 100
LOADS = 5  # of which the median counts
ROW = re.compile(rb'id="e-\d+"')
CHANGELIST = "/escalations/escalation/"
# More than the intake lets through; what other ways in, or an older release, may have left.
HOSTILE = {"line": "<script>alert(1)</script>" * 40_000, "messages": [{"role": "user", "content": "x" * 80}] * 10_000}


def measure_lists(size: Size) -> list[Figure]:
    """On the history that stands in the database."""
    rows = Escalation.objects.count()
    admin = people.create("desk-admin@example.com", role=Role.ADMIN).reviewer
    times = _times(CHANGELIST, admin, size)
    detail = f"{len(times)} times, {rows:,} rows"
    return [Figure("all escalations, server time, p95", percentile(times, 0.95), 200, 129, detail, " ms", is_cost=True)]


def measure(size: Size) -> list[Figure]:
    scene.clear()
    agent = agents.create("bench").agent
    viewer = scene.people_in_the_pool(1)[0]
    scene.backlog(agent, ROWS)
    times = _times("/", viewer, size, rows=ROWS)
    with browser.opened() as chromium:
        return [
            Figure("queue, server time, p95", percentile(times, 0.95), 120, 101, f"{ROWS} rows", " ms", is_cost=True),
            _first_paint(chromium, viewer),
            *_hostile(chromium, viewer, agent),
        ]


def _times(path: str, person: Reviewer, size: Size, rows: int = 0) -> list[float]:
    """Milliseconds for each answer, one after another. Raises Broken unless the page shows so many rows."""
    cookie = scene.cookies([person])[0]
    asked = urllib.request.Request(f"{settings.PUBLIC_URL}{path}", headers={"Cookie": cookie})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        shown = len(ROW.findall(answer.read()))
    if shown != rows:
        raise Broken(f"{path} shows {shown} rows instead of {rows}")
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{settings.PORT}\r\nCookie: {cookie}\r\n\r\n".encode()
    done = load.repeated(head, times=size.desk_pages, expected=200)
    return [seconds * 1000 for seconds in done]


def _first_paint(chromium: Browser, viewer: Reviewer) -> Figure:
    """Each time in a fresh context, so that nothing is in a cache."""
    found = []
    for _ in range(LOADS):
        page = browser.live_page_of(chromium, viewer)
        page.wait_for_timeout(200)
        found.append(float(browser.noted(page, "lcp")))
        page.context.close()
    lcp = statistics.median(found)
    return Figure("queue, largest part painted", lcp, 1000, 500, f"{ROWS} rows, cold cache", " ms", is_cost=True)


def _hostile(chromium: Browser, viewer: Reviewer, agent: Agent) -> Iterator[Figure]:
    """Contexts far over the limits of the intake: from asking for the page until a letter stands in its answer."""
    key = agent.keys.get(is_sandbox=False)
    for name, value in HOSTILE.items():
        context = {name: value}
        asked = NewEscalation("May I refund order 4417?", context=json.dumps(context), digest=digest(context))
        task = intake.create(asked, by=agent, via=key).escalation
        page = browser.page_of(chromium, viewer, "/login/")
        started = time.perf_counter()
        page.goto(f"/desk/e/{task.reference}/")
        page.type("#id_notes", "x")
        took = (time.perf_counter() - started) * 1000
        page.context.close()
        yield Figure(f"workbench, hostile {name}", took, 2000, 500, "until it can be used", " ms", is_cost=True)
