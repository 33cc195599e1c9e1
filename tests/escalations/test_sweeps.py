"""What is due is looked for several times a second, by one statement, and done as soon as it is there."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from escalations import lifecycle, sweeps
from escalations.answers import Answer
from escalations.models import Escalation, Event, OnTimeout, Status
from metrics.reasons import sorting
from reviewers import duty
from reviewers.models import Pool, Reviewer
from tests.factories import default_pool, make_agent, make_escalation, make_pool, make_reviewer

HOUR = timedelta(hours=1)


def past(escalation: Escalation, *columns: str) -> None:
    """As if those moments lay an hour earlier."""
    Escalation.objects.filter(pk=escalation.pk).update(**{name: F(name) - HOUR for name in columns})


def test_housekeeping_is_done_once_a_minute() -> None:
    done: list[int] = []
    seldom = sweeps.Seldom(lambda: done.append(1))
    seldom()
    seldom()
    assert done == [1]


@pytest.mark.django_db
def test_where_nothing_is_due_one_statement_says_so() -> None:
    lifecycle.claim(make_escalation(), by=make_reviewer("Ada"))
    sweeps.run_all()
    sorting.sort_some()  # its thread does not see this transaction
    sweeps.run_all()
    sweeps.run_all()
    with CaptureQueriesContext(connection) as queries:
        sweeps.run_all()
    assert len(queries) == 1


def unclaimed() -> Escalation:
    Pool.objects.update(assign_within_since=None)
    make_reviewer("Ada")
    escalation = make_escalation()
    past(escalation, "assigned_at")
    return escalation


def expired() -> Escalation:
    escalation = make_escalation(expires_at=datetime.now(UTC) + HOUR / 2, on_timeout=OnTimeout.CANCEL)
    past(escalation, "expires_at")
    return escalation


def of_somebody_who_left() -> Escalation:
    ada = make_reviewer("Ada")
    escalation = lifecycle.claim(make_escalation(), by=ada)
    Reviewer.objects.filter(pk=ada.pk).update(is_active=False)
    return escalation


def of_somebody_who_has_room_again() -> Escalation:
    ada = make_reviewer("Ada", capacity=1)
    first, second = make_escalation(), make_escalation()
    lifecycle.resolve(first, by=ada, answer=Answer("Yes."))
    return second


def of_somebody_who_comes_on_duty() -> Escalation:
    ada = make_reviewer("Ada")
    duty.go_away(ada, until=datetime.now(UTC) + HOUR)
    escalation = make_escalation()
    Reviewer.objects.filter(pk=ada.pk).update(away_until=F("away_until") - 2 * HOUR, duty_changes_at=datetime.now(UTC))
    return escalation


def of_a_pool_that_opens() -> Escalation:
    make_reviewer("Ada")
    Pool.objects.update(is_open=False, open_changes_at=datetime.now(UTC) + HOUR)
    escalation = make_escalation()
    Pool.objects.update(open_changes_at=datetime.now(UTC))
    return escalation


def of_a_pool_that_another_stands_in_for() -> Escalation:
    refunds = make_pool("Refunds")
    make_reviewer("Ada", pool=refunds)
    escalation = make_escalation()
    Pool.objects.filter(pk=default_pool().pk).update(fallback=refunds)
    return escalation


def left_by_whom_claimed_it() -> Escalation:
    escalation = lifecycle.claim(make_escalation(), by=make_reviewer("Ada"))
    Pool.objects.update(claim_within=HOUR)
    Reviewer.objects.update(capacity=0)
    Escalation.objects.filter(pk=escalation.pk).update(lease_until=datetime.now(UTC) - HOUR)
    return escalation


def of_the_sandbox() -> Escalation:
    return make_escalation(agent=make_agent(), sandbox=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "status"),
    [
        pytest.param(unclaimed, Status.OPEN, id="unclaimed"),
        pytest.param(expired, Status.EXPIRED, id="expired"),
        pytest.param(left_by_whom_claimed_it, Status.OPEN, id="lease"),
        pytest.param(of_somebody_who_left, Status.OPEN, id="left"),
        pytest.param(of_somebody_who_has_room_again, Status.ASSIGNED, id="room"),
        pytest.param(of_somebody_who_comes_on_duty, Status.ASSIGNED, id="duty"),
        pytest.param(of_a_pool_that_opens, Status.ASSIGNED, id="opens"),
        pytest.param(of_a_pool_that_another_stands_in_for, Status.ASSIGNED, id="stand-in"),
        pytest.param(of_the_sandbox, Status.RESOLVED, id="sandbox"),
    ],
)
def test_what_is_due_is_seen_and_done(make: Callable[[], Escalation], status: Status) -> None:
    sweeps.run_all()
    escalation = make()
    sweeps.run_all()
    escalation.refresh_from_db()
    assert escalation.status == status


@pytest.mark.django_db
def test_a_policy_is_seen_to_be_due(monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps.run_all()
    monkeypatch.setattr(sweeps._due_work["policies"], "_again_at", 0.0)
    escalation = make_escalation(priority="urgent")
    sweeps.run_all()
    assert escalation.events.filter(type=Event.Type.ON_CALL_NOTIFIED).exists()


@pytest.mark.django_db
def test_a_condition_that_cannot_be_asked_stops_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def run() -> None:
        done.append("run")

    monkeypatch.setattr(sweeps, "_due_work", {"broken": run})
    monkeypatch.setattr(sweeps, "_conditions", {run: "1 / 0 = 1"})
    monkeypatch.setattr(sweeps, "logger", sweeps.logger.getChild("quiet"))
    sweeps.run_all()
    assert done == ["run"]
