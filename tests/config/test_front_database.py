"""Each thread keeps its connection, and none of them stays broken."""

import os
from collections.abc import Iterator

import pytest
import requests
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from tests.factories import agent_headers, make_agent
from tests.live import cut_all_others


@pytest.fixture
def agent(web: str) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers.update(agent_headers(make_agent()))
        yield session


def backends() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return {pid for (pid,) in cursor.fetchall()}


def test_connections_last(web: str, agent: requests.Session) -> None:
    for _ in range(10):
        agent.get(f"{web}/api/escalations")
    kept = backends()
    for _ in range(10):
        agent.get(f"{web}/api/escalations")
    assert kept <= backends()
    assert len(backends()) <= 4


def test_a_kept_connection_is_not_asked_whether_it_works(
    web: str, agent: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        agent.get(f"{web}/api/escalations")
    monkeypatch.setattr(DatabaseWrapper, "is_usable", lambda _: pytest.fail("it was asked"))
    assert [agent.get(f"{web}/api/escalations").status_code for _ in range(10)] == [200] * 10


def test_after_every_connection_was_cut_the_next_request_works(web: str, agent: requests.Session) -> None:
    for _ in range(3):
        assert [agent.get(f"{web}/api/escalations").status_code for _ in range(8)] == [200] * 8
        cut_all_others()
    assert [agent.get(f"{web}/api/escalations").status_code for _ in range(8)] == [200] * 8


def test_while_postgresql_is_away_one_should_try_again(
    web: str, agent: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.get(f"{web}/api/escalations")
    with monkeypatch.context() as outage:
        outage.setitem(connection.settings_dict, "PORT", "1")
        cut_all_others()
        for path in ("/api/escalations", "/api/events", "/api/escalations?limit=1"):
            answer = agent.get(web + path)
            assert (answer.status_code, answer.json()["code"]) == (503, "temporarily_unavailable")
            assert answer.headers["Retry-After"]
        answer = agent.post(f"{web}/api/escalations", json={"issue_description": "May I?"})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert requests.get(f"{web}/livez", timeout=5).ok
        assert requests.get(f"{web}/readyz", timeout=5).status_code == 503
    assert agent.get(f"{web}/api/escalations").status_code == 200
    assert requests.get(f"{web}/readyz", timeout=5).ok


def test_a_page_says_so_too(web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    with monkeypatch.context() as outage:
        outage.setitem(connection.settings_dict, "PORT", "1")
        cut_all_others()
        answer = requests.get(web, cookies={"desk_session": "x" * 32, **session_cookie()}, timeout=5)
        assert answer.status_code == 503
        assert answer.headers["Content-Type"].startswith("text/html")


def session_cookie() -> dict[str, str]:
    return {os.environ.get("SESSION_COOKIE_NAME", "desk_session_8000"): "y" * 32}
