"""How fast a key may call."""

import time

import pytest
from pytest_django import Settings

from tests import factories
from tests.escalations.api.calls import ALL, as_agent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_slow_rate(settings: Settings) -> None:
    settings.RATE_LIMIT_PER_SECOND = 2
    settings.RATE_LIMIT_BURST = 4


def test_every_answer_says_what_is_left() -> None:
    response = as_agent(factories.make_agent()).get(ALL)
    assert (response["RateLimit-Policy"], response["RateLimit"]) == ('"key";q=4;w=2', '"key";r=3;t=1')


def test_too_many_calls_are_told_how_long_to_wait() -> None:
    api = as_agent(factories.make_agent())
    answers = [api.get(ALL) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert (answers[4].json()["code"], answers[4]["Retry-After"]) == ("too_many_requests", "1")
    assert answers[4]["RateLimit"].startswith('"key";r=0;t=')


def test_one_key_leaves_the_others_alone() -> None:
    noisy, quiet = as_agent(factories.make_agent()), as_agent(factories.make_agent())
    for _ in range(6):
        noisy.get(ALL)
    assert quiet.get(ALL).status_code == 200


def test_waiting_gives_calls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    api = as_agent(factories.make_agent())
    for _ in range(5):
        api.get(ALL)
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + 1)
    assert [api.get(ALL).status_code for _ in range(3)] == [200, 200, 429]


def test_no_rate_means_no_limit(settings: Settings) -> None:
    settings.RATE_LIMIT_PER_SECOND = 0
    api = as_agent(factories.make_agent())
    answers = [api.get(ALL) for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0]
