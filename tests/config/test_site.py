"""The one admin site."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from config import site
from reviewers.models import Role
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db


def navigation(client: Client, role: Role) -> dict[str, list[str]]:
    client.force_login(make_reviewer(pool=make_pool(), role=role))
    groups: Any = client.get("/").context["navigation"]
    return {str(group["title"]): [str(item.title) for item in group["items"]] for group in groups}


def test_the_navigation_says_what_people_do(client: Client) -> None:
    found = navigation(client, Role.ADMIN)

    assert list(found) == ["Work", "Team", "Configure"]
    assert (found["Work"][0], found["Work"][-1]) == ("Live queue", "All escalations")
    assert found["Team"] == ["Team", "On call", "Metrics", "People", "Reviewer pools", "Rotations", "Tags"]
    assert found["Configure"][:2] == ["Agents", "API keys"]
    assert found["Configure"][-2:] == ["Audit log", "Configuration changes"]


def test_what_the_navigation_does_not_name_comes_last(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "NAVIGATION", (("Work", (site.Page("Live queue", "index"),)),))

    assert navigation(client, Role.ADMIN)["Work"][:2] == ["Live queue", "Log entries"]


def test_a_page_of_the_queue_belongs_to_the_queue(client: Client) -> None:
    client.force_login(make_reviewer())
    escalation = make_escalation()

    page = client.get(f"/desk/e/{escalation.reference}/").content.decode()
    assert '<a href="/" aria-current="page">' in page


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.READ_ONLY])
def test_who_answers_is_not_shown_the_keys(client: Client, role: Role) -> None:
    assert "API keys" not in navigation(client, role)["Configure"]


def test_the_page_one_is_on_is_marked(client: Client) -> None:
    client.force_login(make_reviewer(role=Role.ADMIN))

    page = client.get("/reviewers/pool/").content.decode()
    assert '<a href="/reviewers/pool/" aria-current="page">' in page


def test_what_the_desk_sets_up_by_itself_is_not_offered() -> None:
    labels = {model._meta.app_label for model in admin.site._registry}

    assert labels <= {"escalations", "reviewers", "notifications", "metrics", "admin"}


def test_an_unknown_address_is_not_found_and_asks_for_no_sign_in(client: Client) -> None:
    assert client.get("/no/such/page/").status_code == 404


def test_the_sign_in_page_looks_like_the_product(client: Client) -> None:
    page = client.get("/login/").content.decode()

    assert "Escalation desk" in page
    assert "Django" not in page


@pytest.mark.parametrize(
    "path", ["/", "/login/", "/escalations/escalation/", "/reviewers/reviewer/add/", "/password_change/"]
)
def test_no_page_has_inline_style_or_script(client: Client, path: str) -> None:
    client.force_login(make_reviewer(role=Role.ADMIN))

    page = client.get(path).content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert " onclick=" not in page


def test_the_model_admins_pass_djangos_checks() -> None:
    assert admin.site.check(None) == []


def test_a_moment_is_written_in_utc_and_says_so(client: Client) -> None:
    agent = make_agent()
    client.force_login(make_reviewer(role=Role.ADMIN))

    page = client.get(f"/escalations/agent/{agent.pk}/change/").content.decode()
    assert f"{agent.created_at:%Y-%m-%d %H:%M} UTC" in page
