"""An agent waits for its answer, and holds nothing but a connection while it does."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import requests

from escalations import keys, lifecycle
from escalations.answers import Answer
from escalations.api import authentication, waiting
from escalations.models import Agent, Escalation
from reviewers.models import Reviewer
from tests.factories import agent_headers, make_agent, make_escalation, make_reviewer, reviewer_headers
from tests.live import until


@pytest.fixture
def agent(web: str) -> Agent:
    return make_agent()


@pytest.fixture
def ada(web: str) -> Reviewer:
    return make_reviewer("Ada")


@pytest.fixture
def escalation(agent: Agent, ada: Reviewer) -> Escalation:
    return make_escalation(agent=agent)


@pytest.fixture
def headers(agent: Agent) -> dict[str, str]:
    return agent_headers(agent)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


@pytest.fixture
def ask(web: str, escalation: Escalation, headers: dict[str, str], pool: ThreadPoolExecutor) -> Any:
    def ask(**parameters: object) -> Future[tuple[requests.Response, float]]:
        return pool.submit(get, f"{web}/api/escalations/{escalation.pk}", headers, parameters)

    return ask


def get(url: str, headers: dict[str, str], parameters: dict[str, Any]) -> tuple[requests.Response, float]:
    started = time.perf_counter()
    answer = requests.get(url, params=parameters, headers=headers, timeout=70)
    return answer, time.perf_counter() - started


def test_the_answer_comes_when_there_is_one(ask: Any, escalation: Escalation, ada: Reviewer) -> None:
    waiting = ask(wait=25, after=escalation.version)
    time.sleep(0.5)
    assert not waiting.done()
    lifecycle.resolve(escalation, by=ada, answer=Answer("Refund it."))
    answer, seconds = waiting.result(5)
    assert (answer.status_code, answer.json()["resolution_notes"]) == (200, "Refund it.")
    assert seconds < 2


def test_a_claim_is_news_too(ask: Any, escalation: Escalation, ada: Reviewer) -> None:
    waiting = ask(wait=25, after=escalation.version)
    time.sleep(0.3)
    lifecycle.claim(escalation, by=ada)
    answer, _ = waiting.result(5)
    assert answer.json()["claimed_at"]


def test_when_time_is_up_the_answer_is_what_there_is(ask: Any, escalation: Escalation) -> None:
    answer, seconds = ask(wait=1, after=escalation.version).result(5)
    assert (answer.status_code, answer.json()["version"]) == (200, escalation.version)
    assert 1 <= seconds < 2


def test_news_that_came_before_are_told_at_once(ask: Any, escalation: Escalation, ada: Reviewer) -> None:
    lifecycle.claim(escalation, by=ada)
    answer, seconds = ask(wait=25, after=escalation.version).result(5)
    assert answer.json()["version"] == escalation.version + 1
    assert seconds < 1


def test_what_is_finished_is_not_waited_for(ask: Any, escalation: Escalation, ada: Reviewer) -> None:
    resolved = lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    _, seconds = ask(wait=25, after=resolved.version + 5).result(5)
    assert seconds < 1


def test_what_waits_on_the_agent_is_not_waited_for(ask: Any, escalation: Escalation, ada: Reviewer) -> None:
    asked = lifecycle.ask(escalation, by=ada, message="Which order?")
    _, seconds = ask(wait=25, after=asked.version).result(5)
    assert seconds < 1


def test_without_a_version_the_present_one_is_meant(ask: Any, escalation: Escalation, ada: Reviewer) -> None:
    waiting = ask(wait=25)
    time.sleep(0.3)
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    assert waiting.result(5)[0].json()["status"] == "resolved"


def test_a_delivery_is_no_news(ask: Any, escalation: Escalation) -> None:
    """Only what passes the version is."""
    waiting = ask(wait=1, after=escalation.version + 1)
    time.sleep(0.2)
    _, seconds = waiting.result(5)
    assert seconds >= 1


def test_the_wish_may_stand_in_prefer(
    web: str, escalation: Escalation, headers: dict[str, str], pool: ThreadPoolExecutor, ada: Reviewer
) -> None:
    preferring = headers | {"Prefer": "respond-async, wait=25"}
    waiting = pool.submit(get, f"{web}/api/escalations/{escalation.pk}", preferring, {"after": escalation.version})
    time.sleep(0.3)
    assert not waiting.done()
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    assert waiting.result(5)[0].json()["status"] == "resolved"


@pytest.mark.parametrize("prefer", ["wait", "wait=x", "wait=-1", "return=minimal", ""])
def test_a_preference_that_is_not_understood_is_ignored(
    web: str, escalation: Escalation, headers: dict[str, str], prefer: str
) -> None:
    answer, seconds = get(f"{web}/api/escalations/{escalation.pk}", headers | {"Prefer": prefer}, {})
    assert (answer.status_code, seconds < 1) == (200, True)


@pytest.mark.parametrize(
    "parameters",
    [{"wait": "x"}, {"wait": "-1"}, {"wait": "1.5"}, {"wait": ""}, {"wait": ["1", "2"]}, {"wait": 1, "after": "x"}],
)
def test_a_bad_wish_is_refused(ask: Any, parameters: dict[str, Any]) -> None:
    answer, _ = ask(**parameters).result(5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["parameter"] in {"wait", "after"}


def test_too_many_parameters_are_refused(web: str, escalation: Escalation, headers: dict[str, str]) -> None:
    answer, _ = get(f"{web}/api/escalations/{escalation.pk}?wait=1&{'a&' * 3500}", headers, {})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_minute_is_the_longest(ask: Any, escalation: Escalation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST_SECONDS", 1)
    _, seconds = ask(wait=9999, after=escalation.version).result(5)
    assert seconds < 2


def test_without_a_key_nobody_waits(web: str, escalation: Escalation) -> None:
    answer, seconds = get(f"{web}/api/escalations/{escalation.pk}", {}, {"wait": 25})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert seconds < 1


def test_another_agents_escalation_is_not_found(web: str, escalation: Escalation) -> None:
    answer, seconds = get(f"{web}/api/escalations/{escalation.pk}", agent_headers(make_agent()), {"wait": 25})
    assert (answer.status_code, seconds < 1) == (404, True)


def test_a_key_revoked_meanwhile_gets_no_answer(
    web: str, ask: Any, escalation: Escalation, agent: Agent, ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "BELIEVED_FOR", 0.0)
    waiting = ask(wait=25, after=escalation.version)
    time.sleep(0.3)
    for key in agent.keys.all():
        keys.revoke(key)
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    assert waiting.result(5)[0].status_code == 401


def test_a_reviewers_key_may_wait(web: str, escalation: Escalation, ada: Reviewer) -> None:
    answer, _ = get(f"{web}/api/escalations/{escalation.pk}", reviewer_headers(ada), {"wait": 0})
    assert answer.json()["id"] == str(escalation.pk)


def test_two_hundred_waiters_leave_room_for_others(
    web: str, escalation: Escalation, headers: dict[str, str], ada: Reviewer
) -> None:
    url = f"{web}/api/escalations/{escalation.pk}"
    with ThreadPoolExecutor(200) as crowd:
        waiting = [crowd.submit(get, url, headers, {"wait": 25, "after": escalation.version}) for _ in range(200)]
        time.sleep(2)
        _, seconds = get(url, headers, {})
        assert seconds < 1
        lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
        answers = [each.result(15)[0].json()["status"] for each in waiting]
    assert answers == ["resolved"] * 200


def test_one_key_gets_no_more_than_its_part(
    ask: Any, escalation: Escalation, ada: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_OF_ONE_KEY", 2)
    kept = [ask(wait=25, after=escalation.version) for _ in range(2)]
    time.sleep(0.5)
    refused, _ = ask(wait=25, after=escalation.version).result(5)
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert refused.headers["Retry-After"]
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes."))
    assert [each.result(5)[0].status_code for each in kept] == [200, 200]
    assert ask(wait=0).result(5)[0].status_code == 200


def test_the_access_log_names_the_key(
    ask: Any, web: str, agent: Agent, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "access")
    ask(wait=1).result(5)
    get(f"{web}/api/escalations", headers, {})
    until(lambda: len(lines_of(caplog)) == 2)
    newest = agent.keys.latest("created_at").pk
    assert [line["key"] for line in lines_of(caplog)] == [newest, newest]


def lines_of(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [record.__dict__["fields"] for record in caplog.records if record.name == "access"]
