"""Deliveries by API: who may see and send what, and in which shape."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from escalations import agents, keys
from escalations.api import authentication, rates
from escalations.models import Agent, Scope
from notifications import deliveries, endpoints
from notifications.models import Attempt, Delivery, Endpoint
from reviewers.models import Role
from tests import factories
from tests.escalations.api.calls import Api, as_agent, as_reviewer
from tests.escalations.api.test_description import check
from tests.notifications.receivers import Receiver, receiver
from tests.notifications.scenes import agent_of, make_answered, make_delivery, send_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("allow_loopback")]

ALL = "/api/deliveries"
TEST = "/api/deliveries/test"


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    authentication.forget()
    rates.forget()


def path_of(delivery: Delivery, verb: str = "") -> str:
    return f"{ALL}/{delivery.pk}{verb}"


def scoped(scope: Scope) -> Callable[[Agent], Api]:
    return lambda agent: Api({"authorization": f"Bearer {keys.mint(agent=agent, scopes=[scope]).plain}"})


CALLERS: dict[str, Callable[[Agent], Api]] = {
    "own agent": as_agent,
    "own sandbox key": lambda agent: as_agent(agent, sandbox=True),
    "other agent": lambda _: as_agent(factories.make_agent("other", webhook_url="https://example.com/")),
    "key that only reads": scoped(Scope.READ),
    "key that only writes": scoped(Scope.WRITE),
    "key that only reviews": scoped(Scope.REVIEW),
    "admin": lambda _: as_reviewer(factories.make_reviewer("Root", role=Role.ADMIN)),
    "reviewer": lambda _: as_reviewer(factories.make_reviewer("Ada")),
    "anonymous": lambda _: Api(),
}
EXPECTED = {
    "list": "200 200 200 200 403 403 403 403 401",
    "get": "200 404 404 200 403 403 403 403 401",
    "replay": "202 404 404 403 202 403 403 403 401",
    "test": "202 202 202 403 202 403 403 403 401",
}
CELLS = [
    (call, caller, int(status))
    for call, statuses in EXPECTED.items()
    for caller, status in zip(CALLERS, statuses.split(), strict=True)
]


@pytest.mark.parametrize(("call", "caller", "status"), CELLS)
def test_a_caller_gets_what_they_may(call: str, caller: str, status: int) -> None:
    delivery = make_delivery("http://127.0.0.1:9/")
    api = CALLERS[caller](agent_of(delivery))
    calls = {
        "list": lambda: api.get(ALL),
        "get": lambda: api.get(path_of(delivery)),
        "replay": lambda: api.post(path_of(delivery, "/replay")),
        "test": lambda: api.post(TEST),
    }
    assert calls[call]().status_code == status


def test_a_list_holds_the_agents_own_only() -> None:
    mine, _ = make_delivery("http://127.0.0.1:9/"), make_delivery("http://127.0.0.1:9/")
    found = as_agent(agent_of(mine)).get(ALL).json()["results"]
    assert [each["id"] for each in found] == [str(mine.pk)]


def test_a_delivery_tells_its_whole_story(server: Receiver) -> None:
    server.status, server.body = 503, b"busy"
    escalation = make_answered(server.url)
    send_due()
    (told,) = as_agent(escalation.agent).get(ALL).json()["results"]
    (attempt,) = told["attempts"]
    assert (told["status"], told["url"], told["escalation_id"]) == ("pending", server.url, str(escalation.pk))
    assert (attempt["status_code"], attempt["error"], attempt["answer"]) == (503, "status", "busy")


def test_what_keeps_a_delivery_is_said() -> None:
    delivery = make_delivery("http://127.0.0.1:9/")
    api = as_agent(agent_of(delivery))
    endpoints.disable(Endpoint.objects.get(), reason="Holiday.")
    assert api.get(path_of(delivery)).json()["waits_for"] == "endpoint_disabled"
    agents.pause(agent_of(delivery))
    assert api.get(path_of(delivery)).json()["waits_for"] == "agent_paused"


@pytest.mark.parametrize("error", ["blocked_address", "dns", "no_connection"])
def test_a_try_that_reached_nobody_tells_the_agent_nothing_about_our_network(error: str) -> None:
    delivery = make_delivery("http://127.0.0.1:9/")
    Attempt.objects.create(delivery=delivery, n=1, error=error, detail="10.0.0.1 refused", ms=7)
    (attempt,) = as_agent(agent_of(delivery)).get(path_of(delivery)).json()["attempts"]
    del attempt["at"]
    assert attempt == {
        "n": 1,
        "ms": None,
        "status_code": None,
        "error": "no_connection",
        "detail": "No connection was made. The people who run the desk see why.",
        "answer": None,
    }


def test_pages_follow_each_other_without_a_gap() -> None:
    agent = factories.make_agent(webhook_url="http://127.0.0.1:9/")
    for _ in range(5):
        deliveries.send_test(agent, agent.webhook_url)
    api, seen, url = as_agent(agent), [], f"{ALL}?limit=2&status=pending,dead"
    while url:
        response = api.get(url)
        seen += [each["id"] for each in response.json()["results"]]
        url = response.json()["next"]
        assert ("Link" in response) == bool(url)
    assert seen == [str(pk) for pk in Delivery.objects.order_by("-pk").values_list("pk", flat=True)]


def test_a_page_costs_the_same_statements_whatever_its_size(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    agent = factories.make_agent(webhook_url="http://127.0.0.1:9/")
    for _ in range(5):
        deliveries.send_test(agent, agent.webhook_url)
    api = as_agent(agent)
    api.get(ALL)
    with django_assert_max_num_queries(2):
        api.get(ALL)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?status=lost", "invalid_choice"),
        ("?cursor=7", "invalid_cursor"),
        ("?cursor=%00", "invalid_value"),
        ("?limit=0", "invalid_value"),
        ("?agent=other", "unknown_parameter"),
        ("?limit=1&limit=2", "repeated"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused(query: str, code: str) -> None:
    response = as_agent(factories.make_agent()).get(ALL + query)
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_a_replay_sends_it_again(server: Receiver) -> None:
    escalation = make_answered(server.url)
    send_due()
    api = as_agent(escalation.agent)
    answer = api.post(path_of(Delivery.objects.get(), "/replay")).json()
    assert (answer["status"], answer["replays"]) == ("pending", 1)
    send_due()
    assert len(server.received) == 2


def test_a_test_goes_to_the_agents_url_or_the_one_given(server: Receiver) -> None:
    api = as_agent(factories.make_agent(webhook_url=server.url))
    first = api.post(TEST)
    api.post(TEST, {"webhook_url": server.url + "/2"})
    send_due()
    assert sorted(each.path for each in server.received) == ["/hook", "/hook/2"]
    told = api.get(first["Location"].removeprefix("http://127.0.0.1:8000")).json()
    assert (told["type"], told["status"], told["escalation_id"]) == ("webhook.test", "delivered", None)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "required"),
        ({"webhook_url": None}, 400, "required"),
        ({"webhook_url": 7}, 400, "wrong_type"),
        ({"webhook_url": "https://example.com/" + "x" * 2000}, 400, "too_long"),
        ({"url": "https://example.com/"}, 400, "unknown_field"),
        ({"webhook_url": "http://169.254.169.254/"}, 422, "webhook_url_refused"),
        ({"webhook_url": "https://u:p@example.com/"}, 422, "webhook_url_refused"),
    ],
)
def test_a_test_that_cannot_be_sent_is_refused(body: dict[str, Any], status: int, code: str) -> None:
    response = as_agent(factories.make_agent()).post(TEST, body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("pk", ["7", "%00", "..%2f", "01a2053e-0d47-7927-99a9-2548e03ec513"])
def test_an_unknown_delivery_is_404(pk: str) -> None:
    api = as_agent(factories.make_agent())
    assert [api.get(f"{ALL}/{pk}").status_code, api.post(f"{ALL}/{pk}/replay").status_code] == [404, 404]


@pytest.mark.parametrize("path", [ALL, TEST])
def test_any_other_method_is_405(path: str) -> None:
    api = as_agent(factories.make_agent())
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        assert api._client.generic(method, path).status_code == 405


def test_every_answer_is_as_documented(server: Receiver, settings: Settings) -> None:
    document = Api().get("/api/schema").json()
    server.status = 500
    escalation = make_answered(server.url)
    send_due()
    api, delivery = as_agent(escalation.agent), Delivery.objects.get()
    check(document, ALL, api.get(ALL))
    check(document, ALL, api.get(f"{ALL}?limit=x"))
    check(document, f"{ALL}/{{id}}", api.get(path_of(delivery)))
    check(document, f"{ALL}/{{id}}/replay", api.post(path_of(delivery, "/replay")))
    check(document, TEST, api.post(TEST))
    check(document, TEST, api.post(TEST, {"webhook_url": "ftp://x/"}))
    send_due()
    check(document, ALL, api.get(ALL))
