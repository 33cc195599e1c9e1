"""Asking the agent back, putting aside, and hearing what came of the answer."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from escalations import lifecycle, statements
from escalations.answers import Answer
from escalations.models import Escalation, Event, Receipt, Status
from escalations.refusals import CannotSnooze, Finished, Held, NotFinished, TooManyMessages
from reviewers.models import Reviewer
from tests.factories import make_agent, make_escalation, make_reviewer

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def ada() -> Reviewer:
    return make_reviewer("Ada")


def backdate(escalation: Escalation, by: timedelta) -> None:
    """As if it had waited on the agent for so long."""
    Escalation.objects.filter(pk=escalation.pk).update(paused_at=F("paused_at") - by)


def test_asking_back_claims_it_and_stops_the_clock(ada: Reviewer) -> None:
    asked = lifecycle.ask(make_escalation(), by=ada, message="Which order?")
    assert (asked.status, asked.assigned_to_id, asked.waiting_on) == (Status.ASSIGNED, ada.pk, "agent")
    assert asked.claimed_at is not None
    assert asked.paused_at is not None
    assert [(said.author, said.name, said.text) for said in asked.messages] == [("reviewer", "Ada", "Which order?")]


def test_what_waits_on_the_agent_is_not_overdue(ada: Reviewer) -> None:
    late = make_escalation()
    Escalation.objects.filter(pk=late.pk).update(due_at=datetime.now(UTC) - HOUR)
    lifecycle.ask(late.pk, by=ada, message="Which order?")
    late.refresh_from_db()
    assert not late.is_overdue
    assert not Escalation.objects.overdue().exists()


def test_a_reply_gives_it_back_to_the_same_reviewer_and_moves_what_is_due_by_the_pause(ada: Reviewer) -> None:
    agent = make_agent()
    asked = lifecycle.ask(make_escalation(agent=agent), by=ada, message="Which order?")
    backdate(asked, HOUR)
    replied = lifecycle.reply(asked, by=agent, message="Order 4418.")
    assert (replied.assigned_to_id, replied.waiting_on, replied.paused_at) == (ada.pk, "human", None)
    assert HOUR <= replied.due_at - asked.due_at < HOUR + timedelta(seconds=30)
    assert [said.author for said in replied.messages] == ["reviewer", "agent"]


def test_asking_twice_stops_the_clock_once(ada: Reviewer) -> None:
    asked = lifecycle.ask(make_escalation(), by=ada, message="Which order?")
    backdate(asked, HOUR)
    again = lifecycle.ask(asked, by=ada, message="And when?")
    assert datetime.now(UTC) - (again.paused_at or datetime.now(UTC)) >= HOUR
    assert again.message_count == 2


def test_an_agent_may_say_something_unasked(ada: Reviewer) -> None:
    agent = make_agent()
    claimed = lifecycle.claim(make_escalation(agent=agent), by=ada)
    told = lifecycle.reply(claimed, by=agent, message="The customer has called again.")
    assert (told.status, told.assigned_to_id, told.due_at) == (Status.ASSIGNED, ada.pk, claimed.due_at)


def test_what_somebody_else_holds_is_not_theirs_to_ask_about(ada: Reviewer) -> None:
    claimed = lifecycle.claim(make_escalation(), by=ada)
    with pytest.raises(Held):
        lifecycle.ask(claimed, by=make_reviewer(), message="Which order?")


def test_what_is_finished_takes_no_message(ada: Reviewer) -> None:
    agent = make_agent()
    done = lifecycle.resolve(make_escalation(agent=agent), by=ada, answer=Answer("Yes."))
    with pytest.raises(Finished):
        lifecycle.reply(done, by=agent, message="Wait.")


def test_a_thread_has_an_end(ada: Reviewer) -> None:
    escalation = make_escalation()
    Escalation.objects.filter(pk=escalation.pk).update(message_count=statements.MESSAGES_AT_MOST)
    with pytest.raises(TooManyMessages):
        lifecycle.ask(escalation, by=ada, message="One more?")


def test_an_event_shows_the_thread_as_it_was_then(ada: Reviewer) -> None:
    agent = make_agent()
    asked = lifecycle.ask(make_escalation(agent=agent), by=ada, message="Which order?")
    now = lifecycle.reply(asked, by=agent, message="Order 4418.")
    question = now.events.get(type=Event.Type.INFO_REQUESTED)
    assert [said.text for said in now.as_of(question).messages] == ["Which order?"]


def test_answering_what_waits_on_the_agent_ends_the_wait(ada: Reviewer) -> None:
    asked = lifecycle.ask(make_escalation(), by=ada, message="Which order?")
    done = lifecycle.resolve(asked, by=ada, answer=Answer("Never mind: yes."))
    assert (done.status, done.waiting_on, done.paused_at) == (Status.RESOLVED, "human", None)


def test_next_passes_over_what_waits_on_the_agent(ada: Reviewer) -> None:
    asked = lifecycle.ask(make_escalation(), by=ada, message="Which order?")
    lifecycle.release(asked, by=ada)
    assert lifecycle.take_next(by=ada) is None


def test_snoozing_claims_it_and_waking_ends_it(ada: Reviewer) -> None:
    until = datetime.now(UTC) + HOUR
    snoozed = lifecycle.snooze(make_escalation(), by=ada, until=until)
    assert (snoozed.assigned_to_id, snoozed.snoozed_until, snoozed.is_snoozed) == (ada.pk, until, True)
    assert not lifecycle.wake(snoozed, by=ada).is_snoozed


def test_a_snooze_ends_when_its_time_comes(ada: Reviewer) -> None:
    snoozed = lifecycle.snooze(make_escalation(), by=ada, until=datetime.now(UTC) + HOUR)
    snoozed.snoozed_until = datetime.now(UTC)
    assert not snoozed.is_snoozed


def test_a_reply_wakes_it(ada: Reviewer) -> None:
    agent = make_agent()
    snoozed = lifecycle.snooze(make_escalation(agent=agent), by=ada, until=None)
    assert snoozed.is_snoozed
    assert not lifecycle.reply(snoozed, by=agent, message="It is urgent now.").is_snoozed


@pytest.mark.parametrize("ahead", [timedelta(0), -HOUR, timedelta(days=31)])
def test_a_snooze_ends_within_thirty_days(ada: Reviewer, ahead: timedelta) -> None:
    with pytest.raises(CannotSnooze):
        lifecycle.snooze(make_escalation(), by=ada, until=datetime.now(UTC) + ahead)


def test_giving_it_back_ends_the_snooze(ada: Reviewer) -> None:
    snoozed = lifecycle.snooze(make_escalation(), by=ada, until=None)
    assert lifecycle.release(snoozed, by=ada).snoozed_at is None


def test_waking_what_is_awake_changes_nothing(ada: Reviewer) -> None:
    claimed = lifecycle.claim(make_escalation(), by=ada)
    assert lifecycle.wake(claimed, by=ada).version == claimed.version


def test_the_agent_reports_what_it_did_once(ada: Reviewer) -> None:
    agent = make_agent()
    done = lifecycle.resolve(make_escalation(agent=agent), by=ada, answer=Answer("Yes."))
    told = lifecycle.report(done, by=agent, outcome=Receipt.APPLIED, note="Refunded.")
    again = lifecycle.report(done, by=agent, outcome=Receipt.APPLIED, note="Refunded.")
    assert (told.receipt or {})["outcome"] == "applied"
    assert again.version == told.version == done.version + 1


def test_there_is_nothing_to_report_before_the_answer() -> None:
    agent = make_agent()
    with pytest.raises(NotFinished):
        lifecycle.report(make_escalation(agent=agent), by=agent, outcome=Receipt.FAILED)


def test_routing_and_a_lead_leave_different_marks() -> None:
    lead = make_reviewer("Lea", role="lead")  # type: ignore[arg-type] # the role's own word
    ada = make_reviewer("Ada")
    given = lifecycle.assign(make_escalation(), to=ada, by=lead, note="You know this one.")
    assert given.assigned_by == "Lea"
    assert lifecycle.claim(given, by=ada).assigned_by == "Lea"
    assert lifecycle.release(given, by=ada).assigned_by is None
