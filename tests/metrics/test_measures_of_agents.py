"""Rates, reasons, shares and loads, with exact values."""

from datetime import timedelta

import pytest

from escalations import lifecycle, reasons
from escalations.models import Agent, Labeller, Priority, Reason
from escalations.reasons import Label
from metrics import measures, runs
from metrics.measures import AgentRate, Load, ReasonCount, Share
from metrics.scope import HOUR
from reviewers.models import Role
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer
from tests.metrics import clock
from tests.metrics.days import DAY, after, answered, scope

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _time_stands_still() -> None:
    clock.stop(DAY)


@pytest.fixture
def agent() -> Agent:
    return make_agent("refunds")


def test_a_rate_is_per_100_runs_where_the_agent_tells_them_and_per_day(agent: Agent) -> None:
    other = make_agent("sql")
    for _number in range(3):
        make_escalation(agent=agent)
    make_escalation(agent=other)
    runs.report(agent, count=150, at=DAY)
    runs.report(agent, count=50, at=DAY + HOUR)
    runs.report(agent, count=900, at=DAY - timedelta(days=9))
    assert measures.escalation_rate(scope()) == [
        AgentRate(agent.pk, "refunds", created=3, resolved=0, runs=200, per_100_runs=1.5, per_day=1.0),
        AgentRate(other.pk, "sql", created=1, resolved=0, runs=None, per_100_runs=None, per_day=1 / 3),
    ]
    assert measures.escalation_rate(scope(priority=Priority.MEDIUM))[0].per_100_runs is None


def test_reasons_are_told_with_those_of_the_period_before(agent: Agent) -> None:
    reason = Reason.objects.all()[0]
    for moment in (timedelta(0), timedelta(0), -timedelta(days=3)):
        clock.turn(DAY + moment)
        reasons.categorise([Label(make_escalation(agent=agent).pk, reason.slug)], source=Labeller.LOCAL)
    after(days=0)
    make_escalation(agent=agent)
    assert measures.reasons(scope()) == [
        ReasonCount(reason.slug, reason.name, count=2, before=1),
        ReasonCount(None, "Uncategorised", count=1, before=0),
    ]


def test_the_same_again_within_seven_days_is_a_recurrence(agent: Agent) -> None:
    for words, days in (("May I?", -8), ("may  i?", 0), ("May I? ", 1), ("Which?", 1)):
        after(days=days)
        make_escalation(words, agent=agent)
    make_escalation("May I?", agent=make_agent("sql"))
    assert measures.recurrence(scope()) == Share(1, 4)


def test_a_dedupe_key_says_what_is_the_same(agent: Agent) -> None:
    for words in ("May I?", "Please answer!"):
        lifecycle.cancel(make_escalation(words, agent=agent, dedupe_key="6144"), by=agent)
    assert measures.recurrence(scope()) == Share(1, 2)


def test_the_third_of_a_run_is_a_loop(agent: Agent) -> None:
    for run in ("1", "1", "1", "1", "2", "2", None, None, None):
        make_escalation(agent=agent, run_id=run)
    assert measures.loops(scope()) == Share(2, 9)


def test_taking_a_later_one_while_an_earlier_one_waits_is_an_inversion(agent: Agent) -> None:
    ada = make_reviewer("Ada")
    first, urgent, elsewhere = (
        make_escalation(agent=agent),
        make_escalation(agent=agent, priority=Priority.URGENT),
        make_escalation(agent=agent, priority=Priority.URGENT, pool=make_pool("Law")),
    )
    after(minutes=1)
    lifecycle.claim(first, by=ada)
    assert measures.inversions(scope()) == Share(1, 1)
    after(minutes=2)
    lifecycle.claim(urgent, by=ada)
    assert measures.inversions(scope()) == Share(1, 2)
    assert elsewhere.claimed_at is None


def test_inflation_is_the_share_that_is_urgent_or_high(agent: Agent) -> None:
    after(days=-3)
    make_escalation(agent=agent)
    make_escalation(agent=agent, priority=Priority.HIGH)
    after(days=0)
    make_escalation(agent=agent, priority=Priority.URGENT)
    found = measures.inflation(scope())[0]
    assert (found.pressing, found.before, found.grew_by) == (Share(1, 1), Share(1, 2), 0.5)


def test_a_load_tells_what_each_person_was_given_took_answered_and_has(agent: Agent) -> None:
    ada, grace = make_reviewer("Ada"), make_reviewer("Grace")
    escalation = make_escalation(agent=agent)
    lifecycle.assign(escalation, to=ada, by=make_reviewer("Root", role=Role.ADMIN, pool=make_pool("Nobody asks here")))
    answered(agent, ada, minutes=1)
    lifecycle.claim(escalation, by=ada)
    found = {load.name: load for load in measures.load(scope())}
    assert found["Ada"] == Load(ada.pk, "Ada", assigned=2, claimed=2, resolved=1, open_now=1)
    assert found["Grace"].reviewer == grace.pk
    assert (found["Grace"].resolved, found["Grace"].open_now) == (0, 0)


@pytest.mark.parametrize(
    ("values", "expected"), [((), None), ((0, 0), None), ((3, 3, 3), 0.0), ((0, 0, 0, 8), 0.75), ((1, 3), 0.25)]
)
def test_gini(values: tuple[int, ...], expected: float | None) -> None:
    assert measures.gini(values) == (None if expected is None else pytest.approx(expected))
