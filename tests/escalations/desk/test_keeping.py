"""Until when it is theirs: what the page says, and what keeps it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from escalations import backlog, lifecycle
from escalations.models import Escalation
from reviewers.models import Reviewer
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation

pytestmark = pytest.mark.django_db

As = Callable[[Reviewer], Client]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def held(team: Team) -> Escalation:
    """Ada has it, and did nothing with it for ten minutes."""
    claimed = lifecycle.claim(make_escalation(pool=team.pool), by=team.ada)
    Escalation.objects.filter(pk=claimed.pk).update(lease_until=F("lease_until") - 10 * MINUTE)
    return claimed


def is_renewed(escalation: Escalation) -> bool:
    until = Escalation.objects.get(pk=escalation.pk).lease_until
    return until is not None and until > timezone.now() + 13 * MINUTE


def address(escalation: Escalation, verb: str = "") -> str:
    return f"/desk/e/{escalation.reference}/{verb}"


def test_opening_its_page_keeps_it(team: Team, as_: As, held: Escalation) -> None:
    page = as_(team.ada).get(address(held)).content.decode()
    assert is_renewed(held)
    assert "It goes back to the queue at " in page


def test_a_page_that_brings_itself_up_to_date_does_not(team: Team, as_: As, held: Escalation) -> None:
    as_(team.ada).get(address(held), headers={"x-refresh": "yes"})
    assert not is_renewed(held)


def test_a_colleague_who_looks_does_not(team: Team, as_: As, held: Escalation) -> None:
    page = as_(team.ben).get(address(held)).content.decode()
    assert not is_renewed(held)
    assert "goes back to the queue" not in page


@pytest.mark.parametrize("verb", ["draft/", "keep/", "resolve/"])
def test_a_draft_a_press_and_a_failed_answer_keep_it(team: Team, as_: As, held: Escalation, verb: str) -> None:
    as_(team.ada).post(address(held, verb), {"for": "answer", "notes": ""})
    assert is_renewed(held)


def test_the_page_is_told_until_when(team: Team, as_: As, held: Escalation) -> None:
    told = as_(team.ada).post(address(held, "keep/"), headers={"accept": "application/json"}).json()
    until = Escalation.objects.get(pk=held.pk).lease_until
    assert until is not None
    assert told == {"until": until.timestamp(), "message": "It stays yours."}


def test_without_a_script_the_button_says_so_on_the_page(team: Team, as_: As, held: Escalation) -> None:
    page = as_(team.ada).post(address(held, "keep/"), follow=True).content.decode()
    assert "It stays yours." in page


def test_nobody_keeps_what_is_not_theirs(team: Team, as_: As, held: Escalation) -> None:
    told = as_(team.ben).post(address(held, "keep/"), headers={"accept": "application/json"}).json()
    assert told == {"until": None, "message": "It is not kept for you any more."}


def test_whoever_left_it_is_told_until_they_claim_it_again(team: Team, as_: As, held: Escalation) -> None:
    Escalation.objects.filter(pk=held.pk).update(lease_until=timezone.now() - MINUTE)
    backlog.sweep()
    assert "because you did nothing with it for too long" in as_(team.ada).get(address(held)).content.decode()
    assert "because you did nothing" not in as_(team.ben).get(address(held)).content.decode()
    lifecycle.claim(held.pk, by=team.ada)
    assert "because you did nothing" not in as_(team.ada).get(address(held)).content.decode()


def test_the_history_says_that_it_was_left(team: Team, as_: As, held: Escalation) -> None:
    Escalation.objects.filter(pk=held.pk).update(lease_until=timezone.now() - MINUTE)
    backlog.sweep()
    page = as_(team.ben).get(address(held)).content.decode()
    assert "Taken back, because its holder did nothing with it for too long" in page
