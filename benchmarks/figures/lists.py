"""The first 50 open tasks, and all figures, over HTTP, with a short past and with a long one.

The cost should not follow the history.
"""

import json
import statistics
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from benchmarks.figures import load, scene
from benchmarks.figures.report import Broken, Figure, Size
from escalations import keys
from escalations.models import Agent
from reviewers import people
from reviewers.models import Reviewer, Role

ROWS = 50
PARTS = 5
BY_PRIORITY = f"/api/escalations?status=open&ordering=priority&limit={ROWS}"
FIGURES = f"/api/metrics?since={datetime.now(UTC) - timedelta(days=90):%Y-%m-%dT%H:00:00Z}"
NEWEST = f"/api/escalations?status=open&limit={ROWS}"


def measure(size: Size) -> list[Figure]:
    """Leaves the history behind, for the sweep that is measured on it."""
    scene.clear()
    few, many = size.history
    scene.history(few, seed=1)
    agent = Agent.objects.order_by("pk")[0]
    scene.backlog(agent, ROWS)
    admin = people.create("admin@example.com", role=Role.ADMIN).reviewer
    calls = {
        f"an admin's list of {ROWS} open": load.request("GET", BY_PRIORITY, _checked(_key_of(admin), BY_PRIORITY)),
        f"an agent's list of {ROWS} open": load.request("GET", NEWEST, _checked(keys.for_agent(agent).plain, NEWEST)),
    }
    calls["all figures of 90 days"] = load.request("GET", FIGURES, _counted(_key_of(admin)))
    before = {name: _milliseconds(asked, size) for name, asked in calls.items()}
    scene.history(many - few, seed=2)
    after = {name: _milliseconds(asked, size) for name, asked in calls.items()}
    return [
        Figure(
            f"{name}, {many:,} ÷ {few:,} rows",
            after[name] / before[name],
            1.3,
            1.1,
            f"{after[name]:.1f} ms ÷ {before[name]:.1f} ms",
            is_cost=True,
        )
        for name in calls
    ]


def _key_of(reviewer: Reviewer) -> str:
    return keys.for_reviewer(reviewer).plain


def _checked(key: str, path: str) -> str:
    """The key, once the list has been seen to hold what is asked for."""
    rows = _asked(key, path)["results"]
    if len(rows) != ROWS or {row["status"] for row in rows} != {"open"}:
        raise Broken(f"{path} gave {len(rows)} rows instead of {ROWS} open ones")
    return key


def _counted(key: str) -> str:
    """The key, once the figures have been seen to hold the history."""
    if not _asked(key, FIGURES)["time_to_first_assignment"]["count"]:
        raise Broken(f"{FIGURES} counts nothing")
    return key


def _asked(key: str, path: str) -> Any:  # noqa: ANN401 - any JSON
    asked = urllib.request.Request(
        f"http://127.0.0.1:{settings.PORT}{path}", headers={"Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.load(answer)


def _milliseconds(asked: bytes, size: Size) -> float:
    """The median, as one client sees it, of the quietest part of the time.

    The two that are compared are measured minutes apart, and a neighbour's work in one of them would be all we see.
    """
    parts = [load.run(asked, clients=1, seconds=size.seconds / PARTS, expected=200).times for _ in range(PARTS)]
    return min(statistics.median(times) for times in parts) * 1000
