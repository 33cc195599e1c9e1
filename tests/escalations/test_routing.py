from collections import Counter

import pytest

from escalations import backlog, lifecycle
from escalations.models import Escalation, Status
from reviewers import people
from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db


def owners(*escalations: Escalation) -> list[str | None]:
    return [Escalation.objects.get(pk=each.pk).assignee_name for each in escalations]


def test_round_robin_serves_everybody_in_turn() -> None:
    for name in ("Ada", "Grace", "Joan"):
        make_reviewer(name)
    names = [make_escalation().assignee_name for _ in range(9)]
    assert Counter(names) == {"Ada": 3, "Grace": 3, "Joan": 3}
    assert set(names[:3]) == {"Ada", "Grace", "Joan"}


def test_assignment_and_its_moment_are_in_the_creating_statement() -> None:
    make_reviewer()
    escalation = make_escalation()
    assert (escalation.status, escalation.assigned_at) == (Status.ASSIGNED, escalation.created_at)


def test_only_who_has_all_the_tags_is_picked() -> None:
    make_reviewer("Ada", tags=("law",))
    make_reviewer("Grace", tags=("law", "french"))
    assert {make_escalation(tags=("law", "french")).assignee_name for _ in range(4)} == {"Grace"}


def test_whoever_sits_in_a_pool_is_taken_to_have_its_tags() -> None:
    billing = make_pool("Billing")
    Pool.objects.filter(pk=billing.pk).update(tags=["billing"])
    make_reviewer("Ada", pool=billing)
    make_reviewer("Grace", pool=billing, tags=("french",))
    assert {make_escalation(pool=billing, tags=("billing",)).assignee_name for _ in range(4)} == {"Ada", "Grace"}
    assert make_escalation(pool=billing, tags=("billing", "french")).assignee_name == "Grace"


def test_the_tags_of_a_pool_count_in_no_other() -> None:
    billing, law = make_pool("Billing"), make_pool("Law")
    Pool.objects.filter(pk=billing.pk).update(tags=["billing"])
    people.join(make_reviewer("Ada", pool=billing), law)
    assert make_escalation(pool=law, tags=("billing",)).assignee_name is None


def test_what_waits_is_assigned_once_its_pool_has_the_tag() -> None:
    billing = make_pool("Billing")
    ada = make_reviewer("Ada", pool=billing)
    waiting = make_escalation(pool=billing, tags=("billing",))
    assert lifecycle.take_next(by=ada) is None
    Pool.objects.filter(pk=billing.pk).update(tags=["billing"])
    backlog.sweep()
    assert owners(waiting) == ["Ada"]


def test_an_older_one_that_the_pools_tags_allow_goes_before_a_new_one() -> None:
    billing = make_pool("Billing")
    Pool.objects.filter(pk=billing.pk).update(tags=["billing"])
    older = make_escalation(pool=billing, tags=("billing",))
    make_reviewer("Ada", pool=billing, capacity=1)
    newer = make_escalation(pool=billing)
    assert owners(older, newer) == ["Ada", None]


def test_alternating_tags_leave_nobody_idle() -> None:
    make_reviewer("Ada", tags=("a",))
    make_reviewer("Grace", tags=("b",))
    names = [make_escalation(tags=("ab"[n % 2],)).assignee_name for n in range(6)]
    assert Counter(names) == {"Ada": 3, "Grace": 3}


@pytest.mark.parametrize("facts", [{"is_active": False}, {"role": Role.READ_ONLY}, {"capacity": 0}])
def test_nobody_eligible_leaves_it_open(facts: dict[str, object]) -> None:
    make_reviewer(**facts)  # type: ignore[arg-type]
    escalation = make_escalation()
    assert (escalation.status, escalation.assigned_to_id, escalation.version) == (Status.OPEN, None, 1)


def test_capacity_is_never_exceeded() -> None:
    ada = make_reviewer("Ada", capacity=2)
    statuses = [make_escalation().status for _ in range(3)]
    assert statuses == [Status.ASSIGNED, Status.ASSIGNED, Status.OPEN]
    assert Reviewer.objects.get(pk=ada.pk).held == 2


def test_other_pools_are_left_alone() -> None:
    make_reviewer(pool=make_pool())
    assert make_escalation().status == Status.OPEN


def test_the_backlog_is_assigned_most_urgent_first_when_somebody_comes() -> None:
    low, urgent = make_escalation(priority="low"), make_escalation(priority="urgent")
    make_reviewer("Ada", capacity=1)
    backlog.sweep()
    assert owners(urgent, low) == ["Ada", None]


def test_a_new_one_does_not_overtake_the_backlog() -> None:
    waiting = make_escalation(priority="urgent")
    make_reviewer("Ada", capacity=1)
    newer = make_escalation(priority="low")
    assert owners(waiting, newer) == ["Ada", None]


def test_what_nobody_can_do_does_not_block_the_others() -> None:
    stuck = make_escalation(priority="urgent", tags=("latin",))
    make_reviewer("Ada")
    assert owners(stuck, make_escalation()) == [None, "Ada"]


def test_what_an_inactive_person_holds_goes_to_the_next() -> None:
    ada = make_reviewer("Ada")
    claimed = lifecycle.claim(make_escalation(), by=ada)
    make_reviewer("Grace")
    people.deactivate(ada)
    backlog.sweep()
    assert owners(claimed) == ["Grace"]
    assert Reviewer.objects.get(pk=ada.pk).held == 0


def test_a_newcomer_is_level_with_the_others() -> None:
    make_reviewer("Ada")
    for _ in range(5):
        make_escalation()
    make_reviewer("Grace")
    assert Counter(make_escalation().assignee_name for _ in range(4)) == {"Ada": 2, "Grace": 2}


def test_who_returns_is_level_with_the_others() -> None:
    ada = make_reviewer("Ada")
    people.deactivate(ada)
    make_reviewer("Grace")
    for _ in range(5):
        make_escalation()
    people.activate(ada)
    assert Counter(make_escalation().assignee_name for _ in range(4)) == {"Ada": 2, "Grace": 2}


def test_saving_a_stale_person_leaves_their_counters_alone() -> None:
    ada = make_reviewer("Ada")
    make_escalation()
    ada.name = "Ada L."
    ada.save()
    assert Reviewer.objects.get(pk=ada.pk).held == 1


def test_sandbox_escalations_reach_no_person() -> None:
    make_reviewer()
    assert make_escalation(agent=make_agent(), sandbox=True).status == Status.OPEN


def test_who_declined_it_meanwhile_does_not_get_it_from_whoever_has_not_heard() -> None:
    ada = make_reviewer("Ada")
    known_before = make_escalation()
    lifecycle.decline(known_before.pk, by=ada)
    assert lifecycle.route(known_before) is None
    assert owners(known_before) == [None]
    make_reviewer("Grace")
    backlog.sweep()
    assert owners(known_before) == ["Grace"]


def test_what_was_moved_meanwhile_stays_in_its_new_pool() -> None:
    known_before = make_escalation()
    night = make_pool("Night desk")
    make_reviewer("Ada")
    Escalation.objects.filter(pk=known_before.pk).update(pool=night)
    assert lifecycle.route(known_before) is None
    assert owners(known_before) == [None]
