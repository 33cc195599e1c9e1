"""A wrong setting stops the start, with an id and a hint."""

import pytest
from django.core import checks as django_checks
from django.core.checks import CheckMessage
from pytest_django import DjangoAssertNumQueries, Settings

from config import checks, environment
from config.environment import Problem


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [each.id for each in found]


def test_each_wrong_setting_is_an_error_of_its_own(no_problems: list[Problem]) -> None:
    environment.refuse(Problem("PORT", "abc", "Give a whole number."))
    environment.refuse(Problem("LOG_LEVEL", "LOUD", "Give one of DEBUG, INFO."))
    found = checks.wrong_settings()
    assert [(each.id, each.msg, each.hint) for each in found] == [
        ("config.E001", "PORT cannot be 'abc'.", "Give a whole number."),
        ("config.E001", "LOG_LEVEL cannot be 'LOUD'.", "Give one of DEBUG, INFO."),
    ]


@pytest.mark.parametrize(
    ("key", "is_tls", "url", "expected"),
    [
        (environment.NO_SECRET_KEY, False, "", []),
        (environment.NO_SECRET_KEY, True, "", ["config.E002"]),
        (environment.NO_SECRET_KEY, False, "postgresql://x/y", ["config.E002"]),
        ("short", False, "", []),
        ("short", True, "postgresql://x/y", ["config.E003"]),
        ("k" * 32, True, "postgresql://x/y", []),
    ],
)
def test_a_secret_key_is_needed_where_it_matters(
    settings: Settings, key: str, is_tls: bool, url: str, expected: list[str]
) -> None:
    settings.SECRET_KEY, settings.IS_TLS, settings.DATABASE_URL = key, is_tls, url
    assert ids(checks.secret_key()) == expected


def test_tls_without_a_trusted_proxy_is_a_warning(settings: Settings) -> None:
    settings.IS_TLS, settings.TRUSTED_PROXIES = True, []
    assert ids(checks.proxies()) == ["config.W001"]


@pytest.mark.parametrize(("host", "expected"), [("127.0.0.1", []), ("desk.example.com", ["config.W002"])])
def test_passwords_in_clear_on_a_network_are_a_warning(settings: Settings, host: str, expected: list[str]) -> None:
    settings.IS_TLS, settings.PUBLIC_HOST = False, host
    assert ids(checks.exposure()) == expected


@pytest.mark.parametrize(
    ("token", "secret", "expected"),
    [("", "", []), ("xoxb-1", "shh", []), ("xoxb-1", "", ["config.W005"]), ("", "shh", ["config.W005"])],
)
def test_half_of_slack_is_a_warning(settings: Settings, token: str, secret: str, expected: list[str]) -> None:
    settings.SLACK_BOT_TOKEN, settings.SLACK_SIGNING_SECRET = token, secret
    assert ids(checks.slack()) == expected


@pytest.mark.django_db
def test_this_postgresql_is_new_enough(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert checks.postgresql_version(databases=["default"]) == []


@pytest.mark.django_db
def test_an_old_postgresql_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "OLDEST_POSTGRESQL", 99)
    assert ids(checks.postgresql_version(databases=["default"])) == ["config.E004"]


def test_no_database_is_asked_unless_it_is_named() -> None:
    assert checks.postgresql_version() == []


def test_the_settings_of_the_tests_are_right() -> None:
    assert django_checks.run_checks() == []


def test_a_process_with_wrong_settings_ends_and_says_why(
    no_problems: list[Problem], capsys: pytest.CaptureFixture[str]
) -> None:
    environment.refuse(Problem("PORT", "abc", "Give a whole number."))
    with pytest.raises(SystemExit) as ended:
        checks.refuse_wrong_settings()
    assert ended.value.code == checks.STARTUP_FAILURE
    assert "(config.E001) PORT cannot be 'abc'." in capsys.readouterr().err


def test_a_process_with_right_settings_goes_on() -> None:
    checks.refuse_wrong_settings()
