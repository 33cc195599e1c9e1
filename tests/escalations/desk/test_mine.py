"""My work: what one holds, what rests, and what one has done today."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from escalations import drafts, lifecycle
from escalations.answers import Answer
from escalations.desk import mine
from escalations.models import Escalation, Event, Priority
from reviewers.models import Reviewer
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation

As = Callable[[Reviewer], Client]
UTC = ZoneInfo("UTC")


@pytest.fixture
def work(team: Team) -> list[Escalation]:
    """Six that are Ada's."""
    Reviewer.objects.filter(pk=team.ben.pk).update(is_active=False)
    made = [make_escalation(f"Question {place}", pool=team.pool) for place in range(6)]
    Reviewer.objects.filter(pk=team.ben.pk).update(is_active=True)
    return made


def section(page: str, key: str) -> str:
    return page.split(f'id="mine-{key}"')[1].split("</section>")[0]


def test_each_stands_in_the_one_place_where_it_is_looked_for(team: Team, work: list[Escalation], as_: As) -> None:
    claimed, asked, snoozed, forever, assigned, _ = work
    lifecycle.claim(claimed, by=team.ada)
    lifecycle.ask(asked, by=team.ada, message="Which?")
    lifecycle.snooze(snoozed, by=team.ada, until=timezone.now() + timedelta(hours=1))
    lifecycle.snooze(forever, by=team.ada, until=None)

    page = as_(team.ada).get("/desk/mine/").content.decode()
    found = {
        key: {each.reference for each in work if f">{each.reference}<" in section(page, key)}
        for key in ("claimed", "assigned", "asked", "snoozed")
    }
    assert found == {
        "claimed": {claimed.reference},
        "assigned": {assigned.reference, work[5].reference},
        "asked": {asked.reference},
        "snoozed": {snoozed.reference, forever.reference},
    }


def test_the_most_urgent_comes_first(team: Team, work: list[Escalation], as_: As) -> None:
    urgent = make_escalation("Now!", pool=team.pool, priority=Priority.URGENT)
    for each in (work[0], urgent):
        lifecycle.claim(each, by=team.ada)

    claimed = section(as_(team.ada).get("/desk/mine/").content.decode(), "claimed")
    assert claimed.index(urgent.reference) < claimed.index(work[0].reference)


def test_a_draft_is_marked_also_on_what_somebody_else_has_now(team: Team, work: list[Escalation], as_: As) -> None:
    mine_still, lost = work[:2]
    for each in (mine_still, lost):
        drafts.save(lifecycle.claim(each, by=team.ada), by=team.ada, content={"notes": "Half"})
    lifecycle.release(lost, by=team.ada)
    lifecycle.claim(lost, by=team.ben)

    page = as_(team.ada).get("/desk/mine/").content.decode()
    assert "Draft" in section(page, "claimed")
    assert f">{lost.reference}<" in section(page, "drafts")
    assert "Ben Okafor has it" in section(page, "drafts")
    assert mine_still.reference not in section(page, "drafts")


def test_what_was_done_today_is_counted_with_the_time_it_took(team: Team, work: list[Escalation]) -> None:
    for minutes, each in zip((2, 6, 30), work, strict=False):
        lifecycle.claim(each, by=team.ada)
        since = timezone.now() - timedelta(minutes=minutes)
        Escalation.objects.filter(pk=each.pk).update(claimed_at=since)
        lifecycle.resolve(each, by=team.ada, answer=Answer("Yes."))
    lifecycle.resolve(work[3], by=team.ada, answer=Answer("At once."))  # took no time that could be measured

    today = mine.today(team.ada, UTC)
    assert (today.count, today.median[:2]) == (4, "6m")
    assert [each.escalation.number for each in today.shown] == [work[place].number for place in (3, 2, 1, 0)]


def test_yesterday_and_others_do_not_count(team: Team, work: list[Escalation]) -> None:
    lifecycle.resolve(work[0], by=team.ada, answer=Answer("Yes."))
    lifecycle.release(work[1], by=team.ada)
    lifecycle.resolve(work[1], by=team.ben, answer=Answer("Yes."))
    Event.objects.filter(escalation=work[0]).update(at=timezone.now() - timedelta(days=1))

    assert mine.today(team.ada, UTC).count == 0


def test_an_answer_given_twice_counts_once(team: Team, work: list[Escalation]) -> None:
    lifecycle.resolve(work[0], by=team.ada, answer=Answer("Yes."))
    lifecycle.reopen(work[0], by=work[0].agent)
    lifecycle.claim(work[0], by=team.ada)
    lifecycle.resolve(work[0], by=team.ada, answer=Answer("No."))

    assert mine.today(team.ada, UTC).count == 1


def test_what_the_agent_did_is_said(team: Team, work: list[Escalation], as_: As) -> None:
    lifecycle.resolve(work[0], by=team.ada, answer=Answer("Yes."))
    lifecycle.report(work[0], by=work[0].agent, outcome="failed")  # type: ignore[arg-type] # as stored

    assert "could not do it." in section(as_(team.ada).get("/desk/mine/").content.decode(), "done")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "nowhere", "../etc/passwd", "\x00", ""])
def test_the_day_is_that_of_the_browser_where_it_is_known(team: Team, as_: As, zone: str) -> None:
    assert as_(team.ada).get("/desk/mine/", {"zone": zone}).status_code == 200


def test_the_navigation_counts_what_is_to_do(team: Team, work: list[Escalation], as_: As) -> None:
    lifecycle.snooze(work[0], by=team.ada, until=None)

    page = as_(team.ada).get("/desk/mine/").content.decode()
    assert 'My work <span class="count" data-count="mine">5</span>' in page


def test_the_page_costs_the_same_however_much_there_is(
    team: Team, work: list[Escalation], as_: As, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for each in work[:3]:
        lifecycle.resolve(each, by=team.ada, answer=Answer("Yes."))
        drafts.save(each, by=team.ada, content={"notes": "Half"})
    client = as_(team.ada)

    with django_assert_num_queries(9):
        client.get("/desk/mine/")
