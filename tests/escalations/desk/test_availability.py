"""The page on which people set their hours and switch themselves to away."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from reviewers import duty
from reviewers.models import Reviewer
from tests.factories import make_reviewer

pytestmark = pytest.mark.django_db

PAGE = "/desk/hours/"


@pytest.fixture
def ada() -> Reviewer:
    return make_reviewer("Ada")


@pytest.fixture
def desk(client: Client, ada: Reviewer) -> Client:
    client.force_login(ada)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_away_for_a_while_and_back_again(desk: Client, ada: Reviewer) -> None:
    desk.post(f"{PAGE}away/", {"how": "15"})
    ada.refresh_from_db()
    assert not ada.is_on_duty
    assert timedelta(minutes=14) < (ada.away_until or datetime.now(UTC)) - datetime.now(UTC) <= timedelta(minutes=15)
    assert "I am back" in text(desk.get(PAGE))
    desk.post(f"{PAGE}back/")
    ada.refresh_from_db()
    assert ada.is_on_duty


@pytest.mark.parametrize("how", ["60", "morning", "open"])
def test_every_way_to_be_away_works(desk: Client, ada: Reviewer, how: str) -> None:
    assert desk.post(f"{PAGE}away/", {"how": how}).status_code == 302
    ada.refresh_from_db()
    assert (ada.is_on_duty, ada.away_until is None) == (False, how == "open")


def test_a_word_that_is_no_choice_changes_nothing(desk: Client, ada: Reviewer) -> None:
    assert desk.post(f"{PAGE}away/", {"how": "always"}).status_code == 400
    ada.refresh_from_db()
    assert ada.is_on_duty


def test_hours_are_kept_and_shown_again(desk: Client, ada: Reviewer) -> None:
    week = {"zone": "Europe/Berlin", "from_0_0": "09:00", "to_0_0": "12:00", "from_0_1": "13:00", "to_0_1": "17:00"}
    desk.post(f"{PAGE}week/", week)
    assert [str(each) for each in ada.working_hours.all()] == ["Monday 09:00–12:00", "Monday 13:00–17:00"]
    page = text(desk.get(PAGE))
    assert 'value="13:00"' in page
    assert 'value="Europe/Berlin"' in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"zone": "Mars"}, "That time zone is not known"),
        ({"zone": "UTC", "from_0_0": "09:00"}, "Monday: give both times, or none."),
        ({"zone": "UTC", "from_0_0": "late", "to_0_0": "17:00"}, "Enter a valid time"),
        (
            {"zone": "UTC", "from_0_0": "09:00", "to_0_0": "10:00", "from_0_1": "09:00", "to_0_1": "17:00"},
            "the two spans begin at the same time",
        ),
    ],
)
def test_hours_that_make_no_sense_are_refused(desk: Client, ada: Reviewer, given: dict[str, str], said: str) -> None:
    response = desk.post(f"{PAGE}week/", given)
    assert response.status_code == 400
    assert said in text(response)
    assert not ada.working_hours.exists()


def test_time_off_is_added_and_removed(desk: Client, ada: Reviewer) -> None:
    desk.post(f"{PAGE}off/", {"start_at": "2020-01-01T00:00", "end_at": "2099-01-01T00:00", "note": "Sailing"})
    ada.refresh_from_db()
    assert not ada.is_on_duty
    assert "Sailing" in text(desk.get(PAGE))
    desk.post(f"{PAGE}off/{ada.time_off.get().pk}/")
    ada.refresh_from_db()
    assert ada.is_on_duty


def test_time_off_that_is_over_is_refused(desk: Client, ada: Reviewer) -> None:
    response = desk.post(f"{PAGE}off/", {"start_at": "2020-01-01T00:00", "end_at": "2020-01-02T00:00"})
    assert response.status_code == 400
    assert not ada.time_off.exists()


def test_nobody_removes_the_time_off_of_others(desk: Client) -> None:
    ben = make_reviewer("Ben")
    now = datetime.now(UTC)
    off = duty.take_off(ben, start_at=now, end_at=now + timedelta(days=1))
    assert desk.post(f"{PAGE}off/{off.pk}/").status_code == 404
    assert ben.time_off.exists()


def test_who_has_lapsed_is_told_so(desk: Client, ada: Reviewer) -> None:
    duty.go_away(ada, has_lapsed=True)
    assert "You were set to away" in text(desk.get(PAGE))
