"""The page on which shifts are offered, and the answers of colleagues."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from reviewers import oncall, swaps
from reviewers.models import Override, Reviewer, Role, Rotation, Swap, Turn
from tests.escalations.desk.conftest import Team
from tests.factories import make_pool, make_reviewer

pytestmark = pytest.mark.django_db

PAGE = "/desk/oncall/"
As = Callable[[Reviewer], Client]


@pytest.fixture
def rotation(team: Team) -> Rotation:
    """A day each, by the clocks of Berlin."""
    made = Rotation.objects.create(name="Days", starts_on=date(2026, 1, 1), length_days=1, time_zone="Europe/Berlin")
    for position, person in enumerate((team.ada, team.ben)):
        Turn.objects.create(rotation=made, reviewer=person, position=position)
    team.pool.rotation = made
    team.pool.save()
    return made


def text(response: Any) -> str:
    return str(response.content.decode())


def next_of(rotation: Rotation, person: Reviewer) -> str:
    """The name of their next whole shift, as the form has it."""
    now = datetime.now(UTC)
    found = [each for each in swaps.shifts(rotation, now) if each.in_turn == person and each.start > now]
    return f"{found[0].end:%Y-%m-%dT%H:%M:%SZ}"


def ask(desk: Client, rotation: Rotation, shift: str, taker: Reviewer, **more: str) -> Any:
    return desk.post(f"{PAGE}{rotation.pk}/swap/", {"shift": shift, "taker": str(taker.pk)} | more)


def test_one_offers_and_the_other_accepts(as_: As, team: Team, rotation: Rotation) -> None:
    shift, back = next_of(rotation, team.ada), next_of(rotation, team.ben)
    assert ask(as_(team.ada), rotation, shift, team.ben, in_return=back).status_code == 302
    page = text(as_(team.ada).get(PAGE))
    assert "Ben Okafor for Ada Lovelace" in page
    assert "Withdraw the offer to Ben Okafor" in page
    assert "Accept the swap" not in page

    assert "Accept the swap with Ada Lovelace" in text(as_(team.ben).get(PAGE))
    answered = as_(team.ben).post(f"{PAGE}swaps/{Swap.objects.get().pk}/accept/", follow=True)
    assert "You are on call for it now." in text(answered)
    assert "Accepted" in text(answered)
    ends = datetime.fromisoformat(shift)
    assert oncall.who(rotation, ends - timedelta(minutes=1)) == team.ben
    assert Override.objects.count() == 2


def test_a_part_is_typed_by_the_clock_of_the_rotation(as_: As, team: Team, rotation: Rotation) -> None:
    shift = next_of(rotation, team.ada)
    ends = datetime.fromisoformat(shift).astimezone(ZoneInfo("Europe/Berlin"))
    typed = f"{ends - timedelta(hours=2):%Y-%m-%dT%H:%M}"
    assert ask(as_(team.ada), rotation, shift, team.ben, starts=typed).status_code == 302
    swap = Swap.objects.get()
    assert swap.end_at - swap.start_at == timedelta(hours=2)


def test_a_lead_sets_it_at_once(as_: As, team: Team, rotation: Rotation) -> None:
    lead = make_reviewer("Lea Lead", pool=team.pool, role=Role.LEAD)
    assert "Set it without asking" in text(as_(lead).get(f"{PAGE}{rotation.pk}/swap/"))
    assert ask(as_(lead), rotation, next_of(rotation, team.ada), team.ben, settle="").status_code == 302
    assert (Swap.objects.get().state, Swap.objects.get().set_by) == ("accepted", lead)


def test_a_reviewer_sets_nothing_without_asking(as_: As, team: Team, rotation: Rotation) -> None:
    assert "Set it without asking" not in text(as_(team.ada).get(f"{PAGE}{rotation.pk}/swap/"))
    ask(as_(team.ada), rotation, next_of(rotation, team.ada), team.ben, settle="")
    assert Swap.objects.get().state == "open"


def test_one_offers_nobody_elses_shift(as_: As, team: Team, rotation: Rotation) -> None:
    answer = ask(as_(team.ada), rotation, next_of(rotation, team.ben), team.ada)
    assert (answer.status_code, Swap.objects.count()) == (400, 0)
    assert "Choose a shift." in text(answer)


WRONG = {
    "no-shift": ({"shift": ""}, "Choose a shift."),
    "unknown-shift": ({"shift": "tomorrow"}, "Choose a shift."),
    "nobody": ({"taker": ""}, "Choose who takes over."),
    "no-person": ({"taker": "x"}, "Choose who takes over."),
    "strange-time": ({"starts": "soon"}, "Give times as in"),
    "other-day": ({"starts": "2030-01-01T09:00"}, "A part must lie within the shift"),
    "year-one": ({"ends": "0001-01-01T00:00"}, "Give times as in"),
    "no-return": ({"in_return": "x"}, "must be a shift of Ben Okafor"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_on_the_page(as_: As, team: Team, rotation: Rotation, what: str) -> None:
    typed, said = WRONG[what]
    right = {"shift": next_of(rotation, team.ada), "taker": str(team.ben.pk)}
    answer = as_(team.ada).post(f"{PAGE}{rotation.pk}/swap/", right | typed)
    assert (answer.status_code, Swap.objects.count()) == (400, 0)
    assert said in text(answer)


def test_answers_are_those_of_the_right_person(as_: As, team: Team, rotation: Rotation) -> None:
    ask(as_(team.ada), rotation, next_of(rotation, team.ada), team.ben)
    pk = Swap.objects.get().pk
    stranger = make_reviewer("Zoe", pool=make_pool("Payments"))
    carl = make_reviewer("Carl", pool=team.pool)
    for person, verb in [(team.ada, "accept"), (carl, "accept"), (carl, "withdraw"), (stranger, "accept")]:
        assert as_(person).post(f"{PAGE}swaps/{pk}/{verb}/").status_code == 404
    assert as_(team.ben).post(f"{PAGE}swaps/{pk}/explode/").status_code == 404
    assert as_(team.ben).get(f"{PAGE}swaps/{pk}/accept/").status_code == 405
    assert Swap.objects.get().state == "open"


def test_one_declines_and_the_other_sees_it(as_: As, team: Team, rotation: Rotation) -> None:
    ask(as_(team.ada), rotation, next_of(rotation, team.ada), team.ben)
    as_(team.ben).post(f"{PAGE}swaps/{Swap.objects.get().pk}/decline/")
    page = text(as_(team.ada).get(PAGE))
    assert "Declined" in page
    assert "Withdraw the offer" not in page
    assert as_(team.ben).post(f"{PAGE}swaps/{Swap.objects.get().pk}/accept/").status_code == 404


def test_who_looks_on_offers_nothing(as_: As, team: Team, rotation: Rotation) -> None:
    looker = make_reviewer("Lou", pool=team.pool, role=Role.READ_ONLY)
    assert as_(looker).get(f"{PAGE}{rotation.pk}/swap/").status_code == 403
    assert "Swap…" not in text(as_(looker).get(PAGE))


def test_a_rotation_that_one_does_not_see_is_not_found(as_: As, rotation: Rotation) -> None:
    stranger = make_reviewer("Zoe", pool=make_pool("Payments"))
    assert as_(stranger).get(f"{PAGE}{rotation.pk}/swap/").status_code == 404
