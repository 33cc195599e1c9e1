"""Views of the queue that a person keeps."""

from collections.abc import Callable

import pytest
from django.test import Client

from escalations.desk import saved_views
from escalations.models import SavedView
from reviewers.models import Reviewer
from tests.escalations.desk.conftest import Team

As = Callable[[Reviewer], Client]
HIGH = "priority=high&sort=-age"


def saved(client: Client, name: str = "Hot", query: str = HIGH) -> str:
    """Save a view by the form; what the page says then."""
    return client.post("/desk/views/", {"name": name, "query": query}, follow=True).content.decode()


def names(person: Reviewer) -> list[str]:
    return [view.name for view in saved_views.of(person)]


def test_a_saved_view_is_a_tab_that_leads_to_its_filters(team: Team, as_: As) -> None:
    page = saved(as_(team.ada))

    assert "The view “Hot” is saved." in page
    assert '<a href="/?sort=-age&amp;priority=high" aria-current="true">Hot</a>' in page


def test_only_its_owner_sees_it(team: Team, as_: As) -> None:
    saved(as_(team.ada))

    assert "Hot" not in as_(team.ben).get("/").content.decode()


def test_what_no_address_would_say_is_not_kept(team: Team, as_: As) -> None:
    saved(as_(team.ada), query="priority=high&next=//evil.example&view=<script>&shown=900")

    assert SavedView.objects.get().query == "priority=high"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("  ", "Give the view a name."),
        ("x" * 41, "That name is too long: 40 characters at most."),
        ("Hot", "You have a view “Hot” already."),
        ("a\x00b\n", "The view “a b” is saved."),
    ],
)
def test_a_name_is_one_that_can_be_read(team: Team, as_: As, name: str, said: str) -> None:
    client = as_(team.ada)
    saved(client)

    assert said in saved(client, name)


def test_twenty_views_are_enough(team: Team, as_: As) -> None:
    client = as_(team.ada)
    for number in range(saved_views.AT_MOST):
        saved(client, f"View {number}")

    assert "You have 20 saved views already. Delete one first." in saved(client, "One more")
    assert len(names(team.ada)) == 20


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        ({"do": "rename", "name": "Warm"}, ["A", "Warm", "C"]),
        ({"do": "rename", "name": "A"}, ["A", "B", "C"]),
        ({"do": "delete"}, ["A", "C"]),
        ({"do": "up"}, ["B", "A", "C"]),
        ({"do": "down"}, ["A", "C", "B"]),
    ],
)
def test_a_view_is_renamed_moved_and_deleted(team: Team, as_: As, wish: dict[str, str], left: list[str]) -> None:
    client = as_(team.ada)
    for name in "ABC":
        saved(client, name, f"tag={name}")

    answer = client.post(f"/desk/views/{SavedView.objects.get(name='B').pk}/", wish | {"query": HIGH})
    assert answer["Location"] == "/?sort=-age&priority=high"
    assert names(team.ada) == left


def test_at_the_edge_a_view_stays(team: Team, as_: As) -> None:
    client = as_(team.ada)
    for name in "AB":
        saved(client, name)
    client.post(f"/desk/views/{SavedView.objects.get(name='A').pk}/", {"do": "up"})

    assert names(team.ada) == ["A", "B"]


@pytest.mark.parametrize("number", ["1", "9" * 25])
def test_the_views_of_others_are_not_there(team: Team, as_: As, number: str) -> None:
    SavedView.objects.create(pk=1, reviewer=team.ben, name="His")

    assert as_(team.ada).post(f"/desk/views/{number}/", {"do": "delete"}).status_code == 404
    assert names(team.ben) == ["His"]


def test_a_link_saves_nothing(team: Team, as_: As) -> None:
    assert as_(team.ada).get("/desk/views/").status_code == 405
