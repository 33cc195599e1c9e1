"""Around every view: an id, one policy for content, https where it is due; and no sessions under /api."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django import DjangoAssertNumQueries, Settings

from config import logs, pages
from config.front.answers import is_api
from tests.factories import make_reviewer

SEEN: list[HttpRequest] = []


def view(request: HttpRequest) -> HttpResponse:
    SEEN.append(request)
    return HttpResponse(logs.request_id.get())


urlpatterns = [path("api/x", view), path("page/", view), path("livez", view), path("readyz", pages.readyz)]
handler400 = pages.bad_request
handler404 = pages.not_found


@pytest.fixture(autouse=True)
def _here(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    SEEN.clear()


@pytest.fixture
def tls(settings: Settings) -> None:
    settings.IS_TLS = True
    settings.PUBLIC_URL = "https://desk.example.com"


def test_a_request_gets_an_id(client: Client) -> None:
    answer = client.get("/page/")
    assert len(answer["X-Request-Id"]) == 16
    assert answer.content.decode() == answer["X-Request-Id"]
    assert SEEN[0].request_id == answer["X-Request-Id"]  # type: ignore[attr-defined]


def test_a_sane_id_of_the_client_is_kept(client: Client) -> None:
    assert client.get("/page/", headers={"x-request-id": "order-6144"})["X-Request-Id"] == "order-6144"


@pytest.mark.parametrize("given", ["", "a" * 101, "a\nb", "<b>", "ü"])
def test_any_other_id_is_replaced(client: Client, given: str) -> None:
    assert len(client.get("/page/", headers={"x-request-id": given})["X-Request-Id"]) == 16


def test_two_requests_have_two_ids(client: Client) -> None:
    assert client.get("/page/")["X-Request-Id"] != client.get("/page/")["X-Request-Id"]


@pytest.mark.parametrize("path", ["/page/", "/api/x", "/nowhere", "/api/nowhere", "/static/nowhere.css"])
def test_every_answer_has_the_one_policy(client: Client, settings: Settings, path: str) -> None:
    answer = client.get(path)
    assert answer["Content-Security-Policy"] == settings.CONTENT_SECURITY_POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_the_api_is_not_redirected_to_https(client: Client, tls: None) -> None:
    answer = client.get("/api/x")
    assert (answer.status_code, answer.json()["code"]) == (403, "tls_required")
    assert "https://desk.example.com" in answer.json()["detail"]
    assert SEEN == []


def test_a_page_moves_to_https(client: Client, tls: None) -> None:
    answer = client.get("/page/?q=1")
    assert (answer.status_code, answer["Location"]) == (302, "https://desk.example.com/page/?q=1")


@pytest.mark.parametrize("path", ["/api/x", "/page/"])
def test_over_https_everything_is_served(client: Client, tls: None, path: str) -> None:
    assert client.get(path, secure=True).status_code == 200


def test_probes_need_no_https(client: Client, tls: None) -> None:
    assert client.get("/livez").status_code == 200


def test_a_forged_host_is_refused(client: Client) -> None:
    assert client.get("/page/", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/api/x", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.django_db
def test_under_api_there_is_no_session(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client.force_login(make_reviewer("Ada"))
    with django_assert_num_queries(0):
        answer = client.get("/api/x")
    assert not hasattr(SEEN[0], "session")
    assert not hasattr(SEEN[0], "user")
    assert not answer.cookies


def test_under_api_nothing_asks_for_a_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/api/x").status_code == 200
    assert client.post("/page/").status_code == 403


@pytest.mark.django_db
def test_pages_know_who_is_signed_in(client: Client) -> None:
    ada = make_reviewer("Ada")
    client.force_login(ada)
    client.get("/page/")
    assert SEEN[0].user == ada


@pytest.mark.parametrize(("path", "expected"), [("/api", True), ("/api/x", True), ("/apis", False), ("/", False)])
def test_the_api_is_what_stands_under_api(path: str, expected: bool) -> None:
    assert is_api(RequestFactory().get(path).path_info) is expected
