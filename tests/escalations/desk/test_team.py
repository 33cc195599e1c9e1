"""The page of the team, the absence of one of them, and who would be next."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from escalations import lifecycle
from escalations.models import Escalation
from reviewers import duty
from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> Pool:
    return make_pool("Payments")


@pytest.fixture
def lead(client: Client, pool: Pool) -> Reviewer:
    lead = make_reviewer("Lea Lead", pool=pool, role=Role.LEAD, capacity=0)
    client.force_login(lead)
    return lead


@pytest.fixture
def ada(pool: Pool) -> Reviewer:
    return make_reviewer("Ada", pool=pool)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_team_says_who_is_there_and_what_they_hold(
    client: Client, lead: Reviewer, ada: Reviewer, pool: Pool
) -> None:
    make_escalation(pool=pool)
    page = text(client.get("/desk/team/"))
    assert "2 of 2 on duty" in page
    assert "holds 1" in page


def test_a_team_without_anybody_on_duty_says_so(client: Client, lead: Reviewer, ada: Reviewer) -> None:
    duty.go_away(ada)
    duty.go_away(lead)
    page = text(client.get("/desk/team/"))
    assert "Nobody is on duty." in page
    assert "Nobody is expected." in page


def test_nobody_sees_the_team_of_a_pool_they_do_not_sit_in(client: Client, lead: Reviewer) -> None:
    make_reviewer("Stranger", pool=make_pool("Legal"))
    page = text(client.get("/desk/team/"))
    assert "Legal" not in page
    assert "Stranger" not in page


def test_the_page_costs_the_same_for_many_people(
    client: Client, lead: Reviewer, pool: Pool, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        make_reviewer(pool=pool)
    with django_assert_max_num_queries(14):
        client.get("/desk/team/")


def test_a_lead_sends_an_ill_person_home_and_everything_goes_to_others(
    client: Client, lead: Reviewer, ada: Reviewer, pool: Pool
) -> None:
    claimed, waiting = make_escalation(pool=pool), make_escalation(pool=pool)
    lifecycle.claim(claimed, by=ada)
    ben = make_reviewer("Ben", pool=pool)
    page = client.post(f"/desk/team/{ada.pk}/away/", {"how": "open", "gives_back": "on"}, follow=True)
    ada.refresh_from_db()
    assert (ada.is_on_duty, ada.held) == (False, 0)
    assert set(Escalation.objects.filter(pk__in=[claimed.pk, waiting.pk]).values_list("assigned_to", flat=True)) == {
        ben.pk
    }
    assert "2 tasks were given back" in text(page)
    assert LogEntry.objects.filter(object_id=str(ada.pk), change_message="Set to away.").exists()


def test_without_the_tick_what_is_claimed_stays(client: Client, lead: Reviewer, ada: Reviewer, pool: Pool) -> None:
    claimed = lifecycle.claim(make_escalation(pool=pool), by=ada)
    client.post(f"/desk/team/{ada.pk}/away/", {"how": "60"})
    claimed.refresh_from_db()
    assert claimed.assigned_to == ada


def test_what_a_lead_does_not_lead_is_skipped_and_told(
    client: Client, lead: Reviewer, ada: Reviewer, pool: Pool
) -> None:
    other = make_pool("Legal")
    people_of_both = make_reviewer("Both", pool=other)
    people_of_both.seats.create(pool=pool)
    held = make_escalation(pool=other)
    assert "1 more is in a pool that you do not lead" in text(client.get(f"/desk/team/{people_of_both.pk}/"))
    page = client.post(f"/desk/team/{people_of_both.pk}/away/", {"how": "open", "gives_back": "on"}, follow=True)
    held.refresh_from_db()
    assert held.assigned_to == people_of_both
    assert "1 skipped" in text(page)


def test_a_lead_brings_somebody_back(client: Client, lead: Reviewer, ada: Reviewer) -> None:
    duty.go_away(ada)
    client.post(f"/desk/team/{ada.pk}/back/")
    ada.refresh_from_db()
    assert ada.is_on_duty


@pytest.mark.parametrize("path", ["", "away/", "back/"])
def test_a_reviewer_sends_nobody_home(client: Client, ada: Reviewer, pool: Pool, path: str) -> None:
    client.force_login(make_reviewer("Ben", pool=pool))
    asked = client.post if path else client.get
    assert asked(f"/desk/team/{ada.pk}/{path}", {"how": "open"}).status_code == 403
    ada.refresh_from_db()
    assert ada.is_on_duty


def test_a_lead_reaches_only_their_own_people(client: Client, lead: Reviewer) -> None:
    stranger = make_reviewer("Stranger", pool=make_pool("Legal"))
    assert client.post(f"/desk/team/{stranger.pk}/away/", {"how": "open"}).status_code == 404


def test_a_word_that_is_no_choice_sends_nobody_home(client: Client, lead: Reviewer, ada: Reviewer) -> None:
    assert client.post(f"/desk/team/{ada.pk}/away/", {"how": "always"}).status_code == 400


def test_who_is_said_to_be_next_is_who_gets_it(client: Client, lead: Reviewer, ada: Reviewer, pool: Pool) -> None:
    make_reviewer("Ben", pool=pool)
    for _ in range(3):
        first = client.get(f"/desk/team/pools/{pool.pk}/").context["found"]["next"][0].person
        assert make_escalation(pool=pool).assigned_to == first


def test_of_the_others_it_is_said_why_not(client: Client, lead: Reviewer, ada: Reviewer, pool: Pool) -> None:
    duty.go_away(ada)
    make_reviewer("Ben", pool=pool, tags=("law",))
    page = client.get(f"/desk/team/pools/{pool.pk}/", {"priority": "urgent", "tags": "law, latin"})
    said = {each.person.name: each.why for each in page.context["found"]["others"]}
    assert said == {
        "Ada": "is away, lacks the tags latin, law",
        "Ben": "lacks the tag latin",
        "Lea Lead": "holds 0, and that is their capacity, lacks the tags latin, law",
    }
    assert "Nobody can take it now" in text(page)


def test_a_priority_that_is_none_is_refused(client: Client, lead: Reviewer, pool: Pool) -> None:
    assert client.get(f"/desk/team/pools/{pool.pk}/", {"priority": "soon"}).status_code == 400


def test_the_page_says_which_tags_the_pool_gives(client: Client, lead: Reviewer, ada: Reviewer, pool: Pool) -> None:
    Pool.objects.filter(pk=pool.pk).update(tags=["billing"])
    client.force_login(lead)
    page = client.get(f"/desk/team/pools/{pool.pk}/", {"priority": "high", "tags": "billing, latin"})
    assert "is taken to have the tag billing." in page.content.decode()
    assert all(each.why.endswith("lacks the tag latin") for each in page.context["found"]["others"])
