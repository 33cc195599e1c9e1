"""What `manage.py` says and makes: agents and reviewers."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from escalations import keys, vault
from escalations.models import Agent, ApiKey, Scope
from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_agent, make_reviewer

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    """What the command says on standard output and on standard error."""
    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def run_json(*arguments: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(run(*arguments, "--json")[0])
    return made


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return str(caught.value)


def key_behind(plain: str) -> ApiKey:
    parts = keys.parse(plain)
    assert parts is not None
    key = ApiKey.objects.get(pk=parts.id)
    assert bytes(key.digest) == parts.digest
    return key


def test_create_agent_prints_one_object_with_three_members() -> None:
    made = run_json("create_agent", "billing")
    assert list(made) == ["agent", "api_key", "webhook_secret"]
    assert made["agent"] == "billing"


def test_the_printed_key_is_the_agents_own_and_lets_it_read_and_write() -> None:
    key = key_behind(run_json("create_agent", "billing")["api_key"])
    assert (key.agent, key.is_sandbox) == (Agent.objects.get(name="billing"), False)
    assert key.scopes == [Scope.READ, Scope.WRITE]


def test_the_printed_webhook_secret_is_the_one_that_signs() -> None:
    made = run_json("create_agent", "billing", "--webhook-url", "https://agent.example.com/hook")
    agent = Agent.objects.get(name="billing")
    assert vault.unseal(bytes(agent.webhook_secret)).decode() == made["webhook_secret"]
    assert agent.webhook_url == "https://agent.example.com/hook"


def test_create_agent_shows_a_curl_line_with_the_address_and_the_key(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://desk.example.com"
    said, _ = run("create_agent", "billing")
    curl = next(line for line in said.splitlines() if line.startswith("curl "))
    plain = curl.partition("Bearer ")[2].partition("'")[0]
    assert "https://desk.example.com/api/escalations" in curl
    assert key_behind(plain).agent == Agent.objects.get(name="billing")


def test_a_taken_agent_name_is_refused_in_one_line() -> None:
    make_agent("billing")
    assert refusal("create_agent", "billing") == "There is an agent named billing already. Choose another name."


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "a\nb", "a\udc80"])
def test_an_agent_name_that_nobody_can_read_is_refused(name: str) -> None:
    assert "printable" in refusal("create_agent", name)


def test_a_very_long_agent_name_is_refused() -> None:
    assert refusal("create_agent", "a" * 201) == "Give the agent a name of 1 to 200 printable characters."


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9000/", "not on the public internet"),
        ("ftp://agent.example.com/", "must begin with https://"),
        ("https://agent.example.com:8443/", "port 443 only"),
        ("https://user:word@agent.example.com/", "must not carry a user name"),
        ("nonsense", "must begin with https://"),
    ],
)
def test_a_webhook_url_that_cannot_be_used_is_refused_and_no_agent_is_made(url: str, reason: str) -> None:
    assert reason in refusal("create_agent", "billing", "--webhook-url", url)
    assert not Agent.objects.filter(name="billing").exists()


def test_an_inside_webhook_url_is_refused_with_the_setting_that_allows_it() -> None:
    assert "WEBHOOK_ALLOWED_NETWORKS" in refusal("create_agent", "billing", "--webhook-url", "http://10.0.0.1/")


def test_create_reviewer_prints_one_object_with_four_members() -> None:
    made = run_json("create_reviewer", "Ada@Example.com")
    reviewer = Reviewer.objects.get(email="ada@example.com")
    assert list(made) == ["reviewer", "email", "password", "api_key"]
    assert (made["reviewer"], made["email"]) == (str(reviewer.pk), "ada@example.com")


def test_the_printed_password_and_key_work() -> None:
    made = run_json("create_reviewer", "ada@example.com")
    reviewer = Reviewer.objects.get(email="ada@example.com")
    assert reviewer.check_password(made["password"])
    assert key_behind(made["api_key"]).reviewer == reviewer


def test_without_a_pool_a_reviewer_joins_the_default_pool() -> None:
    run("create_reviewer", "ada@example.com")
    assert [seat.pool.is_default for seat in Reviewer.objects.get().seats.all()] == [True]


def test_a_pool_that_is_not_there_is_made_and_the_command_says_so() -> None:
    said, _ = run("create_reviewer", "ada@example.com", "--pool", "Refunds")
    assert "There was no pool named Refunds, so it was made." in said
    assert Pool.objects.get(seats__reviewer__email="ada@example.com").name == "Refunds"


def test_with_json_the_news_of_a_made_pool_goes_to_standard_error() -> None:
    out, err = run("create_reviewer", "ada@example.com", "--pool", "Refunds", "--json")
    assert set(json.loads(out)) == {"reviewer", "email", "password", "api_key"}
    assert "Refunds" in err


def test_a_pool_that_is_there_is_joined_without_a_word() -> None:
    Pool.objects.create(name="Refunds")
    assert "There was no pool" not in run("create_reviewer", "ada@example.com", "--pool", "Refunds")[0]


def test_name_role_and_tags_are_kept() -> None:
    arguments = ("--name", "Ada Lovelace", "--role", "lead", "--tag", "sql", "--tag", "law")
    run("create_reviewer", "ada@example.com", *arguments)
    reviewer = Reviewer.objects.get()
    assert (reviewer.name, reviewer.role, reviewer.tags) == ("Ada Lovelace", Role.LEAD, ["law", "sql"])


def test_an_admin_sits_in_no_pool_and_the_command_says_so() -> None:
    assert "sits in no pool" in run("create_reviewer", "root@example.com", "--role", "admin")[0]


def test_a_taken_email_is_refused_in_one_line() -> None:
    make_reviewer("Ada")
    assert (
        refusal("create_reviewer", "ADA@example.com") == "There is a reviewer with the email ada@example.com already."
    )


def test_what_is_no_email_is_refused_and_nothing_is_made() -> None:
    assert refusal("create_reviewer", "ada", "--pool", "Refunds") == "ada: Enter a valid email address."
    assert not Pool.objects.filter(name="Refunds").exists()


def test_an_unknown_role_is_refused_with_those_there_are() -> None:
    assert "'admin', 'lead', 'reviewer', 'read_only'" in refusal("create_reviewer", "ada@example.com", "--role", "boss")
