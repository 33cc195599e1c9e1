"""What somebody claimed and left goes on to another; what they do with it keeps it theirs."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from escalations import backlog, drafts, leases, lifecycle, simulation, timers
from escalations.answers import Answer
from escalations.models import Agent, Escalation, Event, Status
from reviewers.models import Pool, Reviewer
from tests.factories import default_pool, key_of, make_agent, make_escalation, make_reviewer

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
WITHIN = 15 * MINUTE


@pytest.fixture
def agent() -> Agent:
    return make_agent()


@pytest.fixture
def ada() -> Reviewer:
    return make_reviewer("Ada")


@pytest.fixture
def held(agent: Agent, ada: Reviewer) -> Escalation:
    return lifecycle.claim(make_escalation(agent=agent), by=ada)


def left(escalation: Escalation, *, by: timedelta) -> Escalation:
    """As if nobody had done anything with it for so long."""
    Escalation.objects.filter(pk=escalation.pk).update(lease_until=F("lease_until") - by)
    return Escalation.objects.with_names().get(pk=escalation.pk)


def remaining(escalation: Escalation) -> timedelta:
    now = Escalation.objects.get(pk=escalation.pk)
    assert now.lease_until is not None
    return now.lease_until - timezone.now()


def test_a_claim_on_the_desk_has_the_pools_lease(held: Escalation) -> None:
    assert WITHIN - MINUTE < remaining(held) <= WITHIN


def test_what_is_left_goes_to_another_and_says_which_lease_was_over(held: Escalation, ada: Reviewer) -> None:
    ben = make_reviewer("Ben")
    left(held, by=WITHIN)
    backlog.sweep()
    held.refresh_from_db()
    ada.refresh_from_db()
    lapsed = held.events.get(type=Event.Type.LAPSED)
    assert (held.assigned_to, held.claimed_at, held.lease_until) == (ben, None, None)
    assert lapsed.data == {"lease": "claim_within", "reviewer": str(ada.pk)}
    assert (ada.held, ada.is_on_duty, ada.has_lapsed) == (0, True, False)


def test_it_counts_neither_as_declined_nor_as_not_claimed(held: Escalation) -> None:
    left(held, by=WITHIN)
    backlog.sweep()
    held.refresh_from_db()
    assert (held.declined_by, held.lapse_count) == ([], 0)


def test_even_whose_turn_it_is_does_not_get_it_again_while_others_are_there(held: Escalation, ada: Reviewer) -> None:
    ben = make_reviewer("Ben")
    ben.seats.update(served=100)
    left(held, by=WITHIN)
    backlog.sweep()
    held.refresh_from_db()
    assert held.assigned_to == ben


def test_it_comes_back_to_whoever_had_it_where_nobody_else_is(held: Escalation, ada: Reviewer) -> None:
    left(held, by=WITHIN)
    backlog.sweep()
    held.refresh_from_db()
    assert (held.status, held.assigned_to, held.claimed_at) == (Status.ASSIGNED, ada, None)


def test_the_draft_stays(held: Escalation, ada: Reviewer) -> None:
    drafts.save(held, by=ada, content={"notes": ["Half an answer"]})
    left(held, by=WITHIN)
    backlog.sweep()
    assert drafts.of(held, by=ada) is not None


def test_a_renewal_in_the_very_second_goes_before_the_lapse(held: Escalation, ada: Reviewer) -> None:
    due = left(held, by=WITHIN)
    leases.renew(held, by=ada)
    assert timers.lapse_claim(due) is None


def test_an_answer_in_the_very_second_goes_before_the_lapse(held: Escalation, ada: Reviewer) -> None:
    due = left(held, by=WITHIN)
    lifecycle.resolve(held.pk, by=ada, answer=Answer("Yes."))
    assert timers.lapse_claim(due) is None


def test_another_holders_claim_is_not_taken_for_an_old_lease(held: Escalation, ada: Reviewer) -> None:
    due = left(held, by=WITHIN)
    lifecycle.release(held.pk, by=ada)
    ben = make_reviewer("Ben")
    left(lifecycle.claim(held.pk, by=ben), by=WITHIN)
    assert timers.lapse_claim(due) is None


def test_a_fresh_lease_is_not_written_again(held: Escalation, ada: Reviewer) -> None:
    left(held, by=MINUTE / 2)
    leases.renew(held, by=ada)
    assert remaining(held) < WITHIN - MINUTE / 3


def test_a_lease_of_a_minute_is_renewed_all_the_same(held: Escalation, ada: Reviewer) -> None:
    left(held, by=2 * MINUTE)
    assert leases.renew(held, by=ada) == Escalation.objects.get(pk=held.pk).lease_until
    assert remaining(held) > WITHIN - MINUTE


def test_renewing_is_no_event_and_no_new_version(held: Escalation, ada: Reviewer) -> None:
    left(held, by=5 * MINUTE)
    leases.renew(held, by=ada)
    assert Escalation.objects.get(pk=held.pk).version == held.version


def test_nobody_renews_what_another_holds(held: Escalation) -> None:
    left(held, by=5 * MINUTE)
    assert leases.renew(held, by=make_reviewer("Ben")) is None
    assert remaining(held) < 11 * MINUTE


def test_claiming_it_again_renews_it(held: Escalation, ada: Reviewer) -> None:
    left(held, by=10 * MINUTE)
    lifecycle.claim(held.pk, by=ada)
    assert remaining(held) > WITHIN - MINUTE


def test_a_claim_with_a_key_never_lapses(agent: Agent, ada: Reviewer) -> None:
    claimed = lifecycle.claim(make_escalation(agent=agent), by=ada, via=key_of(agent))
    assert claimed.lease_until is None


def test_a_claim_with_a_key_lapses_where_the_pool_says_so(agent: Agent, ada: Reviewer) -> None:
    Pool.objects.update(has_key_leases=True)
    make_escalation(agent=agent)
    claimed = lifecycle.take_next(by=ada, via=key_of(agent))
    assert claimed is not None
    assert remaining(claimed) > WITHIN - MINUTE


def test_an_act_on_the_desk_gives_no_lease_to_what_was_claimed_with_a_key(agent: Agent, ada: Reviewer) -> None:
    claimed = lifecycle.claim(make_escalation(agent=agent), by=ada, via=key_of(agent))
    assert lifecycle.ask(claimed.pk, by=ada, message="Which order?").lease_until is None


def test_a_pool_without_a_time_takes_nothing(held: Escalation, ada: Reviewer) -> None:
    Pool.objects.update(claim_within=None)
    left(held, by=WITHIN)
    backlog.sweep()
    held.refresh_from_db()
    assert (held.assigned_to, held.lapses_at) == (ada, None)


def test_it_stands_still_while_it_waits_on_the_agent(held: Escalation, agent: Agent, ada: Reviewer) -> None:
    left(lifecycle.ask(held.pk, by=ada, message="Which order?"), by=4 * WITHIN)
    backlog.sweep()
    held.refresh_from_db()
    assert (held.claimed_at is None, held.lapses_at) == (False, None)
    lifecycle.reply(held.pk, by=agent, message="4418")
    assert remaining(held) > WITHIN - MINUTE


def test_what_the_agent_says_unasked_renews_nothing(held: Escalation, agent: Agent) -> None:
    left(held, by=10 * MINUTE)
    lifecycle.reply(held.pk, by=agent, message="By the way")
    assert remaining(held) < 6 * MINUTE


def test_a_snooze_ends_before_its_lease_begins(held: Escalation, ada: Reviewer) -> None:
    lifecycle.snooze(held.pk, by=ada, until=timezone.now() + 60 * MINUTE)
    assert 74 * MINUTE < remaining(held) <= 75 * MINUTE


def test_put_aside_until_the_agent_replies_it_never_lapses(held: Escalation, agent: Agent, ada: Reviewer) -> None:
    left(lifecycle.snooze(held.pk, by=ada, until=None), by=4 * WITHIN)
    backlog.sweep()
    held.refresh_from_db()
    assert (held.assigned_to, held.is_snoozed, held.lapses_at) == (ada, True, None)
    lifecycle.reply(held.pk, by=agent, message="Here it is")
    assert remaining(held) > WITHIN - MINUTE


def test_waking_it_begins_the_lease(held: Escalation, ada: Reviewer) -> None:
    lifecycle.snooze(held.pk, by=ada, until=timezone.now() + 60 * MINUTE)
    lifecycle.wake(held.pk, by=ada)
    assert WITHIN - MINUTE < remaining(held) <= WITHIN


def test_a_resolved_released_or_handed_over_one_has_no_lease(held: Escalation, ada: Reviewer) -> None:
    assert lifecycle.release(held.pk, by=ada).lease_until is None
    again = lifecycle.claim(held.pk, by=ada)
    assert lifecycle.resolve(again.pk, by=ada, answer=Answer("Yes.")).lease_until is None


def test_what_was_claimed_before_the_update_has_none(held: Escalation, ada: Reviewer) -> None:
    Escalation.objects.filter(pk=held.pk).update(lease_until=None)
    backlog.sweep()
    assert leases.renew(Escalation.objects.get(pk=held.pk), by=ada) is None


def test_what_is_assigned_when_the_time_is_set_has_the_whole_of_it(agent: Agent, ada: Reviewer) -> None:
    waiting = make_escalation(agent=agent)
    Escalation.objects.filter(pk=waiting.pk).update(assigned_at=timezone.now() - timedelta(days=3))
    Pool.objects.update(assign_within_since=timezone.now() - WITHIN + MINUTE)
    backlog.sweep()
    waiting.refresh_from_db()
    assert waiting.assigned_to == ada
    Pool.objects.update(assign_within_since=timezone.now() - WITHIN - MINUTE)
    backlog.sweep()
    ada.refresh_from_db()
    assert ada.has_lapsed


def test_a_simulation_knows_what_becomes_of_what_is_left(held: Escalation) -> None:
    ben = make_reviewer("Ben")
    now = timezone.now()
    happenings = simulation.of(held, at=now, until=now + 20 * MINUTE)
    assert [each.type for each in happenings] == [Event.Type.LAPSED, Event.Type.ASSIGNED]
    assert happenings[1].who == [ben]


def test_an_update_stamps_the_pools_it_finds() -> None:
    assert default_pool().assign_within_since is not None


def test_a_sweep_frees_all_that_somebody_leaves_behind(
    agent: Agent, ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "BATCH", 2)
    monkeypatch.setattr(backlog, "_LIMIT", {"limit": 2})
    for _each in range(5):
        lifecycle.claim(make_escalation(agent=agent), by=ada)
    Reviewer.objects.filter(pk=ada.pk).update(is_active=False)
    backlog.free_abandoned()
    assert Escalation.objects.filter(status=Status.OPEN).count() == 5
