"""Settings from the environment: what is given, what is assumed, and what is refused."""

import ipaddress
from pathlib import Path

import pytest

from config import database, environment
from config.environment import Problem

Problems = list[Problem]


def test_what_is_not_given_is_assumed(monkeypatch: pytest.MonkeyPatch, no_problems: Problems) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    assert environment.port() == 8000
    assert environment.public_url() == "http://127.0.0.1:8000"
    assert environment.bind() == "127.0.0.1"
    assert no_problems == []


def test_spaces_around_a_value_do_not_matter(monkeypatch: pytest.MonkeyPatch, no_problems: Problems) -> None:
    monkeypatch.setenv("PORT", " 8100 ")
    assert environment.port() == 8100
    assert no_problems == []


@pytest.mark.parametrize("value", ["abc", "0", "65536", "-1", "80.0", "1e3"])
def test_a_wrong_number_is_kept_as_a_problem(
    monkeypatch: pytest.MonkeyPatch, no_problems: Problems, value: str
) -> None:
    monkeypatch.setenv("PORT", value)
    assert environment.port() == 8000
    assert no_problems == [Problem("PORT", value, "Give a whole number from 1 to 65535.")]


def test_a_setting_that_is_read_twice_is_one_problem(monkeypatch: pytest.MonkeyPatch, no_problems: Problems) -> None:
    monkeypatch.setenv("PORT", "abc")
    environment.port()
    environment.port()
    assert len(no_problems) == 1


@pytest.mark.parametrize(("value", "meant"), [("yes", True), ("TRUE", True), ("0", False), ("off", False), ("", True)])
def test_a_flag_is_true_or_false(
    monkeypatch: pytest.MonkeyPatch, no_problems: Problems, value: str, meant: bool
) -> None:
    monkeypatch.setenv("FLAG", value)
    assert environment.flag("FLAG", default=True) is meant
    assert no_problems == []


def test_a_flag_that_is_neither_is_a_problem(monkeypatch: pytest.MonkeyPatch, no_problems: Problems) -> None:
    monkeypatch.setenv("FLAG", "perhaps")
    assert environment.flag("FLAG", default=False) is False
    assert no_problems == [Problem("FLAG", "perhaps", "Give true or false.")]


def test_networks_are_a_list(monkeypatch: pytest.MonkeyPatch, no_problems: Problems) -> None:
    monkeypatch.setenv("NETWORKS", "127.0.0.0/8, ::1/128,10.1.0.0/33")
    assert environment.networks("NETWORKS") == [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")]
    assert [problem.value for problem in no_problems] == ["10.1.0.0/33"]


@pytest.mark.parametrize(
    "value", ["desk.example.com", "ftp://x", "https://x/path", "https://u@x", "https://x:0", "http://"]
)
def test_an_origin_is_scheme_host_and_port(monkeypatch: pytest.MonkeyPatch, no_problems: Problems, value: str) -> None:
    monkeypatch.setenv("PUBLIC_URL", value)
    environment.public_url()
    assert [problem.name for problem in no_problems] == ["PUBLIC_URL"]


def test_a_redis_that_cannot_be_one_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, no_problems: Problems
) -> None:
    monkeypatch.setenv("REDIS_URL", "http://:secret@127.0.0.1")
    assert environment.redis("REDIS_URL") == ""
    assert "secret" not in str(no_problems[0])


def test_the_secret_key_is_the_one_given_else_the_one_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert environment.secret_key() == environment.NO_SECRET_KEY
    (tmp_path / "secret_key").write_text("kept\n")
    assert environment.secret_key() == "kept"
    monkeypatch.setenv("SECRET_KEY", "given")
    assert environment.secret_key() == "given"


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://a/b", "sqlite://", "postgresql://u:secret@h:port/x", "postgresql://h"]
)
def test_a_database_that_is_not_postgresql_is_refused_without_its_password(no_problems: Problems, url: str) -> None:
    assert database.connection(url)["HOST"] == "/nonexistent"
    assert [str(problem) for problem in no_problems] == [
        f"(config.E001) DATABASE_URL cannot be used as it is. {database.HINT}"
    ]


def test_the_url_may_say_how_to_connect(no_problems: Problems) -> None:
    options = database.connection("postgresql://ada:p%40ss@db:5433/desk?sslmode=require&connect_timeout=9")["OPTIONS"]
    assert (options["sslmode"], options["connect_timeout"], options["keepalives_idle"]) == ("require", 9, 10)
    assert no_problems == []


def test_without_an_address_no_other_server_is_reached(no_problems: Problems) -> None:
    assert database.connection("")["HOST"] == "/nonexistent"
    assert no_problems == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", "https://slack.com/api/"),
        ("https://slack.example.com/api", "https://slack.example.com/api/"),
        ("http://127.0.0.1:9/api/", "http://127.0.0.1:9/api/"),
    ],
)
def test_slack_may_be_somewhere_else(
    monkeypatch: pytest.MonkeyPatch, no_problems: Problems, value: str, expected: str
) -> None:
    monkeypatch.setenv("SLACK_API_URL", value)
    assert environment.slack_api() == expected
    assert no_problems == []


@pytest.mark.parametrize("value", ["slack.com/api", "http://slack.com/api/", "https://", "https://[/"])
def test_the_token_for_slack_never_leaves_in_clear(
    monkeypatch: pytest.MonkeyPatch, no_problems: Problems, value: str
) -> None:
    monkeypatch.setenv("SLACK_API_URL", value)
    assert environment.slack_api() == "https://slack.com/api/"
    assert [problem.name for problem in no_problems] == ["SLACK_API_URL"]
