"""Which keys work, for whom, and how soon a key that no longer works is refused."""

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from escalations import agents, keys
from escalations.api import authentication
from escalations.models import Agent, ApiKey, Scope
from reviewers import people
from tests import factories
from tests.escalations.api.calls import ALL, Api, acting_for, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot() -> Agent:
    return factories.make_agent("bot")


def bearer(plain: str) -> Api:
    return Api({"authorization": f"Bearer {plain}"})


def _without_request_id(response: Any) -> tuple[int, dict[str, Any], str]:
    return response.status_code, response.json() | {"request_id": ""}, response["WWW-Authenticate"]


def test_a_key_works_as_a_bearer_token_and_as_x_api_key(bot: Agent) -> None:
    plain = keys.for_agent(bot).plain
    assert bearer(plain).get(ALL).status_code == 200
    assert Api({"x-api-key": plain}).get(ALL).status_code == 200
    assert Api({"x-api-key": plain, "authorization": f"bearer {plain}"}).get(ALL).status_code == 200


def test_every_key_that_does_not_work_gets_the_same_answer(bot: Agent) -> None:
    expired = keys.mint(agent=bot, scopes=[Scope.READ], expires_at=timezone.now() - timedelta(seconds=1))
    revoked = keys.for_agent(bot)
    keys.revoke(revoked.key)
    deleted = keys.for_agent(bot)
    deleted.key.delete()
    good = keys.for_agent(bot).plain
    wrong_secret = keys.for_agent(bot).plain.split("_")[3]
    bad = [expired.plain, revoked.plain, deleted.plain, good[:-1] + ("a" if good[-1] != "a" else "b"), "x", "esc_live_"]
    bad += [wrong_secret, good + "\n", "ключ", "esc_live_" + "a" * 10_000]
    answers = [_without_request_id(Api().get(ALL))] + [_without_request_id(bearer(plain).get(ALL)) for plain in bad]
    assert answers == [answers[0]] * len(answers)
    assert answers[0][0] == 401


@pytest.mark.parametrize("header", ["Basic Ym90OnB3", "Bearer", "Bearer ", "esc_live_x", "Token abc", ""])
def test_what_is_no_bearer_token_is_refused(header: str) -> None:
    assert Api({"authorization": header}).get(ALL).status_code == 401


def test_two_different_keys_are_refused(bot: Agent) -> None:
    one, two = keys.for_agent(bot).plain, keys.for_agent(bot).plain
    response = Api({"authorization": f"Bearer {one}", "x-api-key": two}).get(ALL)
    assert (response.status_code, response.json()["code"]) == (400, "two_credentials")


def test_a_revoked_key_is_refused_within_5_seconds(bot: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    minted = keys.for_agent(bot)
    assert bearer(minted.plain).get(ALL).status_code == 200
    keys.revoke(minted.key)
    _let_pass(5, monkeypatch)
    assert bearer(minted.plain).get(ALL).status_code == 401


def test_the_key_of_somebody_who_left_is_refused_within_5_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = factories.make_reviewer("Ada")
    api = as_reviewer(ada)
    assert api.get(ALL).status_code == 200
    people.deactivate(ada)
    _let_pass(5, monkeypatch)
    assert api.get(ALL).status_code == 401


def test_a_key_is_refused_from_the_moment_it_expires(bot: Agent) -> None:
    plain = keys.mint(agent=bot, scopes=[Scope.READ], expires_at=timezone.now() + timedelta(seconds=60)).plain
    assert bearer(plain).get(ALL).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert bearer(plain).get(ALL).status_code == 401


def test_a_key_in_use_costs_no_statement(bot: Agent, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    api = as_agent(bot)
    api.get(ALL)
    with django_assert_num_queries(1):
        api.get(ALL)


def test_a_key_remembers_when_it_was_used_to_the_minute(bot: Agent) -> None:
    minted = keys.for_agent(bot)
    bearer(minted.plain).get(ALL)
    first = ApiKey.objects.get(pk=minted.key.pk).last_used_at
    assert first is not None
    authentication.forget()
    bearer(minted.plain).get(ALL)
    assert ApiKey.objects.get(pk=minted.key.pk).last_used_at == first
    ApiKey.objects.filter(pk=minted.key.pk).update(last_used_at=first - timedelta(seconds=61))
    authentication.forget()
    bearer(minted.plain).get(ALL)
    assert ApiKey.objects.get(pk=minted.key.pk).last_used_at >= first  # type: ignore[operator]


def test_many_bad_keys_from_one_address_are_held_up(bot: Agent) -> None:
    statuses = [bearer(f"esc_{number}").get(ALL).status_code for number in range(21)]
    assert statuses == [401] * 20 + [429]
    response = bearer("esc_x").get(ALL)
    assert (response.json()["code"], response["Retry-After"]) == ("too_many_failures", "60")


def test_bad_keys_from_one_address_do_not_harm_a_good_one(bot: Agent) -> None:
    for number in range(30):
        bearer(f"esc_{number}").get(ALL)
    assert as_agent(bot).get(ALL).status_code == 200


def test_a_paused_agent_reads_but_does_not_create(bot: Agent) -> None:
    api = as_agent(bot)
    agents.pause(bot)
    response = api.create()
    assert (response.status_code, response.json()["code"]) == (403, "agent_paused")
    assert api.get(ALL).status_code == 200


def test_an_agents_review_key_acts_for_the_person_it_names(bot: Agent) -> None:
    ada = factories.make_reviewer("Ada")
    escalation = factories.make_escalation()
    minted = keys.mint(agent=bot, scopes=[Scope.REVIEW])
    for name in (ada.email, ada.email.upper(), str(ada.pk)):
        api = Api({"authorization": f"Bearer {minted.plain}", "x-reviewer": name})
        response = api.patch(path_of(escalation, "claim"))
        assert (response.status_code, response.json()["assigned_to"]) == (200, str(ada.pk))


def test_the_event_names_key_and_person(bot: Agent) -> None:
    ada = factories.make_reviewer("Ada")
    escalation = factories.make_escalation()
    acting_for(bot, ada).patch(path_of(escalation, "claim"))
    event = escalation.events.get(type="escalation.claimed")
    assert event.reviewer == ada
    assert event.key is not None
    assert event.key.agent == bot


def test_an_agents_review_key_stays_in_its_pools(bot: Agent) -> None:
    ada = factories.make_reviewer("Ada")
    refunds = factories.make_pool("refunds")
    people.join(ada, refunds)
    here, elsewhere = factories.make_escalation(pool=refunds), factories.make_escalation()
    api = acting_for(bot, ada, refunds)
    assert [row["id"] for row in api.get(ALL).json()["results"]] == [str(here.pk)]
    assert api.get(path_of(elsewhere)).status_code == 404
    assert api.patch(path_of(elsewhere, "claim")).status_code == 404
    assert api.patch(path_of(here, "claim")).status_code == 200


@pytest.mark.parametrize("name", ["nobody@example.com", "", "x" * 300, "\x00", "01a2053e-0d47-7927-99a9-2548e03ec513"])
def test_naming_nobody_is_refused(bot: Agent, name: str) -> None:
    minted = keys.mint(agent=bot, scopes=[Scope.READ, Scope.REVIEW])
    client = Client(HTTP_AUTHORIZATION=f"Bearer {minted.plain}", HTTP_X_REVIEWER=name)
    response = client.get(ALL)
    assert (response.status_code, response.json()["code"]) == (403, "unknown_reviewer")


def test_naming_somebody_who_left_is_refused(bot: Agent) -> None:
    gone = factories.make_reviewer("Gone", is_active=False)
    response = acting_for(bot, gone).get(ALL)
    assert (response.status_code, response.json()["code"]) == (403, "unknown_reviewer")


def test_a_key_without_the_scope_review_names_nobody(bot: Agent) -> None:
    ada = factories.make_reviewer("Ada")
    response = as_agent(bot).get(ALL, x_reviewer=ada.email)
    assert (response.status_code, response.json()["code"]) == (403, "missing_scope")


def test_a_sandbox_key_names_nobody(bot: Agent) -> None:
    ada = factories.make_reviewer("Ada")
    minted = keys.mint(agent=bot, scopes=[Scope.READ, Scope.REVIEW], sandbox=True)
    response = bearer(minted.plain).get(ALL, x_reviewer=ada.email)
    assert (response.status_code, response.json()["code"]) == (403, "missing_scope")


def test_a_reviewers_key_acts_for_nobody_else() -> None:
    ada, grace = factories.make_reviewer("Ada"), factories.make_reviewer("Grace")
    api = as_reviewer(ada)
    assert api.get(ALL, x_reviewer=ada.email).status_code == 200
    assert api.get(ALL, x_reviewer=grace.email).json()["code"] == "unknown_reviewer"


def test_a_session_is_no_key(client: Client) -> None:
    ada = factories.make_reviewer("Ada")
    client.force_login(ada)
    assert client.get(ALL).status_code == 401


def _let_pass(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + seconds)
