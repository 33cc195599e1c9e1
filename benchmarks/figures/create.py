"""Creating over HTTP through the whole product, against five plain statements that leave the same rows."""

import json

from benchmarks.figures import load, pgbench, scene
from benchmarks.figures.report import Broken, Figure, Size, compare
from escalations import agents
from escalations.agents import NewAgent
from escalations.models import Escalation, Event, Status

CLIENTS = 8
REVIEWERS = 20
CONTEXT = {"order": 6144, "conversation": [{"role": "user", "content": "Where is my refund? " * 10}] * 4}
BODY = json.dumps({"issue_description": "May I refund order 6144?", "priority": "high", "context_data": CONTEXT})

# The key, the seat that is next, the task, and its two events.
FIVE_STATEMENTS = """
\\set n random(1, 9000000000000000000)
BEGIN;
SELECT k.digest, a.name FROM escalations_apikey k JOIN escalations_agent a ON a.id = k.agent_id WHERE k.id = :'key';
UPDATE reviewers_seat SET served = served + 1, turn = nextval('reviewers_turn') WHERE id =
    (SELECT id FROM reviewers_seat WHERE pool_id = :'pool' ORDER BY served, turn LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED);
INSERT INTO escalations (id, agent_id, source_agent, is_sandbox, pool_id, issue_description, priority, context_data,
    metadata, tags, status, assigned_to, created_at, assigned_at, waiting_on, declined_by, queue_at, due_at, version)
    VALUES (md5(:n::text)::uuid, :'agent', 'baseline', false, :'pool', 'May I refund order 6144?', 'high',
    :'context'::jsonb, '{}', '{}', 'assigned', :'reviewer', now(), now(), 'human', '{}', now(), now(), 2);
INSERT INTO events (escalation_id, agent_id, type, actor_type, data, facts, at)
    VALUES (md5(:n::text)::uuid, :'agent', 'escalation.created', 'agent', '{}', :'facts'::jsonb, now());
INSERT INTO events (escalation_id, agent_id, type, actor_type, data, facts, at)
    VALUES (md5(:n::text)::uuid, :'agent', 'escalation.assigned', 'system', '{}', :'facts'::jsonb, now());
COMMIT;
"""


def measure(size: Size) -> list[Figure]:
    scene.clear()
    people = scene.people_in_the_pool(REVIEWERS)
    new = agents.create("bench")
    asked = load.request("POST", "/api/escalations", new.api_key, BODY.encode())
    load.run(asked, clients=CLIENTS, seconds=0.3, expected=201)
    facts = Event.objects.values_list("facts", flat=True).latest("pk")
    values = {
        "key": new.agent.keys.get(is_sandbox=False).pk,
        "agent": new.agent.pk,
        "pool": scene.pool().pk,
        "reviewer": people[0].pk,
        "context": json.dumps(CONTEXT),
        "facts": json.dumps(facts),
    }
    ratio, detail = compare(
        lambda: _checked(new, asked, size.seconds),
        lambda: pgbench.rate(FIVE_STATEMENTS, clients=CLIENTS, limit=["-T", str(size.seconds)], values=values),
        size.rounds,
    )
    return [Figure("create over HTTP, 8 clients ÷ pgbench", ratio, 0.20, 0.35, detail)]


def _checked(new: NewAgent, asked: bytes, seconds: int) -> float:
    """The rate; every answer must have left one task, and every task must have found a person."""
    mine = Escalation.objects.of_agent(new.agent).exclude(source_agent="baseline")
    before = mine.count()
    done = load.run(asked, clients=CLIENTS, seconds=seconds, expected=201)
    if mine.count() - before != done.answered:
        raise Broken(f"{done.answered} were answered with 201, and {mine.count() - before} are stored")
    if mine.exclude(status=Status.ASSIGNED).exists():
        raise Broken("a task was left open beside idle people")
    return done.rate
