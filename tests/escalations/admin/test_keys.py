"""Agents and keys, in the admin: their secrets are shown once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from escalations import keys
from escalations.models import Agent, ApiKey, Escalation
from reviewers.models import Pool, Reviewer, Role
from tests.escalations.admin.conftest import As
from tests.factories import key_of, make_agent, make_escalation, make_pool, make_reviewer


def secrets_in(response: Any) -> list[str]:
    return re.findall(r'id="secret-\d+" value="([^"]+)"', response.content.decode())


def mint(client: Client, **given: Any) -> Any:
    return client.post("/escalations/apikey/add/", {"scopes": ["read"], **given})


def test_a_new_agent_shows_its_secrets_once(as_: As, admin: Reviewer) -> None:
    response = as_(admin).post("/escalations/agent/add/", {"name": "refund-bot", "webhook_url": ""})

    live, test, signing = secrets_in(response)
    assert (live.startswith("esc_live_"), test.startswith("esc_test_"), signing.startswith("whsec_")) == (True,) * 3
    assert response["Cache-Control"].startswith("no-store")
    agent = Agent.objects.get(name="refund-bot")
    assert live not in as_(admin).get(f"/escalations/agent/{agent.pk}/change/").content.decode()


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201, "refund-bot"])
def test_an_agent_needs_a_name_of_its_own(as_: As, admin: Reviewer, name: str) -> None:
    make_agent("refund-bot")

    assert as_(admin).post("/escalations/agent/add/", {"name": name}).status_code == 200
    assert Agent.objects.count() == 1


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "ftp://agent.example.com/", "javascript:alert(1)", "x"])
def test_a_webhook_goes_to_the_public_internet_only(as_: As, admin: Reviewer, url: str) -> None:
    as_(admin).post("/escalations/agent/add/", {"name": "refund-bot", "webhook_url": url})

    assert not Agent.objects.exists()


def test_an_agent_is_paused_and_resumed(as_: As, admin: Reviewer) -> None:
    agent = make_agent()
    client = as_(admin)

    client.post(f"/escalations/agent/{agent.pk}/pause/")
    agent.refresh_from_db()
    assert agent.paused_at is not None
    client.post(f"/escalations/agent/{agent.pk}/resume/")
    agent.refresh_from_db()
    assert agent.paused_at is None


def test_a_link_pauses_nothing(as_: As, admin: Reviewer) -> None:
    assert as_(admin).get(f"/escalations/agent/{make_agent().pk}/pause/").status_code == 403


def test_a_lead_changes_only_the_agents_they_added(as_: As, lead: Reviewer) -> None:
    client = as_(lead)
    client.post("/escalations/agent/add/", {"name": "mine"})
    own, other = Agent.objects.get(name="mine"), make_agent("other")

    answers = [client.post(f"/escalations/agent/{agent.pk}/pause/").status_code for agent in (own, other)]
    assert answers == [302, 403]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.READ_ONLY])
def test_others_add_no_agents_and_see_no_keys(as_: As, pool: Pool, role: Role) -> None:
    client = as_(make_reviewer(pool=pool, role=role))

    assert client.post("/escalations/agent/add/", {"name": "mine"}).status_code == 403
    assert client.get("/escalations/apikey/").status_code == 403


def test_a_key_is_minted_and_shown_once(as_: As, admin: Reviewer, ada: Reviewer, pool: Pool) -> None:
    response = mint(as_(admin), reviewer=ada.pk, scopes=["read", "review"], pools=[pool.pk], expires_on="2999-01-01")

    (plain,) = secrets_in(response)
    parts = keys.parse(plain)
    assert parts is not None
    key = ApiKey.objects.get(pk=parts.id)
    assert (key.reviewer, key.scopes, key.pool_ids, str(key.expires_at)) == (
        *(ada, ["read", "review"], [pool.pk]),
        "2999-01-01 00:00:00+00:00",
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"agent": "A", "reviewer": "R"},
        {"agent": "A", "scopes": ["review"]},
        {"reviewer": "R", "sandbox": "on"},
        {"reviewer": "R", "expires_on": "2020-01-01"},
        {"reviewer": "R", "scopes": []},
        {"reviewer": "R", "scopes": ["everything"]},
    ],
)
def test_a_key_that_makes_no_sense_is_refused(as_: As, admin: Reviewer, ada: Reviewer, given: dict[str, Any]) -> None:
    ids = {"A": make_agent().pk, "R": ada.pk}
    before = ApiKey.objects.count()

    response = mint(as_(admin), **{name: ids.get(str(value), value) for name, value in given.items()})
    assert (response.status_code, ApiKey.objects.count()) == (200, before)


def test_a_lead_mints_no_key_for_an_admin_another_lead_or_a_stranger(
    as_: As, lead: Reviewer, admin: Reviewer, pool: Pool
) -> None:
    people = [admin, make_reviewer(pool=pool, role=Role.LEAD), make_reviewer(pool=make_pool())]

    for person in people:
        mint(as_(lead), reviewer=person.pk)
    assert not ApiKey.objects.exists()


def test_a_revoked_key_stays_in_the_list(as_: As, admin: Reviewer) -> None:
    key = key_of(make_agent())

    as_(admin).post(f"/escalations/apikey/{key.pk}/revoke/")
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert "revoked" in as_(admin).get("/escalations/apikey/").content.decode()


def test_a_lead_revokes_no_key_of_anothers_agent(as_: As, lead: Reviewer) -> None:
    key = key_of(make_agent())

    assert as_(lead).post(f"/escalations/apikey/{key.pk}/revoke/").status_code == 404


def test_an_agent_leads_to_its_keys_and_endpoints(as_: As, admin: Reviewer) -> None:
    agent, other = make_agent(), make_agent()

    page = as_(admin).get(f"/escalations/agent/{agent.pk}/change/").content.decode()
    assert f"/notifications/endpoint/?agent__id__exact={agent.pk}" in page
    assert all(f"/escalations/apikey/{key.pk}/change/" in page for key in agent.keys.all())
    assert not any(f"/escalations/apikey/{key.pk}/change/" in page for key in other.keys.all())


def test_the_keys_of_an_agent_one_did_not_add_are_not_shown(as_: As, lead: Reviewer) -> None:
    agent = make_agent()

    page = as_(lead).get(f"/escalations/agent/{agent.pk}/change/").content.decode()
    assert key_of(agent).pk not in page


def test_an_agent_says_when_it_was_last_seen_and_how_much_it_asked(as_: As, admin: Reviewer, pool: Pool) -> None:
    agent, quiet = make_agent("busy"), make_agent("quiet")
    for _ in range(3):
        make_escalation(agent=agent, pool=pool)
    Escalation.objects.filter(number=make_escalation(agent=agent, pool=pool).number).update(
        created_at=timezone.now() - timedelta(hours=25)
    )
    make_escalation(agent=quiet, pool=pool, sandbox=True)
    seen = timezone.now() - timedelta(minutes=5)
    ApiKey.objects.filter(pk=key_of(agent).pk).update(last_used_at=seen)

    listed = as_(admin).get("/escalations/agent/").context["cl"].result_list
    assert {each.name: (each.lately, each.last_seen) for each in listed} == {"busy": (3, seen), "quiet": (0, None)}


def test_a_key_is_rotated_with_an_overlap_and_the_new_one_shown_once(as_: As, admin: Reviewer) -> None:
    old = key_of(make_agent())

    response = as_(admin).post(f"/escalations/apikey/{old.pk}/rotate/", {"overlap": "24"})
    (plain,) = secrets_in(response)
    parts = keys.parse(plain)
    assert parts is not None
    new = ApiKey.objects.get(pk=parts.id)
    old.refresh_from_db()
    assert (new.agent, new.scopes, new.expires_at) == (old.agent, old.scopes, None)
    assert old.expires_at is not None
    assert timedelta(hours=23) < old.expires_at - timezone.now() < timedelta(hours=25)


def test_before_a_key_is_rotated_one_is_asked_for_how_long_both_work(as_: As, admin: Reviewer) -> None:
    old = key_of(make_agent())

    page = as_(admin).get(f"/escalations/apikey/{old.pk}/rotate/").content.decode()
    assert "How long the old key goes on working" in page
    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize("overlap", ["", "5", "x", "-1"])
def test_another_overlap_rotates_nothing(as_: As, admin: Reviewer, overlap: str) -> None:
    old = key_of(make_agent())

    as_(admin).post(f"/escalations/apikey/{old.pk}/rotate/", {"overlap": overlap})
    assert ApiKey.objects.count() == 2


def test_a_revoked_key_is_not_rotated(as_: As, admin: Reviewer) -> None:
    old = key_of(make_agent())
    keys.revoke(old)

    page = as_(admin).post(f"/escalations/apikey/{old.pk}/rotate/", {"overlap": "1"}, follow=True).content.decode()
    assert "Add a new one instead." in page
    assert ApiKey.objects.count() == 2


def test_a_lead_rotates_no_key_of_anothers_agent(as_: As, lead: Reviewer) -> None:
    key = key_of(make_agent())

    assert as_(lead).post(f"/escalations/apikey/{key.pk}/rotate/", {"overlap": "1"}).status_code == 404
