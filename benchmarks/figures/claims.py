"""Sixteen reviewers empty a queue, against the plain statement for it; then all of them want the very same tasks."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.db import connection

from benchmarks.figures import pgbench, scene
from benchmarks.figures.report import Broken, Figure, Size, compare
from escalations import agents, lifecycle
from escalations.models import Agent, Escalation, Event
from escalations.refusals import Held
from reviewers.models import Reviewer

THREADS = 16
PLAIN_CLAIM = """
UPDATE escalations SET status = 'assigned', assigned_to = :'reviewer', assigned_at = now(), claimed_at = now(),
    version = version + 1
WHERE id = (SELECT id FROM escalations WHERE pool_id = :'pool' AND status = 'open' AND NOT is_sandbox
            ORDER BY queue_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED);
"""


def measure(size: Size) -> list[Figure]:
    scene.clear()
    agent = agents.create("bench").agent
    people = scene.people_in_the_pool(THREADS)
    ratio, detail = compare(
        lambda: _empty_the_queue(agent, people, size.claims), lambda: _plainly(agent, people, size.claims), size.rounds
    )
    doubles = _all_want_the_same(agent, people, size.contested)
    return [
        Figure("claim, 16 threads ÷ pgbench", ratio, 0.15, 0.30, detail),
        Figure("double claims", doubles, 0, 0, f"16 threads wanted each of {size.contested} tasks", is_cost=True),
    ]


def _empty_the_queue(agent: Agent, people: list[Reviewer], rows: int) -> float:
    _set_back(agent, rows)
    started = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        claimed = Counter(each for mine in threads.map(_claim_all, people) for each in mine)
    took = time.perf_counter() - started
    if len(claimed) != rows or claimed.total() != rows:
        raise Broken(f"{rows} tasks were claimed {claimed.total()} times, {len(claimed)} of them at all")
    if Event.objects.filter(type=Event.Type.CLAIMED).count() != rows:
        raise Broken("a claim left no event, or two")
    return rows / took


def _claim_all(reviewer: Reviewer) -> list[UUID]:
    mine: list[UUID] = []
    try:
        while task := lifecycle.take_next(by=reviewer):
            mine.append(task.pk)
    finally:
        connection.close()
    return mine


def _plainly(agent: Agent, people: list[Reviewer], rows: int) -> float:
    _set_back(agent, rows)
    values = {"reviewer": people[0].pk, "pool": scene.pool().pk}
    return pgbench.rate(PLAIN_CLAIM, clients=THREADS, limit=["-t", str(rows // THREADS)], values=values)


def _all_want_the_same(agent: Agent, people: list[Reviewer], rows: int) -> int:
    """How many claims were won beyond one for each task."""
    _set_back(agent, rows)
    wanted = list(Escalation.objects.in_queue_order().values_list("pk", flat=True))
    with ThreadPoolExecutor(THREADS) as threads:
        won = sum(threads.map(_claim_each, people, [wanted] * THREADS))
    if won != rows:
        raise Broken(f"{rows} tasks were won {won} times")
    return won - rows


def _claim_each(reviewer: Reviewer, wanted: list[UUID]) -> int:
    won = 0
    try:
        for each in wanted:
            try:
                lifecycle.claim(each, by=reviewer)
            except Held:
                continue
            won += 1
    finally:
        connection.close()
    return won


def _set_back(agent: Agent, rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE escalations CASCADE")
    Reviewer.objects.update(held=0)
    scene.backlog(agent, rows)
