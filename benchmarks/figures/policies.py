"""What a sweep of policies costs when everything is due at once, as after a day without one."""

import time

from django.db import connection

from benchmarks.figures import scene
from benchmarks.figures.report import Broken, Figure, Size
from escalations import agents, policies
from escalations.models import Agent, Event, Step

# A step of the shipped policies for each: on call hears, it moves up, the manager hears.
_WAITING = """
    INSERT INTO escalations (id, agent_id, source_agent, is_sandbox, pool_id, issue_description, priority, context_data,
        metadata, tags, status, created_at, waiting_on, declined_by, queue_at, due_at, version)
    SELECT gen_random_uuid(), %(agent)s, %(name)s, false, %(pool)s, 'May I refund order 6144?',
        (ARRAY['urgent', 'high', 'medium'])[1 + n %% 3], '{}', '{}', '{}', 'open', asked, 'human', '{}', asked, asked, 1
    FROM generate_series(1, %(rows)s) n
    CROSS JOIN LATERAL (SELECT now() - interval '25 h' - n * interval '1 s' AS asked) each"""


def measure(size: Size) -> list[Figure]:
    scene.clear()
    scene.people_in_the_pool(5)
    _wait(agents.create("policies").agent, size.due)
    started = time.perf_counter()
    policies.sweep()
    taken = time.perf_counter() - started
    if (Step.objects.count(), Event.objects.count()) != (size.due, size.due):
        raise Broken(f"{Step.objects.count()} steps and {Event.objects.count()} events for {size.due} due")
    per_10_000 = taken * 10_000 / size.due
    return [Figure("policy sweep, 10,000 due", per_10_000, 3, 1, f"{size.due:,} due", unit=" s", is_cost=True)]


def _wait(agent: Agent, rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"agent": agent.pk, "name": agent.name, "pool": scene.pool().pk, "rows": rows})
        cursor.execute("ANALYZE escalations")
