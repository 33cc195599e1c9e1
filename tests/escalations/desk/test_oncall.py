"""The page on which people see who is on call, take over, and leave a note."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from reviewers import duty, oncall
from reviewers.models import Reviewer, Role, Rotation, Turn
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db

PAGE = "/desk/oncall/"
HOUR = timedelta(hours=1)
As = Callable[[Reviewer], Client]


@pytest.fixture
def rotation(team: Team) -> Rotation:
    made = Rotation.objects.create(name="Lawyers", starts_on=date(2023, 12, 25), time_zone="Europe/Berlin")
    Turn.objects.create(rotation=made, reviewer=team.ada)
    team.pool.rotation = made
    team.pool.save()
    return made


def text(response: Any) -> str:
    return str(response.content.decode())


def test_it_says_who_is_on_call_and_what_waits(as_: As, team: Team, rotation: Rotation) -> None:
    make_escalation(pool=team.pool)
    page = text(as_(team.ben).get(PAGE))
    assert "<strong>Ada Lovelace</strong>" in page
    assert page.count('<td class="figure">1</td>') == 2  # open, and came in today
    assert 'aria-current="page">On call' in page


def test_a_gap_is_loud(as_: As, team: Team, rotation: Rotation) -> None:
    duty.take_off(team.ada, start_at=datetime.now(UTC) - HOUR, end_at=datetime.now(UTC) + HOUR)
    page = text(as_(team.ben).get(PAGE))
    assert '<strong class="mark bad">Nobody</strong> Ada Lovelace is off' in page
    assert "It falls to Ada Lovelace, who is off then." in page


def test_without_a_rotation_it_says_that_nobody_is_called(as_: As, team: Team) -> None:
    assert "There is no rotation yet" in text(as_(team.ben).get(PAGE))


def test_one_click_takes_over_and_one_gives_it_back(as_: As, team: Team, rotation: Rotation) -> None:
    desk = as_(team.ben)
    assert desk.post(f"{PAGE}{rotation.pk}/take-over/", {"hours": "4"}).status_code == 302
    ends = oncall.shifts(rotation, datetime.now(UTC), datetime.now(UTC) + 5 * HOUR)[0].end
    assert (oncall.who(rotation, datetime.now(UTC)), ends > datetime.now(UTC) + 3 * HOUR) == (team.ben, True)
    assert "You stand in until" in text(desk.get(PAGE))
    desk.post(f"{PAGE}{rotation.pk}/hand-back/")
    assert oncall.who(rotation, datetime.now(UTC)) == team.ada


def test_who_takes_over_is_no_longer_away(as_: As, team: Team, rotation: Rotation) -> None:
    duty.go_away(team.ben)
    as_(team.ben).post(f"{PAGE}{rotation.pk}/take-over/", {"hours": "1"})
    assert oncall.who(rotation, datetime.now(UTC)) == team.ben


def test_a_length_that_is_no_choice_changes_nothing(as_: As, team: Team, rotation: Rotation) -> None:
    assert as_(team.ben).post(f"{PAGE}{rotation.pk}/take-over/", {"hours": "-1"}).status_code == 400
    assert not rotation.overrides.exists()


def test_who_only_looks_on_takes_nothing_over(as_: As, team: Team, rotation: Rotation) -> None:
    looker = make_reviewer("Lou", pool=team.pool, role=Role.READ_ONLY)
    assert as_(looker).post(f"{PAGE}{rotation.pk}/take-over/", {"hours": "1"}).status_code == 403
    assert as_(looker).post(f"{PAGE}{rotation.pk}/note/", {"note": "x"}).status_code == 403
    assert "Take over for" not in text(as_(looker).get(PAGE))


@pytest.mark.parametrize("verb", ["take-over", "hand-back", "note", "feed"])
def test_another_pool_has_its_own_rotation(as_: As, rotation: Rotation, verb: str) -> None:
    stranger = make_reviewer("Sol", pool=make_pool("Elsewhere"))
    assert as_(stranger).post(f"{PAGE}{rotation.pk}/{verb}/", {"hours": "1"}).status_code == 404
    assert "Lawyers" not in text(as_(stranger).get(PAGE))


def test_the_note_is_kept_for_the_next_person(as_: As, team: Team, rotation: Rotation) -> None:
    as_(team.ada).post(f"{PAGE}{rotation.pk}/note/", {"note": "The court is closed <today>."})
    page = text(as_(team.ben).get(PAGE))
    assert "The court is closed &lt;today&gt;." in page
    assert "Saved by Ada Lovelace" in page


def test_a_note_that_is_too_long_is_not_lost(as_: As, team: Team, rotation: Rotation) -> None:
    response = as_(team.ada).post(f"{PAGE}{rotation.pk}/note/", {"note": "long " * 1000})
    assert (response.status_code, "long long" in text(response)) == (400, True)


def test_a_night_in_which_clocks_change_has_all_its_shifts(team: Team, rotation: Rotation, as_: As) -> None:
    shifts = oncall.shifts(rotation, datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 4, 11, tzinfo=UTC))
    assert len(text(as_(team.ada).get(PAGE)).split('<span class="day">')) == 15
    assert [each.reviewer for each in shifts] == [team.ada]
