"""Idempotency-Key: a request that is sent again is carried out once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from escalations import keys
from escalations.models import Agent, Escalation
from tests import factories
from tests.escalations.api.calls import ALL, NEXT, Api, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot() -> Agent:
    return factories.make_agent("bot")


@pytest.fixture
def api(bot: Agent) -> Api:
    return as_agent(bot)


BODY = {"issue_description": "May I?", "context_data": {"a": [1, 2]}}


def test_a_repeat_gets_the_first_answer(api: Api) -> None:
    first, second = (api.post(ALL, BODY, idempotency_key="k1") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert ("Idempotent-Replayed" in first, second["Idempotent-Replayed"]) == (False, "true")
    assert second["Location"] == first["Location"]
    assert Escalation.objects.count() == 1


def test_another_body_is_refused_with_the_first_id(api: Api) -> None:
    first = api.post(ALL, BODY, idempotency_key="k1").json()
    response = api.post(ALL, BODY | {"priority": "low"}, idempotency_key="k1")
    told = response.json()
    assert (response.status_code, told["code"], told["escalation_id"]) == (422, "idempotency_key_reused", first["id"])


def test_the_order_of_keys_makes_no_other_body(api: Api) -> None:
    api.post(ALL, BODY, idempotency_key="k1")
    assert api.post(ALL, dict(reversed(BODY.items())), idempotency_key="k1").status_code == 201
    assert Escalation.objects.count() == 1


def test_another_key_of_the_agent_repeats_and_another_agent_does_not(bot: Agent, api: Api) -> None:
    first = api.post(ALL, BODY, idempotency_key="k1").json()
    assert as_agent(bot).post(ALL, BODY, idempotency_key="k1").json()["id"] == first["id"]
    assert as_agent(factories.make_agent()).post(ALL, BODY, idempotency_key="k1").json()["id"] != first["id"]
    assert as_agent(bot, sandbox=True).post(ALL, BODY, idempotency_key="k1").json()["id"] != first["id"]


def test_a_repeat_after_the_answer_shows_the_answer(api: Api) -> None:
    first = api.post(ALL, BODY, idempotency_key="k1").json()
    api.patch(path_of(first["id"], "cancel"))
    second = api.post(ALL, BODY, idempotency_key="k1")
    assert (second.status_code, second.json()["status"]) == (201, "cancelled")


def test_a_refused_request_may_be_sent_again(api: Api) -> None:
    assert api.post(ALL, BODY | {"pool": "soon"}, idempotency_key="k1").status_code == 400
    factories.make_pool("soon")
    assert api.post(ALL, BODY | {"pool": "soon"}, idempotency_key="k1").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "schlüssel", "a\x00b", "a\tb"])
def test_a_key_is_visible_ascii(bot: Agent, key: str) -> None:
    client = Client(HTTP_AUTHORIZATION=f"Bearer {keys.for_agent(bot).plain}", HTTP_IDEMPOTENCY_KEY=key)
    response = client.post(ALL, BODY, content_type="application/json")
    assert (response.status_code, response.json()["errors"][0]["header"]) == (400, "Idempotency-Key")


def test_next_is_repeated_too(bot: Agent) -> None:
    api = as_reviewer(factories.make_reviewer("Ada"))
    assert api.post(NEXT, idempotency_key="n0").status_code == 204
    for _ in range(2):
        factories.make_escalation(agent=bot)
    first, second = (api.post(NEXT, idempotency_key="n1") for _ in range(2))
    assert second.json() == first.json()
    assert api.post(NEXT, idempotency_key="n2").json()["id"] != first.json()["id"]
    assert api.post(NEXT, idempotency_key="n0")["Idempotent-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_make_one(bot: Agent) -> None:
    headers = factories.agent_headers(bot)

    def send(_: int) -> tuple[int, str]:
        try:
            response = Api(headers).post(ALL, BODY, idempotency_key="k1")
            return response.status_code, response.json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(send, range(16)))
    assert len(answers) == 1
    assert Escalation.objects.count() == 1
