"""The commands for leads: what would happen, and what is missing."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from escalations import coverage
from escalations.models import Escalation, Policy
from reviewers.models import Reviewer, Role, Rotation
from tests.factories import default_pool, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def flaws() -> list[str]:
    return coverage.flaws(NOW, NOW + timedelta(days=14))


@pytest.fixture
def root() -> Reviewer:
    return make_reviewer("Root", role=Role.ADMIN, pool=default_pool())


def test_one_person_and_the_defaults_are_covered(root: Reviewer) -> None:
    assert run("check_coverage") == "Covered for the next 14 days.\n"


def test_a_pool_with_nobody_fails(root: Reviewer) -> None:
    make_pool("Legal")
    with pytest.raises(CommandError, match="1 to look at"):
        run("check_coverage")


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


def test_simulate_tells_who_gets_it_and_what_comes_then(root: Reviewer) -> None:
    lines = run("simulate", "--priority", "urgent", "--at", "2027-03-01T09:00", "--hours", "2").splitlines()
    assert lines[1:4] == [
        "2027-03-01 09:00      +0:00  it is asked",
        "2027-03-01 09:00      +0:00  assigned to Root <root@example.com>",
        "2027-03-01 09:15      +0:15  not claimed in time; whoever had it is set to away",
    ]
    assert "on call is told: Root <root@example.com>; no on call; no manager" in lines[-2]
    assert not Escalation.objects.exists()


def test_simulate_follows_one_that_exists(root: Reviewer) -> None:
    escalation = make_escalation(priority="high")
    assert "moved up the queue by 24 hours" in run("simulate", escalation.reference)


@pytest.mark.parametrize("arguments", [["ESC-99999"], ["nonsense"], ["--pool", "None such"], ["--agent", "None such"]])
def test_simulate_refuses_what_is_not_there(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="There is no"):
        run("simulate", *arguments)
