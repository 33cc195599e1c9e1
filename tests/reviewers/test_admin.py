"""Pools and people, in the admin."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.utils import timezone

from reviewers import people
from reviewers.models import Pool, Reviewer, Role, Tag
from tests.factories import default_pool, make_pool, make_reviewer
from tests.reviewers.forms import PERSON, POOL

pytestmark = pytest.mark.django_db

As = Callable[[Reviewer], Client]


@pytest.fixture
def as_(client: Client) -> As:
    def sign_in(person: Reviewer) -> Client:
        client.force_login(person)
        return client

    return sign_in


def add(client: Client, **given: Any) -> Any:
    return client.post("/reviewers/reviewer/add/", {"email": "ada@example.com", "role": "reviewer", **given})


def edit(client: Client, person: Reviewer, **given: Any) -> Any:
    page = client.get(f"/reviewers/reviewer/{person.pk}/change/")
    if not page.context or "adminform" not in page.context:
        return page
    facts = {
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "is_active": "on",
        "pools": [seat.pool.pk for seat in person.seats.all()],
        "tags": "",
        "capacity": "",
        "time_zone": person.time_zone,
    }
    return client.post(f"/reviewers/reviewer/{person.pk}/change/", PERSON | facts | given)


def password_in(response: Any) -> str:
    return re.findall(r'id="secret-2" value="([^"]+)"', response.content.decode())[0]  # type: ignore[no-any-return]


def test_a_new_person_is_invited_and_not_active_yet(as_: As, admin: Reviewer, pool: Pool) -> None:
    add(as_(admin), name="Ada", email="Ada@Example.com", pools=[pool.pk], tags="greek, law", capacity="3")

    ada = Reviewer.objects.get(email="ada@example.com")
    assert (ada.name, ada.is_active, ada.has_usable_password()) == ("Ada", False, False)
    assert (ada.tags, ada.capacity, [seat.pool for seat in ada.seats.all()]) == (["greek", "law"], 3, [pool])
    assert (ada.invitation.by, ada.invitation.state) == (admin, "open")
    assert Tag.objects.filter(name__in=["greek", "law"]).count() == 2


def test_who_is_put_in_no_pool_sits_in_the_default_one(as_: As, admin: Reviewer) -> None:
    add(as_(admin))

    assert [seat.pool for seat in Reviewer.objects.get(email="ada@example.com").seats.all()] == [default_pool()]


@pytest.mark.parametrize("email", ["", "nobody", "sam@example.com"])
def test_an_email_must_be_one_and_new(as_: As, admin: Reviewer, email: str) -> None:
    response = add(as_(admin), email=email)

    assert (response.status_code, Reviewer.objects.count()) == (200, 1)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LEAD])
def test_a_lead_makes_nobody_their_equal(as_: As, lead: Reviewer, pool: Pool, role: Role) -> None:
    response = add(as_(lead), role=role, pools=[pool.pk])

    assert (response.status_code, Reviewer.objects.count()) == (200, 1)


def test_a_lead_puts_people_in_their_own_pools_only(as_: As, lead: Reviewer) -> None:
    response = add(as_(lead), pools=[make_pool().pk])

    assert (response.status_code, Reviewer.objects.count()) == (200, 1)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LEAD])
def test_a_lead_changes_no_admin_and_no_other_lead(as_: As, lead: Reviewer, pool: Pool, role: Role) -> None:
    person = make_reviewer("Untouched", pool=pool, role=role)
    client = as_(lead)

    edit(client, person, name="Changed")
    assert client.post(f"/reviewers/reviewer/{person.pk}/password/").status_code == 403
    person.refresh_from_db()
    assert person.name == "Untouched"


def test_a_lead_does_not_see_people_of_other_pools(as_: As, lead: Reviewer) -> None:
    stranger = make_reviewer(pool=make_pool())

    assert as_(lead).post(f"/reviewers/reviewer/{stranger.pk}/password/").status_code == 404


def test_nobody_lifts_themselves_up(as_: As, lead: Reviewer) -> None:
    edit(as_(lead), lead, role="admin", name="Lea the Great")

    lead.refresh_from_db()
    assert (lead.role, lead.name) == (Role.LEAD, "Lea the Great")


def test_nobody_locks_themselves_out(as_: As, admin: Reviewer) -> None:
    edit(as_(admin), admin, is_active="")

    admin.refresh_from_db()
    assert admin.is_active


def test_an_edit_keeps_what_is_counted_meanwhile(as_: As, admin: Reviewer, pool: Pool) -> None:
    ada = make_reviewer("Ada", pool=pool)
    Reviewer.objects.filter(pk=ada.pk).update(held=2)

    edit(as_(admin), ada, name="Ada L.")
    ada.refresh_from_db()
    assert (ada.name, ada.held) == ("Ada L.", 2)


def test_who_leaves_is_deactivated_and_not_deleted(as_: As, admin: Reviewer, pool: Pool) -> None:
    ada = make_reviewer("Ada", pool=pool)
    client = as_(admin)

    edit(client, ada, is_active="")
    assert client.post(f"/reviewers/reviewer/{ada.pk}/delete/", {"post": "yes"}).status_code == 403
    ada.refresh_from_db()
    assert not ada.is_active


def test_a_new_password_ends_the_old_one(as_: As, admin: Reviewer, pool: Pool) -> None:
    ada = make_reviewer("Ada", pool=pool)

    response = as_(admin).post(f"/reviewers/reviewer/{ada.pk}/password/")
    assert authenticate(username=ada.email, password=password_in(response)) == ada


def test_a_link_makes_no_password(as_: As, admin: Reviewer) -> None:
    assert as_(admin).get(f"/reviewers/reviewer/{admin.pk}/password/").status_code == 403


def test_a_seat_is_given_level_with_the_least_served(as_: As, admin: Reviewer, pool: Pool) -> None:
    pool.seats.update(served=7)
    ada = make_reviewer("Ada", pool=make_pool())

    as_(admin).post(f"/reviewers/pool/{pool.pk}/change/", POOL | {"name": "Law", "people": [admin.pk, ada.pk]})
    assert [seat.served for seat in pool.seats.filter(reviewer=ada)] == [7]
    pool.refresh_from_db()
    assert pool.name == "Law"


def test_who_is_unticked_leaves_the_pool_and_others_keep_their_turns(as_: As, admin: Reviewer, pool: Pool) -> None:
    ada = make_reviewer("Ada", pool=pool)
    pool.seats.filter(reviewer=admin).update(served=4)

    as_(admin).post(f"/reviewers/pool/{pool.pk}/change/", POOL | {"name": pool.name, "people": [admin.pk]})
    assert [(seat.reviewer, seat.served) for seat in pool.seats.all()] == [(admin, 4)]
    assert not ada.seats.exists()


def test_a_pool_shows_what_its_people_know_and_hold(as_: As, admin: Reviewer, pool: Pool) -> None:
    ada = make_reviewer("Ada", pool=pool, tags=("greek", "law"), capacity=5)
    Reviewer.objects.filter(pk=ada.pk).update(held=2)

    page = as_(admin).get(f"/reviewers/pool/{pool.pk}/change/").content.decode()
    assert "Ada · greek, law · holds 2 of 5" in page
    listed = as_(admin).get("/reviewers/pool/").content.decode()
    assert "greek, law" in listed


def test_pools_are_ticked_on_the_persons_page(as_: As, admin: Reviewer, pool: Pool) -> None:
    ada, other = make_reviewer("Ada", pool=pool), make_pool()

    edit(as_(admin), ada, pools=[other.pk])
    assert [seat.pool for seat in ada.seats.all()] == [other]


def test_a_lead_cannot_take_people_out_of_pools_of_others(as_: As, lead: Reviewer, pool: Pool) -> None:
    other = make_pool()
    ada = make_reviewer("Ada", pool=other)
    people.join(ada, pool)

    edit(as_(lead), ada, pools=[])
    assert [seat.pool for seat in ada.seats.all()] == [other]


def test_whoever_makes_a_pool_sits_in_it(as_: As, lead: Reviewer) -> None:
    as_(lead).post("/reviewers/pool/add/", POOL | {"name": "Claims"})

    assert Pool.objects.get(name="Claims").seats.get().reviewer == lead


def test_a_lead_sees_only_their_own_pools(as_: As, lead: Reviewer, pool: Pool) -> None:
    other = make_pool()

    response = as_(lead).get("/reviewers/pool/")
    assert list(response.context["cl"].result_list) == [pool]
    assert as_(lead).get(f"/reviewers/pool/{other.pk}/change/").status_code == 302


def test_the_default_pool_stays(as_: As, admin: Reviewer) -> None:
    assert as_(admin).post(f"/reviewers/pool/{default_pool().pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("path", ["pool/add/", "reviewer/add/", "tag/add/"])
@pytest.mark.parametrize("role", [Role.REVIEWER, Role.READ_ONLY])
def test_who_answers_configures_nothing(as_: As, pool: Pool, role: Role, path: str) -> None:
    person = make_reviewer(pool=pool, role=role)

    assert as_(person).post(f"/reviewers/{path}", {"name": "x"}).status_code == 403
    assert as_(person).get("/reviewers/reviewer/").status_code == 200


def test_hours_and_time_off_are_rows_of_the_person(as_: As, admin: Reviewer, pool: Pool) -> None:
    ada = make_reviewer("Ada", pool=pool)
    monday = {"working_hours-TOTAL_FORMS": 1, "working_hours-0-weekday": 0, "working_hours-0-start": "09:00"}
    off = {
        "time_off-TOTAL_FORMS": 1,
        "time_off-0-start_at": "2020-01-01T00:00",
        "time_off-0-end_at": "2099-01-01T00:00",
    }
    edit(as_(admin), ada, time_zone="Europe/Berlin", **monday, **{"working_hours-0-end": "17:00"}, **off)
    ada.refresh_from_db()
    assert (ada.time_zone, str(ada.working_hours.get()), ada.is_on_duty) == (
        "Europe/Berlin",
        "Monday 09:00–17:00",
        False,
    )


def test_an_unknown_time_zone_is_refused(as_: As, admin: Reviewer, pool: Pool) -> None:
    ada = make_reviewer("Ada", pool=pool)
    assert "That time zone is not known" in edit(as_(admin), ada, time_zone="Mars").content.decode()


def test_a_pool_has_its_strategy_its_time_and_its_stand_in(as_: As, admin: Reviewer, pool: Pool) -> None:
    given = {"name": "Law", "strategy": "least_loaded", "assign_within": "00:30:00", "fallback": default_pool().pk}
    as_(admin).post(f"/reviewers/pool/{pool.pk}/change/", POOL | given)
    pool.refresh_from_db()
    assert (pool.strategy, pool.assign_within, pool.fallback) == (
        "least_loaded",
        timedelta(minutes=30),
        default_pool(),
    )


def test_a_pool_has_its_tags_and_its_leases(as_: As, admin: Reviewer, pool: Pool) -> None:
    given = {"name": "Law", "tags": "law, greek", "claim_within": "00:20:00", "has_key_leases": "on"}
    as_(admin).post(f"/reviewers/pool/{pool.pk}/change/", POOL | given)
    pool.refresh_from_db()
    assert (pool.tags, pool.claim_within, pool.has_key_leases) == (["greek", "law"], timedelta(minutes=20), True)
    assert set(Tag.objects.values_list("name", flat=True)) >= {"greek", "law"}


@pytest.mark.parametrize(
    ("given", "said"), [("00:04:59", "Give 5 minutes to seven days"), ("8 00:00:00", "seven days")]
)
def test_a_lease_that_nobody_could_keep_is_refused(as_: As, admin: Reviewer, pool: Pool, given: str, said: str) -> None:
    page = as_(admin).post(f"/reviewers/pool/{pool.pk}/change/", POOL | {"name": "Law", "claim_within": given})
    assert said in page.content.decode()


def test_a_new_time_to_claim_counts_from_when_it_is_set(as_: As, admin: Reviewer, pool: Pool) -> None:
    address = f"/reviewers/pool/{pool.pk}/change/"
    as_(admin).post(address, POOL | {"name": "Law"})
    pool.refresh_from_db()
    assert pool.assign_within_since is None
    as_(admin).post(address, POOL | {"name": "Law", "assign_within": "00:05:00"})
    pool.refresh_from_db()
    assert pool.assign_within_since is not None
    assert timezone.now() - pool.assign_within_since < timedelta(minutes=1)


def test_whoever_sits_in_a_pool_with_a_tag_knows_it(as_: As, admin: Reviewer, pool: Pool) -> None:
    make_reviewer("Ada", pool=pool)
    Pool.objects.filter(pk=pool.pk).update(tags=["law"])
    Tag.objects.create(name="law")
    assert "Ada" in as_(admin).get("/reviewers/tag/").content.decode()
    assert "law" in as_(admin).get("/reviewers/pool/").content.decode()
