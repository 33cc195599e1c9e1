"""What would keep an escalation from reaching a person is found days ahead."""

from datetime import UTC, datetime, timedelta

import pytest

from escalations import coverage
from escalations.models import Policy
from reviewers import duty
from reviewers.models import Reviewer, Role, Rotation
from tests.factories import default_pool, make_pool, make_reviewer

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


def flaws() -> list[str]:
    return coverage.flaws(NOW, NOW + timedelta(days=14))


@pytest.fixture
def root() -> Reviewer:
    return make_reviewer("Root", role=Role.ADMIN, pool=default_pool())


def test_one_person_and_the_defaults_are_covered(root: Reviewer) -> None:
    assert flaws() == []


def test_a_pool_with_nobody_is_named(root: Reviewer) -> None:
    make_pool("Legal")
    assert flaws() == ["The pool Legal has nobody who could take anything. Give it people, or a pool that stands in."]


def test_a_pool_of_people_who_are_all_off_is_named(root: Reviewer) -> None:
    duty.take_off(root, start_at=NOW - timedelta(hours=1), end_at=NOW + timedelta(days=15))
    assert [flaw.partition(" is on duty")[0] for flaw in flaws()] == [f"Nobody of the pool {default_pool().name}"]


def test_a_pool_that_another_stands_in_for_is_covered(root: Reviewer) -> None:
    pool = make_pool("Legal")
    pool.fallback = default_pool()
    pool.save()
    assert flaws() == []


def test_a_rotation_with_nobody_in_it_is_a_gap(root: Reviewer) -> None:
    Rotation.objects.create(name="Nights", starts_on=(NOW - timedelta(days=1)).date())
    assert [flaw.partition(" from ")[0] for flaw in flaws()] == ["Nobody is on call in Nights"]


def test_a_priority_without_policy_is_named(root: Reviewer) -> None:
    Policy.objects.filter(priority="high").update(is_active=False)
    assert [flaw.partition(",")[0] for flaw in flaws()] == ["No policy acts on what is high and waits"]


def test_without_anybody_to_hear_it_fails() -> None:
    make_reviewer("Ada")
    assert any("nobody would hear" in flaw for flaw in flaws())
