"""What people set for themselves."""

from collections.abc import Callable

import pytest
from django.test import Client

from reviewers.models import Reviewer
from tests.escalations.desk.conftest import Team

As = Callable[[Reviewer], Client]
PATH = "/desk/preferences/"


def test_name_and_keys_are_saved_and_it_is_said(team: Team, as_: As) -> None:
    page = as_(team.ada).post(PATH, {"name": " Ada King "}, follow=True).content.decode()

    team.ada.refresh_from_db()
    assert (team.ada.name, team.ada.has_single_keys) == ("Ada King", False)
    assert "Your preferences are saved." in page


def test_the_page_shows_what_is_set(team: Team, as_: As) -> None:
    page = as_(team.ada).get(PATH).content.decode()

    assert 'value="Ada Lovelace"' in page
    assert 'name="has_single_keys" checked' in page


def test_without_single_keys_the_pages_say_so(team: Team, as_: As) -> None:
    Reviewer.objects.filter(pk=team.ada.pk).update(has_single_keys=False)

    assert 'data-single="off"' in as_(team.ada).get("/desk/mine/").content.decode()


@pytest.mark.parametrize("name", ["x" * 151, "a\x00b"])
def test_a_name_that_cannot_be_stored_is_refused_and_shown_again(team: Team, as_: As, name: str) -> None:
    response = as_(team.ada).post(PATH, {"name": name})

    team.ada.refresh_from_db()
    assert (response.status_code, team.ada.name) == (400, "Ada Lovelace")


def test_nobody_changes_their_role_or_rights_here(team: Team, as_: As) -> None:
    as_(team.ada).post(PATH, {"name": "Ada", "role": "admin", "capacity": "9"})

    team.ada.refresh_from_db()
    assert (team.ada.role, team.ada.capacity) == ("reviewer", None)
