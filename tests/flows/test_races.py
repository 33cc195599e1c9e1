"""Real PostgreSQL, real threads: whoever is faster wins, nobody wins twice, nothing is lost."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from django.db import connection
from django.db.models import Count, F, Q
from django.db.models.functions import Now

from escalations import backlog, leases, lifecycle
from escalations.answers import Answer
from escalations.models import Escalation, Event, Status
from escalations.refusals import Held, Refusal
from reviewers.models import Reviewer, Role, Seat
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db(transaction=True)


def together(works: Iterable[Callable[[], object]]) -> None:
    """Run all at once, each in its own thread with its own connection; raise what any of them raised."""
    works = list(works)
    barrier, failures = threading.Barrier(len(works)), list[BaseException]()

    def run(work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            work()
        except BaseException as failure:  # noqa: BLE001 - raised again below
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def held_is_true() -> bool:
    counted = dict(
        Escalation.objects.filter(status=Status.ASSIGNED)
        .values_list("assigned_to")
        .annotate(tasks=Count("id"))
        .values_list("assigned_to", "tasks")
    )
    return all(reviewer.held == counted.get(reviewer.pk, 0) for reviewer in Reviewer.objects.all())


def test_sixteen_reviewers_racing_for_two_hundred_escalations_have_one_winner_each() -> None:
    agent = make_agent()
    escalations = [make_escalation(agent=agent) for _ in range(200)]
    reviewers = [make_reviewer() for _ in range(16)]
    wins: Counter[object] = Counter()

    def race(reviewer: Reviewer) -> None:
        for escalation in escalations:
            try:
                lifecycle.claim(escalation, by=reviewer)
                wins[escalation.pk] += 1
            except Refusal:
                pass

    together(lambda reviewer=reviewer: race(reviewer) for reviewer in reviewers)  # type: ignore[misc]
    assert wins == {escalation.pk: 1 for escalation in escalations}
    assert Event.objects.filter(type=Event.Type.CLAIMED).count() == 200
    assert held_is_true()


def test_of_two_who_claim_at_the_same_moment_one_wins_and_the_other_hears_the_name() -> None:
    agent, rivals = make_agent(), (make_reviewer("Ada"), make_reviewer("Ben"))
    escalations = [make_escalation(agent=agent) for _ in range(500)]
    at_once, told = threading.Barrier(2), list[tuple[object, str]]()

    def race(reviewer: Reviewer) -> None:
        for escalation in escalations:
            at_once.wait(30)
            try:
                lifecycle.claim(escalation, by=reviewer)
            except Held as held:
                told.append((escalation.pk, held.holder_name))

    together(lambda reviewer=reviewer: race(reviewer) for reviewer in rivals)  # type: ignore[misc]
    names = dict(Escalation.objects.exclude(claimed_at=None).values_list("pk", "assigned_to__name"))
    assert sorted(told, key=str) == sorted(names.items(), key=str)
    assert len(told) == 500


def test_next_never_hands_the_same_task_to_two() -> None:
    agent = make_agent()
    for _ in range(100):
        make_escalation(agent=agent)
    reviewers = [make_reviewer() for _ in range(8)]
    taken: list[object] = []

    def work(reviewer: Reviewer) -> None:
        while task := lifecycle.take_next(by=reviewer):
            taken.append(task.pk)

    together(lambda reviewer=reviewer: work(reviewer) for reviewer in reviewers)  # type: ignore[misc]
    assert len(taken) == len(set(taken))
    assert held_is_true()


@pytest.mark.parametrize("people", [3, 7])
def test_sixteen_creators_keep_the_spread_at_one_and_leave_nothing_open(people: int) -> None:
    agent, pool = make_agent(), make_pool()
    for _ in range(people):
        make_reviewer(pool=pool)

    def create() -> None:
        for _ in range(12):
            make_escalation(agent=agent, pool=pool)

    together(create for _ in range(16))
    served = list(Seat.objects.filter(pool=pool).values_list("served", flat=True))
    assert sum(served) == 192
    assert max(served) - min(served) <= 1
    assert not Escalation.objects.open().exists()
    assert held_is_true()


def test_capacity_holds_under_concurrent_creators_and_the_rest_waits() -> None:
    agent, pool = make_agent(), make_pool()
    for _ in range(3):
        make_reviewer(pool=pool, capacity=5)

    def create() -> None:
        for _ in range(5):
            make_escalation(agent=agent, pool=pool)

    together(create for _ in range(8))
    assert list(Reviewer.objects.values_list("held", flat=True)) == [5, 5, 5]
    assert Escalation.objects.open().count() == 25


def test_one_dedupe_key_makes_one_escalation() -> None:
    agent = make_agent()
    made: list[object] = []
    together((lambda: made.append(make_escalation(agent=agent, dedupe_key="same").pk)) for _ in range(16))
    assert len(set(made)) == 1
    assert Escalation.objects.count() == 1
    assert Event.objects.count() == 1


def test_answer_and_withdrawal_at_the_same_moment_leave_one_end() -> None:
    agent, ada = make_agent(), make_reviewer()
    escalations = [make_escalation(agent=agent) for _ in range(40)]

    def each(verb: Callable[[Escalation], object]) -> None:
        for escalation in escalations:
            with contextlib.suppress(Refusal):
                verb(escalation)

    together(
        [
            lambda: each(lambda escalation: lifecycle.cancel(escalation, by=agent)),
            lambda: each(lambda escalation: lifecycle.resolve(escalation, by=ada, answer=Answer("Yes"))),
        ]
    )
    ends = Event.objects.filter(type__in=[Event.Type.RESOLVED, Event.Type.CANCELLED])
    assert ends.count() == 40
    assert (
        not Escalation.objects.filter(events__in=ends).annotate(n=Count("events")).filter(version__lt=F("n")).exists()
    )
    assert held_is_true()


def test_hand_overs_in_opposite_directions_do_not_block_each_other() -> None:
    agent, lead = make_agent(), make_reviewer(role=Role.ADMIN, pool=make_pool())
    ada, grace = make_reviewer("Ada"), make_reviewer("Grace")
    ours, theirs = make_escalation(agent=agent), make_escalation(agent=agent)

    def swap(escalation: Escalation) -> None:
        for _ in range(20):
            for to in (ada, grace):
                lifecycle.assign(escalation, to=to, by=lead)

    together([lambda: swap(ours), lambda: swap(theirs)])
    assert held_is_true()


def test_routers_everywhere_assign_the_backlog_once() -> None:
    agent = make_agent()
    for _ in range(30):
        make_escalation(agent=agent)
    for _ in range(3):
        make_reviewer()
    together(backlog.sweep for _ in range(4))
    assert Event.objects.filter(type=Event.Type.ASSIGNED).count() == 30
    assert sorted(Reviewer.objects.values_list("held", flat=True)) == [10, 10, 10]
    assert held_is_true()


def test_a_claim_that_lapses_while_its_holder_acts_ends_once_and_one_way() -> None:
    """Each is renewed, answered, or taken by one of two sweeps; nothing is both kept and taken, or taken twice."""
    agent, ada = make_agent(), make_reviewer("Ada")
    held = [lifecycle.claim(make_escalation(agent=agent), by=ada) for _ in range(60)]
    make_reviewer("Ben")
    Escalation.objects.update(lease_until=Now())

    def act() -> None:
        for place, each in enumerate(held):
            if place % 2:
                leases.renew(each, by=ada)
            else:
                with contextlib.suppress(Refusal):
                    lifecycle.resolve(each.pk, by=ada, answer=Answer("Yes."), version=each.version)

    together([act, backlog.lapse_due, backlog.lapse_due])
    lapses = Counter(Event.objects.filter(type=Event.Type.LAPSED).values_list("escalation", flat=True))
    kept = Escalation.objects.filter(Q(status=Status.RESOLVED) | Q(claimed_at__isnull=False))
    assert set(lapses.values()) <= {1}
    assert not kept.filter(pk__in=lapses).exists()
    assert kept.count() + len(lapses) == len(held)
    assert held_is_true()
