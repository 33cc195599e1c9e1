"""Long days in short: people who come and go while work comes in, and who is served by it."""

import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from escalations import backlog, lifecycle, routing
from escalations.answers import Answer
from escalations.models import Escalation, Priority, Status
from reviewers import duty
from reviewers.models import Reviewer
from tests.factories import default_pool, make_agent, make_escalation, make_reviewer

pytestmark = pytest.mark.django_db

NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve")
ASKED = int(os.environ.get("SCENARIO_ESCALATIONS", "300"))
AGEING = timedelta(hours=72)
LEFT_ALONE = f"""
    SELECT count(*) FROM escalations e
    WHERE (status = 'open' AND EXISTS (
            SELECT FROM {routing.SEATS} WHERE s.pool_id = e.pool_id AND {routing.COULD}
              AND (r.capacity IS NULL OR r.held < r.capacity)))
        OR (status = 'assigned' AND EXISTS (
            SELECT FROM reviewers_reviewer r WHERE r.id = e.assigned_to AND {routing.IS_ABSENT}))"""


def query(sql: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def without_owner_or_reason() -> int:
    """Open ones that somebody could take, and assigned ones of people who are not there and have not claimed them."""
    return int(query(LEFT_ALONE)[0][0])


class Day:
    """Five reviewers who are switched on and off at random, while work comes in and is passed on or answered."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.agent = make_agent()
        self.people = {person.pk: person for person in (make_reviewer(name) for name in NAMES)}
        self.declined_again = 0

    def minute(self) -> None:
        if self.dice.random() < 0.3:
            self.switch(self.dice.choice(list(self.people.values())))
        for _ in range(self.dice.randint(6, 14)):
            make_escalation(agent=self.agent, priority=self.dice.choice(Priority.values))
        for escalation in Escalation.objects.filter(status=Status.ASSIGNED).order_by("number")[:10]:
            self.act(escalation)

    def switch(self, person: Reviewer) -> None:
        person.refresh_from_db()
        duty.come_back(person) if person.away_since else duty.go_away(person)

    def act(self, escalation: Escalation) -> None:
        holder = self.people[escalation.assigned_to_id]  # type: ignore[index]
        if self.dice.random() < 0.8:
            lifecycle.resolve(escalation, by=holder, answer=Answer("Yes."))
        elif lifecycle.decline(escalation, by=holder).assigned_to_id == holder.pk:
            self.declined_again += 1


def picked_though_declined() -> int:
    return int(
        query("SELECT count(*) FROM escalations WHERE status = 'assigned' AND assigned_to = ANY(declined_by)")[0][0]
    )


def test_with_people_coming_and_going_nothing_is_without_an_owner_or_a_reason() -> None:
    day = Day(seed=4)
    asked = 0
    while asked < ASKED:
        day.minute()
        backlog.sweep()
        assert (without_owner_or_reason(), picked_though_declined()) == (0, 0)
        asked = Escalation.objects.count()
    assert day.declined_again == 0


def test_what_each_holds_is_counted_right_after_such_a_day() -> None:
    day = Day(seed=5)
    for _ in range(8):
        day.minute()
        backlog.sweep()
    held = Counter(Escalation.objects.filter(status=Status.ASSIGNED).values_list("assigned_to", flat=True))
    assert {person.pk: person.held for person in Reviewer.objects.all()} == {pk: held[pk] for pk in day.people}


def test_the_turns_of_the_equally_available_differ_by_one_at_most() -> None:
    day = Day(seed=6)
    away = [day.people[pk] for pk in list(day.people)[:2]]
    for person in away:
        duty.go_away(person)
    there = [person for person in day.people.values() if person not in away]
    for count in range(1, 51):
        make_escalation(agent=day.agent)
        served = query("SELECT served FROM reviewers_seat WHERE reviewer_id = ANY(%(who)s)", who=[p.pk for p in there])
        assert max(served)[0] - min(served)[0] <= 1, count
    for person in away:
        duty.come_back(person)
    before = dict(query("SELECT reviewer_id, served FROM reviewers_seat"))
    for _ in range(50):
        make_escalation(agent=day.agent)
    given = {pk: served - before[pk] for pk, served in query("SELECT reviewer_id, served FROM reviewers_seat")}
    assert max(given.values()) - min(given.values()) <= 1


# `n` is the minute at which each came; all that stands is theirs.
ARRIVALS = """
    INSERT INTO escalations (
        id, agent_id, source_agent, is_sandbox, pool_id, issue_description, priority, context_data, metadata, tags,
        status, created_at, waiting_on, declined_by, queue_at, due_at, version)
    SELECT gen_random_uuid(), %(agent)s, 'bot', false, %(pool)s, 'Number ' || n, p.priority, '{}', '{}', '{}',
        'open', at, 'human', '{}', at + p.delay, at + interval '1 h', 1
    FROM generate_series(%(first)s::int, %(last)s::int) n
    CROSS JOIN LATERAL (SELECT %(start)s::timestamptz + n * interval '1 minute' AS at) arrived
    JOIN (VALUES (0, 'urgent', interval '0'), (1, 'high', interval '24 h'), (2, 'medium', interval '48 h'),
        (3, 'low', interval '72 h')) p (kind, priority, delay) ON p.kind = n * 7919 %% 97 %% 4"""
# What the others take meanwhile: the next in the one queue order.
TAKEN_BY_OTHERS = """
    UPDATE escalations SET status = 'cancelled', outcome = 'cancelled', finished_at = now() WHERE id IN (
        SELECT id FROM escalations WHERE status = 'open' ORDER BY queue_at, id LIMIT %(count)s)"""
PASSED_OVER = """
    SELECT count(*) FILTER (WHERE queue_at < %(queue_at)s),
        count(*) FILTER (WHERE priority = 'low' AND created_at + %(ageing)s < %(created_at)s)
    FROM escalations WHERE status = 'open'"""


def test_next_inverts_nothing_and_lets_nothing_wait_beyond_its_ageing_in_ten_thousand_arrivals() -> None:
    start = datetime.now(UTC) - timedelta(days=8)
    agent, pool, ada = make_agent().pk, default_pool().pk, make_reviewer("Ada")
    taken: Counter[str] = Counter()
    for first in range(0, 10_000, 500):
        query(ARRIVALS, agent=agent, pool=pool, start=start, first=first, last=first + 499)
        query("ANALYZE escalations")
        for _ in range(15):
            task = lifecycle.take_next(by=ada)
            assert task is not None
            assert query(PASSED_OVER, queue_at=task.queue_at, created_at=task.created_at, ageing=AGEING) == [(0, 0)]
            taken[task.priority] += 1
            query(TAKEN_BY_OTHERS, count=29)
    assert taken.total() == 300
    assert set(taken) == set(Priority.values)
