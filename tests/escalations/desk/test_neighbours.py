"""Next and previous: by id, in the view that somebody came from, also when this one has left it."""

from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from escalations import lifecycle
from escalations.answers import Answer
from escalations.desk import neighbours
from escalations.desk.listing import Listing
from escalations.models import Escalation, Priority
from reviewers.models import Reviewer
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation, make_pool

As = Callable[[Reviewer], Client]


@pytest.fixture
def queue(team: Team) -> list[Escalation]:
    """Four that wait for Ben, in the order in which his queue lists them."""
    Reviewer.objects.filter(pk=team.ada.pk).update(is_active=False)
    return [make_escalation(pool=team.pool, priority=priority) for priority in Priority]


def near(escalation: Escalation, viewer: Reviewer, query: str = "") -> neighbours.Neighbours:
    return neighbours.of(escalation, viewer=viewer, listing=Listing.of_text(query))


def test_they_follow_the_order_of_the_queue(team: Team, queue: list[Escalation]) -> None:
    first, second, third, last = queue

    assert near(second, team.ben) == (first.number, third.number, 2, 4)
    assert near(first, team.ben) == (None, second.number, 1, 4)
    assert near(last, team.ben) == (third.number, None, 4, 4)


def test_they_follow_the_view_somebody_came_from(team: Team, queue: list[Escalation]) -> None:
    first, second, third, last = queue

    assert near(third, team.ben, "sort=-age") == (last.number, second.number, 2, 4)
    assert near(first, team.ben, "priority=urgent") == (None, None, 1, 1)


def test_what_has_left_the_list_still_has_its_place(team: Team, queue: list[Escalation]) -> None:
    first, second, third, _ = queue
    lifecycle.resolve(second, by=team.ben, answer=Answer("Yes."))

    assert near(second, team.ben) == (first.number, third.number, None, 3)


def test_what_others_hold_is_passed_over(team: Team, queue: list[Escalation]) -> None:
    Reviewer.objects.filter(pk=team.ada.pk).update(is_active=True)
    first, second, third, _ = queue
    lifecycle.release(second, by=team.ben)
    lifecycle.claim(second, by=team.ada)

    assert near(first, team.ben).next == third.number


def test_nobody_is_led_to_what_they_may_not_see(team: Team, queue: list[Escalation]) -> None:
    make_escalation(pool=make_pool("Secret"), priority=Priority.URGENT)

    assert near(queue[0], team.ben).total == 4


def test_the_page_leads_back_to_the_same_view(team: Team, queue: list[Escalation], as_: As) -> None:
    page = as_(team.ben).get(f"/desk/e/{queue[1].reference}/?from=sort%3D-age").content.decode()

    assert 'href="/?sort=-age"' in page
    assert f'href="/desk/e/{queue[2].reference}/?from=sort%3D-age"' in page
    assert "3 of 4" in page


@pytest.mark.parametrize("query", ["view=nothing&sort=%00", "%ff%fe", "a" * 5000, "pool=99999999999999"])
def test_a_strange_view_is_no_error(team: Team, queue: list[Escalation], as_: As, query: str) -> None:
    assert as_(team.ben).get(f"/desk/e/{queue[0].reference}/", {"from": query}).status_code == 200


def test_they_cost_one_statement_in_the_list_and_two_beyond_it(
    team: Team, queue: list[Escalation], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        near(queue[1], team.ben)
    lifecycle.resolve(queue[1], by=team.ben, answer=Answer("Yes."))
    with django_assert_num_queries(2):
        near(queue[1], team.ben)


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("page=mine", "/desk/mine/"),
        ("page=7&query=view%3Doverdue", "/desk/e/ESC-7/?from=view%3Doverdue"),
        ("query=view%3Doverdue", "/?view=overdue"),
        ("page=//evil.example&query=//evil.example", "/"),
        ("page=0", "/"),
    ],
)
def test_who_did_something_comes_back_to_where_they_did_it(asked: str, address: str) -> None:
    assert neighbours.whence(QueryDict(asked)) == address
