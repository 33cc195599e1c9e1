"""Email from the environment, and the checks of it."""

import pytest
from pytest_django import Settings

from config import checks, logs, mail
from config.environment import Problem
from config.mail import BACKENDS, NOWHERE, Server

SMTP = f"{BACKENDS}.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", Server()),
        ("smtp://mail.example.com", Server(SMTP, "mail.example.com", 587, is_starttls=True)),
        (
            "smtp://desk%40example.com:p%2Fw%3A@mail.example.com:2525",
            Server(SMTP, "mail.example.com", 2525, "desk@example.com", "p/w:", is_starttls=True),
        ),
        ("smtp://mail.example.com:25?tls=false", Server(SMTP, "mail.example.com", 25)),
        ("smtp://127.0.0.1:1025", Server(SMTP, "127.0.0.1", 1025)),
        ("smtp://localhost?tls=true", Server(SMTP, "localhost", 587, is_starttls=True)),
        ("smtps://u:p@mail.example.com", Server(SMTP, "mail.example.com", 465, "u", "p", is_tls=True)),
        ("smtp://[2001:db8::1]:587", Server(SMTP, "2001:db8::1", 587, is_starttls=True)),
        ("console:", Server(f"{BACKENDS}.console.EmailBackend")),
        ("file:///var/mail%20out", Server(f"{BACKENDS}.filebased.EmailBackend", folder="/var/mail out")),
    ],
)
def test_one_address_says_it_all(
    monkeypatch: pytest.MonkeyPatch, no_problems: list[Problem], value: str, expected: Server
) -> None:
    monkeypatch.setenv("EMAIL_URL", value)

    assert (mail.server(), no_problems) == (expected, [])


@pytest.mark.parametrize(
    "value",
    [
        *("mail.example.com:587", "http://mail.example.com", "smtp://", "smtp://host:port", "smtp://host:99999"),
        *("smtp://host/path", "smtp://host?tls=maybe", "smtp://host?ssl=true", "file:relative", "smtp://[::1"),
    ],
)
def test_a_wrong_address_is_a_problem_that_tells_no_password(
    monkeypatch: pytest.MonkeyPatch, no_problems: list[Problem], value: str
) -> None:
    monkeypatch.setenv("EMAIL_URL", value)

    assert mail.server().backend == NOWHERE
    assert [(problem.name, problem.value) for problem in no_problems] == [("EMAIL_URL", "")]


@pytest.mark.parametrize(
    ("value", "host", "expected"),
    [
        ("", "desk.example.com", "Escalation desk <desk@desk.example.com>"),
        ("", "127.0.0.1", "Escalation desk <desk@localhost>"),
        ("", "localhost", "Escalation desk <desk@localhost>"),
        ("Help <help@example.com>", "127.0.0.1", "Help <help@example.com>"),
    ],
)
def test_letters_come_from_the_desk(monkeypatch: pytest.MonkeyPatch, value: str, host: str, expected: str) -> None:
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", value)

    assert mail.sender(host) == expected


def test_a_sender_that_is_none_is_a_problem(monkeypatch: pytest.MonkeyPatch, no_problems: list[Problem]) -> None:
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", "nobody")

    mail.sender("desk.example.com")
    assert [problem.name for problem in no_problems] == ["DEFAULT_FROM_EMAIL"]


@pytest.mark.parametrize(
    ("is_tls", "has_email", "server", "expected"),
    [
        (False, False, Server(), []),
        (True, False, Server(), ["config.W003"]),
        (True, True, Server(SMTP, "mail.example.com", 587, "u", "p", is_starttls=True), []),
        (False, True, Server(SMTP, "mail.example.com", 25, "u", "p"), ["config.W004"]),
        (False, True, Server(SMTP, "localhost", 25, "u", "p"), []),
    ],
)
def test_what_an_operator_should_know_is_a_warning(
    settings: Settings, is_tls: bool, has_email: bool, server: Server, expected: list[str]
) -> None:
    settings.IS_TLS, settings.HAS_EMAIL, settings.MAIL_SERVER = is_tls, has_email, server

    assert [found.id for found in checks.email()] == expected


@pytest.mark.parametrize("path", ["/invited/", "/oncall/feed/", "/password/new/Nzc5/"])
def test_the_access_log_tells_no_token(path: str) -> None:
    token = "cnm0-9f8e7d6c5b4a39281706f5e4d3c2b1a0"

    assert logs.redact(f'{{"path": "{path}{token}/"}}') == f'{{"path": "{path}[redacted]/"}}'


def test_a_server_is_shown_without_its_password() -> None:
    assert "secret" not in repr(Server(password="secret"))
