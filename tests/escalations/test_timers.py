"""What happens without anybody's doing, once, and never over a person's answer."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from escalations import backlog, lifecycle, timers
from escalations.answers import Answer
from escalations.intake import NewEscalation
from escalations.models import Decision, Escalation, Event, OnTimeout, Outcome, Status
from escalations.refusals import Finished
from reviewers import duty
from reviewers.models import Pool, Reviewer
from tests.factories import default_pool, make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DEFAULT = {"resolution_notes": "No answer in time.", "decision": "reject"}


@pytest.fixture(autouse=True)
def _always_so() -> None:
    """Long after the update that gave the pools their leases."""
    Pool.objects.update(assign_within_since=None)


@pytest.fixture
def ada() -> Reviewer:
    return make_reviewer("Ada")


def past(escalation: Escalation, *columns: str, by: timedelta = HOUR) -> Escalation:
    """As if those moments lay so much earlier."""
    Escalation.objects.filter(pk=escalation.pk).update(**{name: F(name) - by for name in columns})
    return Escalation.objects.with_names().get(pk=escalation.pk)


def test_what_is_not_claimed_in_time_goes_to_the_next(ada: Reviewer) -> None:
    escalation = make_escalation()
    ben = make_reviewer("Ben")
    past(escalation, "assigned_at")
    backlog.sweep()
    escalation.refresh_from_db()
    ada.refresh_from_db()
    assert escalation.assigned_to == ben
    assert (ada.is_on_duty, ada.has_lapsed) == (False, True)
    assert list(escalation.events.order_by("pk").values_list("type", flat=True)) == [
        Event.Type.CREATED,
        Event.Type.ASSIGNED,
        Event.Type.LAPSED,
        Event.Type.ASSIGNED,
    ]


def test_any_act_brings_back_who_has_lapsed(ada: Reviewer) -> None:
    escalation = past(make_escalation(), "assigned_at")
    backlog.sweep()
    ada.refresh_from_db()
    lifecycle.claim(escalation.pk, by=ada)
    ada.refresh_from_db()
    assert (ada.is_on_duty, ada.has_lapsed) == (True, False)


def test_what_is_claimed_does_not_lapse(ada: Reviewer) -> None:
    claimed = lifecycle.claim(make_escalation(), by=ada)
    past(claimed, "assigned_at")
    backlog.sweep()
    claimed.refresh_from_db()
    assert claimed.assigned_to == ada


def test_a_claim_in_the_very_moment_goes_before_the_lapse(ada: Reviewer) -> None:
    due = past(make_escalation(), "assigned_at")
    lifecycle.claim(due.pk, by=ada)
    assert timers.lapse(due) is None
    ada.refresh_from_db()
    assert ada.is_on_duty


def test_a_pool_without_a_limit_lets_nothing_lapse(ada: Reviewer) -> None:
    Pool.objects.update(assign_within=None)
    escalation = past(make_escalation(), "assigned_at")
    backlog.sweep()
    escalation.refresh_from_db()
    assert escalation.assigned_to == ada


def test_who_goes_away_keeps_what_they_claimed_and_gives_back_the_rest(ada: Reviewer) -> None:
    claimed = lifecycle.claim(make_escalation(), by=ada)
    unclaimed = make_escalation()
    duty.go_away(ada)
    backlog.sweep()
    claimed.refresh_from_db()
    unclaimed.refresh_from_db()
    assert (claimed.assigned_to, unclaimed.status) == (ada, Status.OPEN)


def test_who_is_away_gets_nothing_until_they_are_back(ada: Reviewer) -> None:
    duty.go_away(ada)
    escalation = make_escalation()
    assert escalation.status == Status.OPEN
    duty.come_back(ada)
    backlog.sweep()
    escalation.refresh_from_db()
    assert escalation.assigned_to == ada


def test_whoever_holds_least_is_next_where_the_pool_says_so() -> None:
    pool = default_pool()
    pool.strategy = Pool.Strategy.LEAST_LOADED
    pool.save(update_fields=["strategy"])
    ada, ben = make_reviewer("Ada"), make_reviewer("Ben")
    first = [make_escalation(), make_escalation()]
    done = next(each for each in first if each.assigned_to_id == ada.pk)
    lifecycle.resolve(done, by=ada, answer=Answer("Yes."))
    assert [make_escalation().assigned_to_id for _ in range(3)].count(ben.pk) == 1


def expiring(on_timeout: OnTimeout, default: dict[str, str] | None = None) -> Escalation:
    made = make_escalation(
        allowed_decisions=(Decision.APPROVE, Decision.REJECT),
        expires_at=datetime.now(UTC) + HOUR,
        on_timeout=on_timeout,
        default_answer=default,
    )
    return past(made, "expires_at", by=2 * HOUR)


def test_a_deadline_ends_it_without_an_answer(ada: Reviewer) -> None:
    escalation = expiring(OnTimeout.CANCEL)
    backlog.sweep()
    escalation.refresh_from_db()
    ada.refresh_from_db()
    assert (escalation.status, escalation.outcome, escalation.decision) == (Status.EXPIRED, Outcome.EXPIRED, None)
    assert ada.held == 0


def test_a_default_is_no_persons_answer(ada: Reviewer) -> None:
    escalation = expiring(OnTimeout.USE_DEFAULT, DEFAULT)
    backlog.sweep()
    escalation.refresh_from_db()
    assert (escalation.status, escalation.outcome, escalation.decision) == (Status.EXPIRED, Outcome.DEFAULT, "reject")
    assert (escalation.decided_by_type, escalation.resolved_at) == ("timer", None)


def test_what_is_to_be_kept_stays(ada: Reviewer) -> None:
    escalation = expiring(OnTimeout.KEEP)
    backlog.sweep()
    escalation.refresh_from_db()
    assert escalation.status == Status.ASSIGNED


def test_a_deadline_does_not_run_while_it_waits_on_the_agent(ada: Reviewer) -> None:
    agent = make_agent()
    made = make_escalation(agent=agent, expires_at=datetime.now(UTC) + HOUR, on_timeout=OnTimeout.CANCEL)
    lifecycle.ask(made, by=ada, message="Which order?")
    past(made, "expires_at", "paused_at", by=2 * HOUR)
    backlog.sweep()
    replied = lifecycle.reply(made.pk, by=agent, message="4418")
    assert replied.expires_at is not None
    assert replied.expires_at > datetime.now(UTC)


def test_an_answer_in_the_very_moment_goes_before_the_deadline(ada: Reviewer) -> None:
    due = expiring(OnTimeout.USE_DEFAULT, DEFAULT)
    lifecycle.resolve(due.pk, by=ada, answer=Answer(decision=Decision.APPROVE))
    assert timers.expire(due) is None
    due.refresh_from_db()
    assert due.decision == "approve"


def test_an_agent_moves_its_deadline_until_it_has_passed(ada: Reviewer) -> None:
    agent = make_agent()
    made = make_escalation(agent=agent, expires_at=datetime.now(UTC) + HOUR, on_timeout=OnTimeout.CANCEL)
    later = datetime.now(UTC) + 2 * HOUR
    assert lifecycle.extend(made, by=agent, until=later).expires_at == later
    past(made, "expires_at", by=3 * HOUR)
    backlog.sweep()
    with pytest.raises(Finished):
        lifecycle.extend(made.pk, by=agent, until=later)


def test_nothing_is_kept_beside_a_new_escalation() -> None:
    assert NewEscalation("May I?").on_timeout == OnTimeout.KEEP


def standing_in() -> tuple[Pool, Pool]:
    fallback = make_pool("Night desk")
    pool = default_pool()
    pool.fallback = fallback
    pool.save(update_fields=["fallback"])
    return pool, fallback


def test_another_pool_stands_in_at_once_where_nobody_is_on_duty(ada: Reviewer) -> None:
    _, fallback = standing_in()
    nina = make_reviewer("Nina", pool=fallback)
    duty.go_away(ada)
    escalation = make_escalation()
    assert (escalation.pool_id, escalation.assigned_to_id) == (fallback.pk, nina.pk)
    assert escalation.events.filter(type=Event.Type.MOVED).count() == 1


def test_nobody_stands_in_while_somebody_is_there_though_busy(ada: Reviewer) -> None:
    pool, fallback = standing_in()
    make_reviewer("Nina", pool=fallback)
    ada.capacity = 1
    ada.save(update_fields=["capacity"])
    make_escalation()
    waiting = make_escalation()
    backlog.sweep()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.pool_id) == (Status.OPEN, pool.pk)


def test_what_waits_moves_when_somebody_of_the_other_pool_comes(ada: Reviewer) -> None:
    _, fallback = standing_in()
    nina = make_reviewer("Nina", pool=fallback)
    duty.go_away(ada)
    duty.go_away(nina)
    waiting = make_escalation()
    assert waiting.status == Status.OPEN
    duty.come_back(nina)
    backlog.sweep()
    waiting.refresh_from_db()
    assert waiting.assigned_to == nina
