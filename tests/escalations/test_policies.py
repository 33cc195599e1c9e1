"""What happens as an escalation ages: the shipped policies to the second, and policies of one's own.

In these tests the clock of the database stands still, so an age is exact.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from escalations import lifecycle, policies
from escalations.answers import Answer
from escalations.models import Escalation, Event, Policy, Priority, Status, Step
from reviewers import duty
from reviewers.models import Reviewer, Role
from tests.factories import default_pool, make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
Type = Event.Type
HOURLY = "Urgent, not claimed for an hour: on call"


def aged(escalation: Escalation, by: timedelta) -> Escalation:
    """As if it had been asked so much earlier; whatever was asked, assigned or due lies that much further back."""
    columns = ("created_at", "assigned_at", "claimed_at", "due_at", "queue_at", "bumped_at", "paused_at")
    Escalation.objects.filter(pk=escalation.pk).update(**{name: F(name) - by for name in columns})
    return Escalation.objects.with_names().get(pk=escalation.pk)


def told(escalation: Escalation, *types: str) -> list[tuple[str, str]]:
    """What policies did, and which."""
    wanted = types or (Type.BUMPED, Type.ON_CALL_NOTIFIED, Type.MANAGER_NOTIFIED, Type.CHANNEL_NOTIFIED)
    found = escalation.events.filter(type__in=wanted).order_by("pk")
    return [(event.type, event.data["policy"]) for event in found]


def sweep_at(escalation: Escalation, *ages: timedelta) -> Escalation:
    """Sweep at each of these ages, and afterwards again and again."""
    now = timedelta(0)
    for age in ages:
        escalation, now = aged(escalation, age - now), age
        policies.sweep()
        policies.sweep()
    escalation.refresh_from_db()
    return escalation


def make_policy(**facts: Any) -> Policy:
    Policy.objects.all().delete()
    return Policy.objects.create(**{"name": "Ours", "action": "notify_manager", "condition": "unresolved"} | facts)


@pytest.fixture
def ada() -> Reviewer:
    return make_reviewer("Ada")


@pytest.fixture
def grace() -> Reviewer:
    """The manager of the default pool, who takes no tasks herself."""
    grace = make_reviewer("Grace", pool=make_pool())
    pool = default_pool()
    pool.manager = grace
    pool.save(update_fields=["manager"])
    return grace


def test_urgent_that_nobody_claimed_reaches_on_call_once_after_an_hour(ada: Reviewer) -> None:
    escalation = make_escalation(priority=Priority.URGENT)
    assert told(sweep_at(escalation, HOUR - INSTANT)) == []
    escalation = aged(escalation, INSTANT)
    policies.sweep()
    policies.sweep()
    assert told(escalation) == [(Type.ON_CALL_NOTIFIED, HOURLY)]


def test_urgent_that_is_unassigned_reaches_on_call_once_after_an_hour() -> None:
    escalation = make_escalation(priority=Priority.URGENT)
    Policy.objects.filter(condition="nobody").update(is_active=False)
    assert told(sweep_at(escalation, HOUR - INSTANT)) == []
    assert told(sweep_at(escalation, INSTANT, 2 * HOUR)) == [(Type.ON_CALL_NOTIFIED, HOURLY)]


def test_urgent_that_nobody_is_there_for_reaches_on_call_at_once() -> None:
    escalation = sweep_at(make_escalation(priority=Priority.URGENT), timedelta(0))
    assert told(escalation) == [(Type.ON_CALL_NOTIFIED, "Urgent, nobody is there: on call at once")]


def test_high_that_is_not_answered_is_moved_up_once_after_four_hours(ada: Reviewer) -> None:
    escalation = lifecycle.claim(make_escalation(priority=Priority.HIGH), by=ada)
    assert told(sweep_at(escalation, 4 * HOUR - INSTANT)) == []
    before = aged(escalation, INSTANT).queue_at
    policies.sweep()
    policies.sweep()
    escalation.refresh_from_db()
    assert [kind for kind, _policy in told(escalation)] == [Type.BUMPED]
    assert (escalation.priority, escalation.queue_at) == (Priority.HIGH, before - DAY)
    assert escalation.bumped_at is not None


def test_medium_that_is_not_answered_reaches_the_manager_once_after_a_day(ada: Reviewer, grace: Reviewer) -> None:
    escalation = make_escalation(priority=Priority.MEDIUM)
    assert told(sweep_at(escalation, DAY - INSTANT)) == []
    escalation = aged(escalation, INSTANT)
    policies.sweep()
    policies.sweep()
    event = escalation.events.get(type=Type.MANAGER_NOTIFIED)
    assert (event.data["reviewer"], event.data["told"]) == (str(grace.pk), "manager")


@pytest.mark.parametrize(("priority", "hours"), [("urgent", 1), ("high", 1), ("medium", 4), ("low", 24)])
def test_it_is_red_after(priority: str, hours: int) -> None:
    escalation = make_escalation(priority=priority)
    assert escalation.due_at - escalation.created_at == hours * HOUR
    assert not aged(escalation, hours * HOUR - timedelta(minutes=1)).is_overdue
    assert aged(escalation, 2 * timedelta(minutes=1)).is_overdue


@pytest.mark.parametrize(
    ("priority", "kind"),
    [("urgent", Type.ON_CALL_NOTIFIED), ("high", Type.BUMPED), ("medium", Type.MANAGER_NOTIFIED)],
)
def test_after_a_day_without_a_sweep_each_step_is_done_once(priority: str, kind: Type, ada: Reviewer) -> None:
    escalation = sweep_at(make_escalation(priority=priority), 2 * DAY, 3 * DAY)
    assert [type_ for type_, _policy in told(escalation)] == [kind]


def test_low_is_left_alone(ada: Reviewer) -> None:
    assert told(sweep_at(make_escalation(priority=Priority.LOW), 30 * DAY)) == []


def test_a_claim_in_the_very_moment_goes_before_the_step(ada: Reviewer) -> None:
    due = aged(make_escalation(priority=Priority.URGENT), HOUR)
    lifecycle.claim(due.pk, by=ada)
    assert not policies.act(Policy.objects.get(name=HOURLY), due)
    assert (told(due), Step.objects.count()) == ([], 0)


@pytest.mark.parametrize(("priority", "hours"), [("urgent", 1), ("high", 4), ("medium", 24)])
def test_an_answer_in_the_very_moment_goes_before_the_step(priority: str, hours: int, ada: Reviewer) -> None:
    due = aged(make_escalation(priority=priority), hours * HOUR)
    lifecycle.resolve(due.pk, by=ada, answer=Answer("Yes."))
    assert (policies.sweep(), told(due)) == (0, [])


def test_a_clock_that_jumps_back_and_ahead_does_nothing_twice(ada: Reviewer) -> None:
    escalation = sweep_at(make_escalation(priority=Priority.URGENT), HOUR, -DAY, 4 * HOUR)
    assert told(escalation) == [(Type.ON_CALL_NOTIFIED, HOURLY)]


def test_two_sweeps_in_the_same_moment_do_it_once(ada: Reviewer) -> None:
    due = aged(make_escalation(priority=Priority.URGENT), HOUR)
    policy = Policy.objects.get(name=HOURLY)
    assert policies.act(policy, due)
    assert not policies.act(policy, due)
    with pytest.raises(IntegrityError), transaction.atomic():
        Step.objects.create(escalation=due, policy=policy, round=0, age=HOUR)


def test_time_in_which_it_waits_on_the_agent_does_not_count(ada: Reviewer) -> None:
    agent = make_agent()
    asked = lifecycle.ask(make_escalation(priority=Priority.HIGH, agent=agent), by=ada, message="Which one?")
    assert told(sweep_at(asked, 10 * HOUR)) == []
    lifecycle.reply(asked.pk, by=agent, message="The second.")
    assert told(sweep_at(asked, 4 * HOUR - INSTANT)) == []
    assert [kind for kind, _policy in told(sweep_at(asked, INSTANT))] == [Type.BUMPED]


def test_a_notice_changes_no_version(ada: Reviewer) -> None:
    before = make_escalation(priority=Priority.URGENT).version
    assert sweep_at(Escalation.objects.get(), HOUR).version == before


def test_what_is_answered_is_left_alone(ada: Reviewer) -> None:
    agent = make_agent()
    escalation = make_escalation(priority=Priority.URGENT, agent=agent)
    lifecycle.cancel(escalation, by=agent)
    assert told(sweep_at(escalation, DAY)) == []


def test_nobody_hears_of_the_sandbox() -> None:
    assert told(sweep_at(make_escalation(priority=Priority.URGENT, sandbox=True), DAY)) == []


def test_where_nobody_is_on_call_the_manager_hears(ada: Reviewer, grace: Reviewer) -> None:
    data = sweep_at(make_escalation(priority=Priority.URGENT), HOUR).events.get(type=Type.ON_CALL_NOTIFIED).data
    assert (data["told"], data["skipped"], data["reviewers"]) == ("manager", ["on_call"], [str(grace.pk)])


def test_where_there_is_no_manager_the_admins_hear(ada: Reviewer) -> None:
    root = make_reviewer("Root", role=Role.ADMIN)
    data = sweep_at(make_escalation(priority=Priority.URGENT), HOUR).events.get(type=Type.ON_CALL_NOTIFIED).data
    assert (data["told"], data["skipped"], data["reviewer"]) == ("admins", ["on_call", "manager"], str(root.pk))


def test_one_who_lapsed_after_another_brings_on_call(ada: Reviewer) -> None:
    make_reviewer("Cleo")
    escalation = make_escalation(priority=Priority.LOW)
    Escalation.objects.update(lapse_count=1)
    assert told(sweep_at(escalation, INSTANT)) == []
    Escalation.objects.update(lapse_count=2)
    assert told(sweep_at(escalation, INSTANT)) == [(Type.ON_CALL_NOTIFIED, "Passed on by everybody: on call at once")]


def test_a_full_round_brings_on_call(ada: Reviewer) -> None:
    escalation = make_escalation(priority=Priority.LOW)
    lifecycle.decline(escalation, by=ada)
    assert len(told(sweep_at(escalation, INSTANT))) == 1


def test_an_edit_leaves_what_is_done(ada: Reviewer) -> None:
    policy = make_policy(after=HOUR)
    escalation = sweep_at(make_escalation(), HOUR)
    policy.after, policy.action = 2 * HOUR, "notify_on_call"
    policy.save()
    assert told(sweep_at(escalation, 5 * HOUR)) == [(Type.MANAGER_NOTIFIED, "Ours")]


def test_an_edit_in_the_very_moment_holds(ada: Reviewer) -> None:
    policy = make_policy(after=HOUR)
    due = aged(make_escalation(), HOUR)
    Policy.objects.update(after=2 * HOUR)
    assert not policies.act(policy, due)
    Policy.objects.update(after=HOUR, is_active=False)
    assert not policies.act(policy, due)


def test_repeats_that_were_missed_are_one(ada: Reviewer) -> None:
    make_policy(after=HOUR, repeat_every=HOUR)
    escalation = make_escalation()
    assert len(told(sweep_at(escalation, HOUR, 1.5 * HOUR, 2 * HOUR))) == 2
    assert len(told(sweep_at(escalation, DAY))) == 3
    assert list(Step.objects.values_list("round", flat=True)) == [0, 1, 2]


def test_a_policy_of_a_pool_is_for_that_pool(ada: Reviewer) -> None:
    make_policy(after=HOUR, pool=make_pool())
    assert told(sweep_at(make_escalation(), DAY)) == []


def test_a_channel_is_told(ada: Reviewer) -> None:
    make_policy(after=HOUR, action="notify_channel", channel="#legal")
    data = sweep_at(make_escalation(), HOUR).events.get(type=Type.CHANNEL_NOTIFIED).data
    assert (data["channel"], data["reviewer"]) == ("#legal", None)


def test_a_move_goes_to_the_other_pool_and_to_somebody_there(ada: Reviewer) -> None:
    night = make_pool("Night desk")
    ben = make_reviewer("Ben", pool=night)
    make_policy(after=HOUR, action="move", target_pool=night)
    escalation = sweep_at(make_escalation(), HOUR)
    ada.refresh_from_db()
    assert (escalation.pool, escalation.assigned_to, ada.held) == (night, ben, 0)
    assert told(escalation, Type.MOVED) == [(Type.MOVED, "Ours")]


def test_reassigning_takes_the_next_and_not_the_same(ada: Reviewer) -> None:
    escalation = make_escalation()
    ben = make_reviewer("Ben")
    make_policy(after=HOUR, action="reassign", condition="unclaimed")
    assert sweep_at(escalation, HOUR).assigned_to == ben


def test_reassigning_to_somebody_names_them(ada: Reviewer) -> None:
    escalation = make_escalation()
    make_reviewer("Ben")
    cleo = make_reviewer("Cleo")
    make_policy(after=HOUR, action="reassign", target_reviewer=cleo)
    assert sweep_at(escalation, HOUR).assigned_to == cleo


def test_what_somebody_has_claimed_stays_theirs(ada: Reviewer) -> None:
    make_reviewer("Ben")
    make_policy(after=HOUR, action="reassign")
    claimed = lifecycle.claim(make_escalation(), by=make_reviewer("Cleo"))
    assert sweep_at(claimed, DAY).assigned_to == claimed.assigned_to


def test_one_person_without_a_rotation_needs_no_policy_of_their_own() -> None:
    root = make_reviewer("Root", role=Role.ADMIN)
    duty.go_away(root)
    escalation = sweep_at(make_escalation(priority=Priority.URGENT), INSTANT)
    event = escalation.events.get(type=Type.ON_CALL_NOTIFIED)
    assert (escalation.status, event.data["reviewer"]) == (Status.OPEN, str(root.pk))
