"""Pages for what went wrong, each with the id of its request; problems under /api; and whether we are ready."""

import socket
import time

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from config import pages
from config.readiness import Probe
from reviewers.models import Reviewer
from tests.factories import make_reviewer
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


urlpatterns = [
    path("api/<how>", fail),
    path("page/<how>", fail),
    path("readyz", pages.readyz),
    path("", admin.site.urls),
]
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


@pytest.fixture
def ada(browser: Client, db: None) -> Reviewer:
    person = make_reviewer("Ada")
    browser.force_login(person)
    return person


@pytest.mark.parametrize("how", ["bad", "forbidden", "nothing"])
def test_who_is_signed_in_is_told_inside_the_desk(browser: Client, ada: Reviewer, how: str) -> None:
    page = browser.get(f"/page/{how}" if how != "nothing" else "/no/such/page/").content.decode()

    assert 'aria-label="Main"' in page
    assert ada.name in page
    assert '<a class="button primary" href="/">Live queue</a>' in page


def test_who_may_not_is_told_their_role(browser: Client, ada: Reviewer) -> None:
    assert "Your role here is Reviewer." in browser.get("/page/forbidden").content.decode()


@pytest.mark.parametrize("how", ["broken", "away", "cut"])
def test_when_we_have_failed_one_can_try_again(browser: Client, ada: Reviewer, how: str) -> None:
    page = browser.get(f"/page/{how}?x=1").content.decode()

    assert f'<a class="button primary" href="/page/{how}?x=1">Try again</a>' in page
    assert 'aria-label="Main"' not in page


@pytest.mark.parametrize(
    ("came_from", "is_offered"),
    [
        ("http://testserver/escalations/agent/?p=2", True),
        ("https://evil.example.com/escalations/agent/?p=2", False),
        ("javascript:alert(1)", False),
        ("http://testserver/page/forbidden", False),
    ],
)
def test_the_way_back_leads_to_a_page_of_ours(browser: Client, ada: Reviewer, came_from: str, is_offered: bool) -> None:
    headers = {"referer": came_from, "host": "testserver"}

    page = browser.get("/page/forbidden", headers=headers).content.decode()
    assert ('href="/escalations/agent/?p=2">Back to the page before</a>' in page) == is_offered
    assert ("Back to the page before" in page) == is_offered


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
