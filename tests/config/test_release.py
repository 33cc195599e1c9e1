"""`manage.py release`: a new version's database, files and first rows."""

import io
import re

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from escalations.models import Agent
from reviewers.models import Reviewer, Role, Seat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_address(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8123"


def release() -> str:
    said = io.StringIO()
    call_command("release", stdout=said, stderr=io.StringIO())
    return said.getvalue()


def test_the_first_release_makes_a_login_that_works() -> None:
    said = release()
    found = re.search(r"http://127\.0\.0\.1:8123/ {2}as {2}(\S+) {2}with {2}(\S+)", said)
    assert found is not None
    assert Client().login(username=found[1], password=found[2])


def test_the_first_login_is_an_admin_in_no_rotation() -> None:
    release()
    assert list(Reviewer.objects.values_list("email", "role")) == [("admin@localhost", Role.ADMIN)]
    assert not Seat.objects.exists()


def test_the_first_release_makes_an_agent_and_shows_its_first_call() -> None:
    said = release()
    assert [agent.name for agent in Agent.objects.all()] == ["first-agent"]
    call = next(line for line in said.splitlines() if line.startswith("curl "))
    assert re.fullmatch(
        r"curl -sS http://127\.0\.0\.1:8123/api/escalations -H 'Authorization: Bearer esc_live_\w+' "
        r"-H 'Content-Type: application/json' -d '\{[^']+\}'",
        call,
    )


def test_secrets_are_shown_once() -> None:
    assert release() != ""
    assert release() == ""
    assert (Reviewer.objects.count(), Agent.objects.count()) == (1, 1)


def test_a_release_with_people_and_agents_makes_no_more() -> None:
    Reviewer.objects.create_user("ada@example.com", "a long password")
    Agent.objects.create(name="mine")
    assert release() == ""
    assert (Reviewer.objects.count(), Agent.objects.count()) == (1, 1)
