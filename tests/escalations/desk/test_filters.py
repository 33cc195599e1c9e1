"""What of the queue is listed, in which order, and how the page says so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from escalations import lifecycle
from escalations.desk import queue
from escalations.desk.listing import Listing
from escalations.models import Escalation, Priority
from reviewers import people
from reviewers.models import Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.escalations.desk.test_queue import aged, listed
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer

As = Callable[[Reviewer], Client]


@pytest.fixture
def alone(team: Team) -> Reviewer:
    """Ada has the pool for herself, so everything in it is assigned to her."""
    people.leave(team.ben, team.pool)
    return team.ada


@pytest.mark.parametrize(
    "query",
    ["priority=urgent", "tag=vip", "agent=sql-copilot", "q=order+44", "q=44+REFUND", "pool={pool}", "q=ESC-{number}"],
)
def test_a_filter_lists_what_fits_it(team: Team, alone: Reviewer, as_: As, query: str) -> None:
    other = make_pool("Payments")
    people.join(alone, other)
    Reviewer.objects.filter(pk=alone.pk).update(tags=["vip", "greek"])
    make_escalation("May I cancel it?", pool=team.pool, priority=Priority.LOW, tags=["greek"])
    wanted = make_escalation(
        "May I refund order 4417?", pool=other, priority=Priority.URGENT, tags=["vip"], agent=make_agent("sql-copilot")
    )

    page = as_(alone).get("/?" + query.format(pool=other.pk, number=wanted.number))
    assert listed(page)["mine"] == [wanted.reference]


def test_filters_add_up(team: Team, alone: Reviewer, as_: As) -> None:
    make_escalation("refund", pool=team.pool, priority=Priority.HIGH)
    make_escalation("cancel", pool=team.pool, priority=Priority.URGENT)
    both = make_escalation("refund", pool=team.pool, priority=Priority.URGENT)

    assert listed(as_(alone).get("/?q=refund&priority=urgent"))["mine"] == [both.reference]


def test_each_filter_that_is_set_can_be_taken_away(team: Team, as_: As) -> None:
    page = as_(team.ada).get("/?priority=high&tag=a%26b&q=x&sort=-age")

    assert [(chip.text, chip.url) for chip in page.context["chips"]] == [
        ("Priority: High", "/?sort=-age&tag=a%26b&q=x"),
        ("Tag: a&b", "/?sort=-age&priority=high&q=x"),
        ("Words: x", "/?sort=-age&priority=high&tag=a%26b"),
    ]


def test_the_choices_are_what_the_open_ones_have(team: Team, as_: As) -> None:
    make_escalation(pool=team.pool, tags=["zoo", "art"], agent=make_agent("b-bot"))
    make_escalation(pool=make_pool(), tags=["secret"], agent=make_agent("a-bot"))

    assert queue.choices(team.ada) == (["b-bot"], ["art", "zoo"])


def test_the_views_count_with_the_filters_and_the_navigation_without(team: Team, alone: Reviewer, as_: As) -> None:
    make_escalation(pool=team.pool, priority=Priority.HIGH)
    make_escalation(pool=team.pool)

    page = as_(alone).get("/?priority=high")
    assert [tab.number for tab in page.context["tabs"]] == [1, 0, 0, 0, 0]
    assert "<title>(2) Live queue" in page.content.decode()


def test_what_fits_nowhere_here_says_how_much_there_is_elsewhere(team: Team, as_: As) -> None:
    for _ in range(2):
        make_escalation(pool=team.pool)

    page = as_(team.ada).get("/?q=unheard-of").content.decode()
    assert "No match in this view" in page
    assert "2 escalations are waiting or in work in all your pools." in page
    assert '<a class="button" href="/">Clear filters</a>' in page


def test_what_waits_for_the_agent_has_a_view_of_its_own(team: Team, alone: Reviewer, as_: As) -> None:
    asked = make_escalation(pool=team.pool)
    lifecycle.ask(asked, by=alone, message="Which order?")
    client = as_(alone)

    assert listed(client.get("/"))["mine"] == []
    assert listed(client.get("/?view=on-agent"))["mine"] == [asked.reference]
    assert listed(client.get("/?view=overdue"))["mine"] == []


@pytest.mark.parametrize(
    ("sort", "order"),
    [("time", "late soon held"), ("-time", "held soon late"), ("pool", "soon late held"), ("-pool", "held late soon")],
)
def test_time_left_and_pool_are_orders_too(team: Team, as_: As, sort: str, order: str) -> None:
    """Where the clock stands still there is most time left."""
    admin = make_reviewer("Sam", role=Role.ADMIN)
    zoo = make_pool("Zoo")
    soon = aged(make_escalation(pool=team.pool), hours=3)
    late = aged(make_escalation(pool=zoo, priority=Priority.URGENT), hours=2)
    held = make_escalation(pool=zoo, priority=Priority.LOW)
    for each in (soon, late, held):
        Escalation.objects.filter(pk=each.pk).update(status="open", assigned_to=None, assigned_at=None)
    Escalation.objects.filter(pk=held.pk).update(waiting_on="agent", paused_at=timezone.now())
    names = {soon.reference: "soon", late.reference: "late", held.reference: "held"}

    found = listed(as_(admin).get("/", {"sort": sort}))["waiting"]
    assert " ".join(names[reference] for reference in found) == order


@pytest.mark.parametrize("query", ["", "sort=-age", "view=overdue", "sort=pool"])
def test_the_order_that_batches_and_neighbours_use_is_the_pages(team: Team, as_: As, query: str) -> None:
    for priority in (*Priority, *Priority):
        aged(make_escalation(pool=team.pool, priority=priority), hours=30)
    lifecycle.claim(Escalation.objects.filter(assigned_to=team.ada)[1], by=team.ada)
    page = listed(as_(team.ada).get("/?" + query))

    found = queue.in_order(team.ada, Listing.of_text(query))
    assert [each.reference for each in found] == page["mine"] + page["waiting"]


def test_hostile_filters_are_words_like_others(team: Team, as_: As) -> None:
    strange = {"q": "%_\\'\x00 -- OR 1=1", "tag": "{a,b}\x00", "agent": "'", "priority": "asap", "pool": "-1"}
    make_escalation(pool=team.pool)

    page = as_(team.ada).get("/", strange)
    assert (page.status_code, listed(page)["mine"]) == (200, [])


def test_the_rows_asked_for_say_which_fit_and_how_many_there_are(team: Team, alone: Reviewer, as_: As) -> None:
    fits, other = make_escalation("refund", pool=team.pool), make_escalation("cancel", pool=team.pool)

    answer = as_(alone).get("/desk/queue/rows/", {"ids": f"{fits.pk},{other.pk}", "q": "refund"}).json()
    assert (len(answer["rows"]), answer["matching"]) == (2, [str(fits.pk)])
    assert (answer["counts"]["for-me"], answer["counts"]["to-do"]) == (1, 2)


def test_a_snooze_that_has_ended_counts_as_work_again(team: Team, alone: Reviewer) -> None:
    escalation = lifecycle.snooze(make_escalation(pool=team.pool), by=alone, until=None)
    assert queue.counts(alone)[:5] == (0, 0, 0, 1, 0)

    Escalation.objects.filter(pk=escalation.pk).update(snoozed_until=timezone.now() - timedelta(seconds=1))
    assert queue.counts(alone)[:5] == (1, 0, 0, 0, 0)
