"""Each measure, with exact values; a percentile of one case is within 2 %."""

from datetime import UTC, datetime, timedelta

import pytest

from escalations import lifecycle, sandbox
from escalations.answers import Answer
from escalations.models import Agent, Escalation, Priority
from metrics import measures
from metrics.measures import DEFINITIONS, Flow, Share, Spread, Waiting
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer
from tests.metrics import clock
from tests.metrics.days import DAY, after, answered, near, scope

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _time_stands_still() -> None:
    clock.stop(DAY)


@pytest.fixture
def agent() -> Agent:
    return make_agent("refunds")


def test_without_escalations_there_is_no_figure() -> None:
    asked = scope()
    assert (measures.first_assignment(asked), measures.time_to_resolution(asked, "priority")) == ({}, {})
    assert (measures.escalation_rate(asked), measures.reasons(asked), measures.load(asked)) == ([], [], [])
    assert measures.recurrence(asked) == Share(0, 0)
    assert measures.recurrence(asked).ratio is None
    assert measures.waiting_now(asked) == dict.fromkeys(Priority, Waiting(0, 0, 0))


def test_an_assignment_on_creation_took_no_time(agent: Agent) -> None:
    make_reviewer("Ada")
    make_escalation(agent=agent)
    assert measures.first_assignment(scope()) == {None: Spread(1, 0.0, 0.0, 0.0)}


def test_only_the_first_assignment_counts_also_of_what_was_given_back(agent: Agent) -> None:
    escalation = make_escalation(agent=agent, tags=("law",))
    ada = make_reviewer("Ada")
    after(minutes=10)
    lifecycle.claim(escalation, by=ada)
    after(minutes=20)
    lifecycle.decline(escalation, by=ada)
    assert Escalation.objects.get().assigned_at is None
    assert measures.first_assignment(scope()) == {None: near(1, 600.0, 600.0, 600.0)}


def test_what_was_never_assigned_does_not_count(agent: Agent) -> None:
    make_escalation(agent=agent)
    assert measures.first_assignment(scope()) == {}


def test_a_claim_is_the_first_moment_a_person_takes_it(agent: Agent) -> None:
    ada = make_reviewer("Ada")
    escalation = make_escalation(agent=agent)
    after(minutes=5)
    lifecycle.ask(escalation, by=ada, message="Which order?")
    after(minutes=50)
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    assert measures.time_to_claim(scope(), "reviewer") == {ada.pk: near(1, 300.0, 300.0, 300.0)}


def test_resolution_time_is_told_by_priority(agent: Agent) -> None:
    ada = make_reviewer("Ada")
    for minutes in (1, 2):
        answered(agent, ada, minutes=minutes, priority=Priority.URGENT)
    answered(agent, ada, minutes=60, priority=Priority.LOW)
    found = measures.time_to_resolution(scope(), "priority")
    assert found == {"urgent": near(2, 90.0, 90.0, 117.0), "low": near(1, 3600.0, 3600.0, 3600.0)}


def test_time_in_which_it_waits_on_its_agent_does_not_count(agent: Agent) -> None:
    ada = make_reviewer("Ada")
    escalation = make_escalation(agent=agent)
    after(minutes=10)
    lifecycle.ask(escalation, by=ada, message="Which order?")
    after(hours=10)
    lifecycle.reply(escalation, by=agent, message="6144")
    after(hours=10, minutes=5)
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    assert measures.time_to_resolution(scope()) == {None: near(1, 900.0, 900.0, 900.0)}
    assert measures.in_time(scope()) == {None: Share(1, 1)}


def test_what_was_reopened_counts_once_until_the_answer_that_stands(agent: Agent) -> None:
    ada = make_reviewer("Ada")
    escalation = answered(agent, ada, minutes=10)
    lifecycle.reopen(escalation, by=agent)
    assert measures.time_to_resolution(scope()) == {}
    after(minutes=30)
    lifecycle.resolve(escalation.pk, by=ada, answer=Answer("No."))
    assert measures.time_to_resolution(scope()) == {None: near(1, 1800.0, 1800.0, 1800.0)}


def test_what_no_person_answered_has_no_resolution_time(agent: Agent) -> None:
    make_reviewer("Ada")
    make_escalation(agent=agent)
    lifecycle.cancel(make_escalation(agent=agent), by=agent)
    assert measures.time_to_resolution(scope()) == {}
    assert measures.in_time(scope()) == {None: Share(0, 0)}


def test_in_time_is_by_the_due_time_of_the_priority(agent: Agent) -> None:
    ada = make_reviewer("Ada")
    answered(agent, ada, minutes=59, priority=Priority.URGENT)
    answered(agent, ada, minutes=61, priority=Priority.URGENT)
    answered(agent, ada, minutes=61)
    assert measures.in_time(scope(), "priority") == {"urgent": Share(1, 2), "medium": Share(1, 1)}


def test_a_flow_tells_answers_by_when_they_were_given(agent: Agent) -> None:
    answered(agent, make_reviewer("Ada"), minutes=24 * 60)
    found = measures.flow(scope(), "day")
    assert found == [
        Flow(datetime(2026, 3, 3, tzinfo=UTC)),
        Flow(datetime(2026, 3, 4, tzinfo=UTC), opened=1),
        Flow(datetime(2026, 3, 5, tzinfo=UTC), resolved=1),
    ]
    assert Flow(datetime(2026, 3, 4, 10, tzinfo=UTC), opened=1) in measures.flow(scope(), "hour")


def test_a_heat_map_has_each_hour_of_the_week_where_the_reader_is(agent: Agent) -> None:
    make_escalation(agent=agent)
    wednesday = 2
    assert measures.heat(scope())[wednesday][10] == 1
    assert measures.heat(scope(), zone_hours=14)[wednesday + 1][0] == 1


def test_usefulness_is_of_those_where_the_reviewer_said_so(agent: Agent) -> None:
    ada = make_reviewer("Ada")
    for avoidable in (True, False, False, None):
        lifecycle.resolve(make_escalation(agent=agent), by=ada, answer=Answer("Yes."), avoidable=avoidable)
    assert measures.usefulness(scope()) == Share(1, 3)


def test_what_waits_now_is_told_by_priority_with_what_is_overdue(agent: Agent) -> None:
    late = make_escalation(agent=agent, priority=Priority.HIGH, tags=("law",))
    after(minutes=30)
    make_escalation(agent=agent, priority=Priority.HIGH, tags=("law",))
    ada = make_reviewer("Ada")
    lifecycle.claim(make_escalation(agent=agent, priority=Priority.LOW), by=ada)
    after(minutes=61)
    found = measures.waiting_now(scope())
    assert late.due_at < DAY + timedelta(minutes=61)
    assert found[Priority.HIGH] == Waiting(open=2, assigned=0, overdue=1)
    assert found[Priority.LOW] == Waiting(open=0, assigned=1, overdue=0)


def test_a_backlog_is_told_by_age(agent: Agent) -> None:
    make_escalation(agent=agent)
    after(hours=5)
    make_escalation(agent=agent, priority=Priority.URGENT)
    found = {(age.from_, age.to): age.counts for age in measures.backlog_by_age(scope())}
    assert found[4 * 3600.0, 86400.0][Priority.MEDIUM] == 1
    assert found[0.0, 900.0][Priority.URGENT] == 1
    assert sum(count for counts in found.values() for count in counts.values()) == 2


def test_a_scope_narrows_what_counts(agent: Agent) -> None:
    data = make_pool("Data")
    make_escalation(agent=agent, pool=data, priority=Priority.HIGH)
    make_escalation(agent=make_agent("sql"))
    assert measures.recurrence(scope()).whole == 2
    for narrowed in (
        {"pool": data.pk},
        {"agent": agent.pk},
        {"priority": Priority.HIGH},
        {"pools": frozenset({data.pk})},
    ):
        assert measures.recurrence(scope(**narrowed)).whole == 1
    assert measures.recurrence(scope(pools=frozenset())).whole == 0


def test_the_sandbox_never_counts(agent: Agent) -> None:
    make_escalation(agent=agent, sandbox=True)
    sandbox.answer_due()
    make_escalation(agent=agent, sandbox=True)
    assert measures.first_assignment(scope()) == {}
    assert measures.escalation_rate(scope()) == []
    assert measures.waiting_now(scope())[Priority.MEDIUM] == Waiting()


def test_every_measure_has_a_definition() -> None:
    told = {"gini", "shares"}
    functions = {name for name in measures.__all__ if name.islower()}
    assert functions - told <= set(DEFINITIONS)
    assert all(getattr(measures, name).__doc__ for name in functions - {"shares"})
