"""Each measure, with exact values."""

from datetime import UTC, datetime, timedelta

import pytest

from escalations import lifecycle, sandbox
from escalations.answers import Answer
from escalations.models import Agent, Escalation, EscalationQuerySet, Event, Priority
from metrics import measures
from metrics.measures import Asked, Spread, Waiting
from reviewers.models import Reviewer
from tests.factories import make_agent, make_escalation, make_reviewer

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture
def agent() -> Agent:
    return make_agent("refunds")


def everything() -> EscalationQuerySet:
    return Escalation.objects.all()


def lived(escalation: Escalation, *, assigned_after: float | None = None, resolved_after: float | None = None) -> None:
    """Move its life to DAY: so many seconds until its first assignment, and until its answer."""
    moments: dict[str, datetime] = {"created_at": DAY}
    if assigned_after is not None:
        moments["assigned_at"] = DAY + timedelta(seconds=assigned_after)
    if resolved_after is not None:
        moments |= dict.fromkeys(("resolved_at", "finished_at"), DAY + timedelta(seconds=resolved_after))
    Escalation.objects.filter(pk=escalation.pk).update(**moments)
    for event in Event.objects.filter(escalation=escalation):
        if event.facts["assigned_at"]:
            event.facts["assigned_at"] = moments["assigned_at"].isoformat()
            event.save(update_fields=["facts"])


def resolved(agent: Agent, ada: Reviewer, seconds: float, priority: Priority = Priority.MEDIUM) -> Escalation:
    escalation = make_escalation(agent=agent, priority=priority)
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    lived(escalation, assigned_after=1, resolved_after=seconds)
    return escalation


def test_without_escalations_there_is_no_figure() -> None:
    assert measures.time_to_first_assignment(everything()) == Spread(0, None, None, None)
    assert measures.resolution_time(everything()) == dict.fromkeys(Priority, Spread(0))
    assert measures.escalations_per_agent(everything()) == []
    assert measures.waiting_now(everything()) == dict.fromkeys(Priority, Waiting(0, 0, 0))


def test_who_sees_nothing_gets_no_figure() -> None:
    nothing = Escalation.objects.none()
    assert measures.time_to_first_assignment(nothing) == Spread(0)
    assert measures.resolution_time(nothing) == dict.fromkeys(Priority, Spread(0))
    assert measures.escalations_per_agent(nothing) == []
    assert measures.waiting_now(nothing) == dict.fromkeys(Priority, Waiting())


def test_an_assignment_on_creation_took_no_time(agent: Agent) -> None:
    make_reviewer("Ada")
    make_escalation(agent=agent)
    assert measures.time_to_first_assignment(everything()) == Spread(1, 0.0, 0.0, 0.0)


def test_mean_median_and_p95_of_the_first_assignment(agent: Agent) -> None:
    make_reviewer("Ada")
    for seconds in (0, 10, 20, 30, 140):
        lived(make_escalation(agent=agent), assigned_after=seconds)
    assert measures.time_to_first_assignment(everything()) == Spread(5, 40.0, 20.0, 118.0)


def test_only_the_first_assignment_counts(agent: Agent) -> None:
    make_reviewer("Ada")
    escalation = make_escalation(agent=agent)
    lived(escalation, assigned_after=10)
    lifecycle.release(escalation, by=Reviewer.objects.get())
    assert measures.time_to_first_assignment(everything()) == Spread(1, 10.0, 10.0, 10.0)


def test_one_that_was_given_back_and_waits_still_counts(agent: Agent) -> None:
    ada = make_reviewer("Ada")
    escalation = make_escalation(agent=agent)
    lived(escalation, assigned_after=10)
    lifecycle.decline(escalation, by=ada)
    assert Escalation.objects.get().assigned_at is None
    assert measures.time_to_first_assignment(everything()).count == 1


def test_what_was_never_assigned_does_not_count(agent: Agent) -> None:
    make_escalation(agent=agent)
    assert measures.time_to_first_assignment(everything()).count == 0


def test_resolution_time_is_told_by_priority(agent: Agent) -> None:
    ada = make_reviewer("Ada")
    for seconds in (60, 120):
        resolved(agent, ada, seconds, Priority.URGENT)
    resolved(agent, ada, 3600, Priority.LOW)
    found = measures.resolution_time(everything())
    assert found[Priority.URGENT] == Spread(2, 90.0, 90.0, 117.0)
    assert found[Priority.LOW] == Spread(1, 3600.0, 3600.0, 3600.0)
    assert (found[Priority.HIGH], found[Priority.MEDIUM]) == (Spread(0), Spread(0))


def test_only_answers_have_a_resolution_time(agent: Agent) -> None:
    ada = make_reviewer("Ada")
    make_escalation(agent=agent)
    lifecycle.cancel(make_escalation(agent=agent), by=agent)
    reopened = resolved(agent, ada, 60)
    lifecycle.reopen(reopened, by=agent)
    assert measures.resolution_time(everything())[Priority.MEDIUM].count == 0


def test_each_agent_is_counted_with_the_busiest_first(agent: Agent) -> None:
    ada, other = make_reviewer("Ada"), make_agent("sql")
    resolved(other, ada, 60)
    make_escalation(agent=other)
    make_escalation(agent=agent)
    assert measures.escalations_per_agent(everything()) == [Asked("sql", 2, 1), Asked("refunds", 1, 0)]


def test_agents_with_as_many_are_told_by_name(agent: Agent) -> None:
    make_escalation(agent=make_agent("contracts"))
    make_escalation(agent=agent)
    assert [asked.source_agent for asked in measures.escalations_per_agent(everything())] == ["contracts", "refunds"]


def test_what_waits_now_is_told_by_priority_with_what_is_overdue(agent: Agent) -> None:
    late = make_escalation(agent=agent, priority=Priority.HIGH, tags=("law",))
    Escalation.objects.filter(pk=late.pk).update(due_at=DAY)
    make_escalation(agent=agent, priority=Priority.HIGH, tags=("law",))
    ada = make_reviewer("Ada")
    lifecycle.claim(make_escalation(agent=agent, priority=Priority.LOW), by=ada)
    resolved(agent, ada, 60, Priority.LOW)
    found = measures.waiting_now(everything())
    assert found[Priority.HIGH] == Waiting(open=2, assigned=0, overdue=1)
    assert found[Priority.LOW] == Waiting(open=0, assigned=1, overdue=0)


def test_the_sandbox_never_counts(agent: Agent) -> None:
    make_escalation(agent=agent, sandbox=True)
    sandbox.answer_due()
    make_escalation(agent=agent, sandbox=True)
    assert measures.time_to_first_assignment(everything()).count == 0
    assert measures.resolution_time(everything())[Priority.MEDIUM].count == 0
    assert measures.escalations_per_agent(everything()) == []
    assert measures.waiting_now(everything())[Priority.MEDIUM] == Waiting()
