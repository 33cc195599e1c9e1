"""Writes made-up lives by COPY, some thousand at a time; what is written is consistent at every moment."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import connection, transaction

from escalations import log
from escalations.management.history.cast import Cast
from escalations.management.history.lives import FACTS, Happening, Life

CHUNK = 2000  # lives in one transaction: some tenths of a second, in which nobody else can number events

# Every generated row says so.
METADATA = json.dumps({"sample": True})
_OWN = (
    *("id", "agent_id", "source_agent", "is_sandbox", "pool_id", "issue_description", "context_data", "metadata"),
    *("tags", "declined_by", "created_at"),
)
_FACTS = [name for name in FACTS if name not in {"pool", "assignee_name"}]
_COPY_ESCALATIONS = f"COPY escalations ({', '.join((*_OWN, *_FACTS))}) FROM STDIN"
_COPY_EVENTS = """
    COPY events (seq, escalation_id, agent_id, type, at, actor_type, reviewer_id, data, facts) FROM STDIN"""

# People are locked in the order of their ids, as every transition does.
_HELD = """
    WITH locked AS MATERIALIZED (
        SELECT r.id, new.tasks FROM reviewers_reviewer r
        JOIN unnest(%s::uuid[], %s::int[]) AS new (id, tasks) ON new.id = r.id ORDER BY r.id FOR NO KEY UPDATE OF r)
    UPDATE reviewers_reviewer r SET held = r.held + locked.tasks FROM locked WHERE r.id = locked.id"""


def load(lives: Iterable[Life], cast: Cast) -> Iterator[int]:
    """Write them; gives the number of rows written after each transaction."""
    rest = iter(lives)
    while chunk := list(islice(rest, CHUNK)):
        _write(chunk, cast)
        yield len(chunk)


def analyze() -> None:
    """Let the planner know at once what autovacuum would tell it in a minute."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE escalations, events, reviewers_reviewer")


@transaction.atomic
def _write(lives: list[Life], cast: Cast) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(_COPY_ESCALATIONS) as copy:
            for life in lives:
                copy.write_row(_row(life, cast))
        held = Counter(life.holder for life in lives if life.holder)
        cursor.execute(_HELD, [list(held), list(held.values())])
    log.append_past(lambda first: _write_events(lives, cast, first))


def _row(life: Life, cast: Cast) -> list[Any]:
    story, agent = life.story, cast.agents[life.story.agent]
    own = [life.id, agent, story.agent, False, life.pool, life.issue, life.context, METADATA, life.tags]
    return [*own, life.declined_by, life.created_at, *(life.facts[name] for name in _FACTS)]


def _write_events(lives: list[Life], cast: Cast, first: int) -> int:
    happened = sorted(_told(lives), key=lambda pair: pair[1].at)
    with connection.cursor() as cursor, cursor.copy(_COPY_EVENTS) as copy:
        for number, (life, event) in enumerate(happened, first):
            agent = cast.agents[life.story.agent]
            copy.write_row((number, life.id, agent, *event[:4], "{}", event.facts))
    return len(happened)


def _told(lives: list[Life]) -> Iterator[tuple[Life, Happening]]:
    for life in lives:
        for event in life.events:
            yield life, event
