"""Pages for what went wrong, each with the id of its request; problems under /api; and whether we are ready."""

import socket
import time

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from config import pages
from config.readiness import Probe
from tests.live import free_port

ERRORS: dict[str, Exception] = {
    "bad": SuspiciousOperation("secret"),
    "forbidden": PermissionDenied("secret"),
    "broken": ValueError("secret"),
    "away": OperationalError("secret"),
    "cut": InterfaceError("secret"),
}


def fail(request: HttpRequest, how: str) -> HttpResponse:
    raise ERRORS[how]


urlpatterns = [path("api/<how>", fail), path("page/<how>", fail), path("readyz", pages.readyz)]
handler400, handler403 = pages.bad_request, pages.forbidden
handler404, handler500 = pages.not_found, pages.server_error
STATUSES = {"bad": 400, "forbidden": 403, "broken": 500, "away": 503, "cut": 503}


@pytest.fixture(autouse=True)
def _here(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("how", "status"), STATUSES.items())
def test_a_page_tells_what_went_wrong(browser: Client, how: str, status: int) -> None:
    answer = browser.get(f"/page/{how}", headers={"x-request-id": "order-6144"})
    page = answer.content.decode()
    assert answer.status_code == status
    assert "order-6144" in page
    assert "<h1>" in page
    assert "secret" not in page


@pytest.mark.parametrize(("how", "status"), STATUSES.items())
def test_the_api_answers_with_a_problem(browser: Client, how: str, status: int) -> None:
    answer = browser.get(f"/api/{how}", headers={"x-request-id": "order-6144"})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["request_id"]) == (status, "order-6144")
    assert "secret" not in str(problem)


@pytest.mark.parametrize("path", ["/api/away", "/page/away"])
def test_while_the_database_is_away_one_should_try_again(browser: Client, path: str) -> None:
    assert browser.get(path)["Retry-After"] == "1"


def test_an_unknown_address_is_told_so(browser: Client) -> None:
    assert browser.get("/nowhere/").status_code == 404
    assert browser.get("/api/nowhere/else").json()["code"] == "not_found"


def test_error_pages_need_no_database(browser: Client) -> None:
    """Without the mark for it, a test that touches the database fails."""
    assert browser.get("/page/broken").status_code == 500


def test_a_stale_form_says_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/page/broken")
    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_ready_when_postgresql_answers_and_is_migrated(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.django_db(transaction=True)
def test_not_ready_when_postgresql_refuses(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    reroute(monkeypatch, free_port())
    answer = client.get("/readyz")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json() == {"status": "not ready", "detail": "PostgreSQL does not answer."}


@pytest.mark.django_db(transaction=True)
def test_not_ready_within_a_second_when_postgresql_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        reroute(monkeypatch, silent.getsockname()[1])
        probe = Probe()
        started = time.monotonic()
        assert [probe.missing(), probe.missing()] == ["PostgreSQL did not answer within a second."] * 2
        assert time.monotonic() - started < 2.5


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_migrations_are_missing() -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("sessions", "0001_initial")
    try:
        assert "Migrations are missing" in Probe().missing()
    finally:
        recorder.record_applied("sessions", "0001_initial")


def reroute(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """New connections, of every thread, go to another port."""
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", port)


def test_nothing_can_be_sent_to_readyz(client: Client) -> None:
    assert client.post("/readyz").status_code == 405
