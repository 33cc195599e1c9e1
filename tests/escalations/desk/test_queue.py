"""The live queue as the server renders it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Escalation, Priority
from reviewers import people
from reviewers.models import Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation, make_pool, make_reviewer

As = Callable[[Reviewer], Client]


def listed(response: Any) -> dict[str, list[str]]:
    """The references in each group of the page."""
    return {
        group["key"]: [row["escalation"].reference for row in group["rows"]] for group in response.context["groups"]
    }


def aged(escalation: Escalation, **before: float) -> Escalation:
    """As if it had been asked that long ago."""
    moved = timedelta(**before)
    Escalation.objects.filter(pk=escalation.pk).update(
        created_at=escalation.created_at - moved,
        queue_at=escalation.queue_at - moved,
        due_at=escalation.due_at - moved,
    )
    return Escalation.objects.get(pk=escalation.pk)


def test_the_start_page_is_the_live_queue(team: Team, as_: As) -> None:
    response = as_(team.ada).get("/")

    assert response.status_code == 200
    assert "desk/queue.html" in [template.name for template in response.templates]


def test_ones_own_come_first_then_what_waits_then_what_others_claimed(team: Team, as_: As) -> None:
    first, second, third = (make_escalation(pool=team.pool) for _ in range(3))  # Ada, Ben, Ada
    lifecycle.claim(third, by=team.ben)

    assert listed(as_(team.ada).get("/")) == {
        "mine": [first.reference],
        "waiting": [second.reference],
        "others": [third.reference],
    }


def test_an_open_one_waits(as_: As, team: Team) -> None:
    open_one = make_escalation(pool=team.pool, tags=["greek"])

    assert listed(as_(team.ada).get("/"))["waiting"] == [open_one.reference]


def test_the_most_urgent_is_at_the_top(team: Team, as_: As, admin: Reviewer) -> None:
    by_priority = {priority: make_escalation(pool=team.pool, priority=priority) for priority in reversed(Priority)}

    found = listed(as_(admin).get("/"))["waiting"]
    assert found == [by_priority[priority].reference for priority in Priority]


@pytest.mark.parametrize(
    ("sort", "order"),
    [("age", "old new"), ("-age", "new old"), ("status", "new old"), ("-status", "old new"), ("nonsense", "new old")],
)
def test_the_order_stands_in_the_address(team: Team, as_: As, admin: Reviewer, sort: str, order: str) -> None:
    old = aged(make_escalation(pool=team.pool, priority=Priority.LOW), hours=5)
    new = make_escalation(pool=team.pool, priority=Priority.URGENT, tags=["greek"])
    names = {old.reference: "old", new.reference: "new"}

    found = listed(as_(admin).get("/", {"sort": sort}))["waiting"]
    assert " ".join(names[reference] for reference in found) == order


def test_the_sorted_column_says_so(team: Team, as_: As) -> None:
    make_escalation(pool=team.pool)

    page = as_(team.ada).get("/", {"sort": "-age"}).content.decode()
    assert 'class="c-age" role="columnheader" aria-sort="descending"' in page


def test_overdue_ones_are_marked_by_word_and_class(team: Team, as_: As) -> None:
    late = aged(make_escalation(pool=team.pool, priority=Priority.URGENT), hours=2)

    page = as_(team.ada).get("/", {"view": "overdue"}).content.decode()
    assert f'class="row overdue mine" role="row" id="e-{late.number}"' in page
    assert "Overdue 1h 00m" in page


def test_the_overdue_view_leaves_out_what_is_in_time(team: Team, as_: As) -> None:
    make_escalation(pool=team.pool)

    response = as_(team.ada).get("/", {"view": "overdue"})
    assert listed(response) == {"mine": [], "waiting": [], "others": []}
    assert "No match in this view" in response.content.decode()


def test_other_pools_are_not_seen(team: Team, as_: As) -> None:
    elsewhere = make_pool()
    make_reviewer(pool=elsewhere)
    make_escalation(pool=elsewhere)

    assert listed(as_(team.ada).get("/")) == {"mine": [], "waiting": [], "others": []}


def test_one_pool_can_be_chosen(team: Team, as_: As) -> None:
    other = make_pool()
    people.join(team.ada, other)
    make_escalation(pool=team.pool)
    wanted = make_escalation(pool=other)

    assert listed(as_(team.ada).get("/", {"pool": other.pk}))["mine"] == [wanted.reference]


def test_the_sandbox_is_not_seen(team: Team, as_: As, admin: Reviewer) -> None:
    make_escalation(pool=team.pool, sandbox=True)

    assert listed(as_(admin).get("/"))["waiting"] == []


def test_a_long_list_is_shown_in_parts(team: Team, as_: As, admin: Reviewer) -> None:
    for _ in range(102):
        make_escalation(pool=team.pool)

    response = as_(admin).get("/")
    assert len(listed(response)["waiting"]) == 100
    assert "100 of 102 shown" in response.content.decode()
    assert len(listed(as_(admin).get("/", {"shown": "200"}))["waiting"]) == 102


def test_the_counts_are_of_the_whole_list(team: Team, as_: As) -> None:
    for _ in range(3):
        make_escalation(pool=team.pool)

    page = as_(team.ada).get("/").content.decode()
    assert "<title>(3) Live queue | Escalation desk</title>" in page


def test_agents_text_is_shown_and_never_run(team: Team, as_: As) -> None:
    make_escalation("<script>alert(1)</script> may I?", pool=team.pool)

    page = as_(team.ada).get("/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; may I?" in page
    assert "<script>alert(1)" not in page


def test_the_first_run_says_what_to_do(as_: As, admin: Reviewer, settings: Any) -> None:
    page = as_(admin).get("/").content.decode()

    assert "Nothing has been asked yet" in page
    assert f"curl -X POST {settings.PUBLIC_URL}/api/escalations" in page


def test_an_empty_queue_says_when_the_last_one_came(team: Team, as_: As) -> None:
    lifecycle.resolve(make_escalation(pool=team.pool), by=team.ada, answer=Answer("Yes."))

    assert "Nothing is waiting" in as_(team.ada).get("/").content.decode()


def test_who_sits_in_no_pool_is_told_so(team: Team, as_: As) -> None:
    people.leave(team.ada, team.pool)

    assert "You are in no pool yet" in as_(team.ada).get("/").content.decode()


def test_a_read_only_person_gets_no_claim_buttons(team: Team, as_: As) -> None:
    onlooker = make_reviewer(pool=team.pool, role=Role.READ_ONLY)
    make_escalation(pool=team.pool)

    assert 'data-acts="no"' in as_(onlooker).get("/").content.decode()


def test_who_is_not_signed_in_is_asked_to(client: Client, db: None) -> None:
    response = client.get("/?view=overdue")

    assert (response.status_code, response["Location"]) == (302, "/login/?next=/%3Fview%3Doverdue")


def test_the_page_costs_the_same_for_one_row_and_for_fifty(
    team: Team, as_: As, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(50):
        make_escalation(pool=team.pool)
    client = as_(team.ada)

    # session, person, permissions (2); head of the log, counts here and in the navigation, pools, saved views, drafts,
    # agents and tags to filter by, the one group that is not empty
    with django_assert_max_num_queries(14):
        client.get("/")


def test_hostile_addresses_are_read_as_the_default(team: Team, as_: As) -> None:
    strange = {"view": "'", "sort": "--", "pool": "9" * 30, "shown": "-1"}

    assert as_(team.ada).get("/", strange).status_code == 200


def test_rows_are_given_by_id_as_they_are_now(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool)
    lifecycle.resolve(escalation, by=team.ada, answer=Answer("Yes."))

    answer = as_(team.ben).get("/desk/queue/rows/", {"ids": f"{escalation.pk},nonsense"}).json()
    assert list(answer["rows"]) == [str(escalation.pk)]
    assert 'data-stage="resolved"' in answer["rows"][str(escalation.pk)]


def test_rows_of_other_pools_are_not_given(team: Team, as_: As) -> None:
    stranger = make_reviewer(pool=make_pool())
    escalation = make_escalation(pool=team.pool)

    assert as_(stranger).get("/desk/queue/rows/", {"ids": str(escalation.pk)}).json()["rows"] == {}


def test_time_goes_on_from_the_servers_clock(team: Team, as_: As) -> None:
    make_escalation(pool=team.pool)

    rendered = as_(team.ada).get("/").context["now"]
    assert abs((timezone.now() - rendered).total_seconds()) < 5
