"""Take next: what the server picks, and what it says when there is nothing."""

from collections.abc import Callable

from django.test import Client

from escalations import lifecycle
from escalations.models import Priority
from reviewers.models import Pool, Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation, make_reviewer

As = Callable[[Reviewer], Client]


def said(client: Client) -> str:
    return client.post("/desk/next/", follow=True).content.decode()


def test_the_most_urgent_is_claimed_and_opened(team: Team, as_: As) -> None:
    make_escalation(pool=team.pool, priority=Priority.LOW)
    urgent = make_escalation(pool=team.pool, priority=Priority.URGENT)

    response = as_(team.ada).post("/desk/next/", {"from": "view=overdue"})
    urgent.refresh_from_db()
    assert response["Location"] == f"/desk/e/{urgent.reference}/?from=view%3Doverdue"
    assert (urgent.assigned_to, urgent.claimed_at is not None) == (team.ada, True)


def test_nothing_to_take_leads_back_to_the_list(team: Team, as_: As) -> None:
    response = as_(team.ada).post("/desk/next/", {"from": "view=overdue"})

    assert response["Location"] == "/?view=overdue"
    assert "Nothing is waiting for you." in as_(team.ada).get("/").content.decode()


def test_what_waits_for_other_tags_is_said(team: Team, as_: As) -> None:
    for _ in range(3):
        make_escalation(pool=team.pool, tags=["greek"])

    assert "Nothing is waiting for you. 3 wait for other tags than yours." in said(as_(team.ada))


def test_a_tag_of_the_pool_is_one_of_yours(team: Team, as_: As) -> None:
    Pool.objects.filter(pk=team.pool.pk).update(tags=["greek"])
    declined = make_escalation(pool=team.pool, tags=["greek"])
    for person in (team.ada, team.ben):
        lifecycle.decline(lifecycle.claim(declined.pk, by=person), by=person)

    assert "Nothing is waiting for you. 1 is one that you declined." in said(as_(team.ada))


def test_what_one_declined_and_what_others_have_is_said(team: Team, as_: As) -> None:
    declined = make_escalation(pool=team.pool, tags=["greek"])
    Reviewer.objects.filter(pk=team.ada.pk).update(tags=["greek"])
    lifecycle.claim(declined, by=team.ada)
    lifecycle.decline(declined, by=team.ada)
    lifecycle.claim(make_escalation(pool=team.pool), by=team.ada)
    make_escalation(pool=team.pool)  # Ben's

    page = said(as_(team.ada))
    assert "1 is one that you declined." in page
    assert "1 is with somebody else, who has not begun." in page


def test_a_snoozed_one_is_not_given(team: Team, as_: As) -> None:
    lifecycle.snooze(make_escalation(pool=team.pool), by=team.ada, until=None)

    assert "Nothing is waiting for you." in said(as_(team.ada))


def test_a_read_only_person_takes_nothing(team: Team, as_: As) -> None:
    onlooker = make_reviewer(pool=team.pool, role=Role.READ_ONLY)
    make_escalation(pool=team.pool)

    assert "You may look on; claiming is for reviewers." in said(as_(onlooker))


def test_a_link_takes_nothing(team: Team, as_: As) -> None:
    assert as_(team.ada).get("/desk/next/").status_code == 405
