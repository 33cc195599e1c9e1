"""What must be right before the product starts: each finding has an id and says what to do (docs/operations.md)."""

import sys
from collections.abc import Sequence

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.checks import Warning as CheckWarning
from django.db import connections

from config import environment

TAG = "config"
OLDEST_POSTGRESQL = 15
SECRET_KEY_LENGTH = 32
# uvicorn does not start a worker again that ends with this code.
STARTUP_FAILURE = 3


def register_all() -> None:
    for check in (wrong_settings, secret_key, proxies, exposure, email, slack):
        register(check, TAG)
    register(postgresql_version, Tags.database)


def wrong_settings(**_options: object) -> list[CheckMessage]:
    return [Error(each.complaint, hint=each.hint, id=environment.WRONG_SETTING) for each in environment.problems]


def secret_key(**_options: object) -> list[CheckMessage]:
    """Everything signed or sealed hangs on it, and all processes on one database must have the same."""
    matters = settings.IS_TLS or bool(settings.DATABASE_URL)
    hint = "Give 32 or more random characters: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if matters and settings.SECRET_KEY == environment.NO_SECRET_KEY:
        return [Error("SECRET_KEY is not set.", hint=hint, id="config.E002")]
    if matters and len(settings.SECRET_KEY) < SECRET_KEY_LENGTH:
        return [Error("SECRET_KEY is too short.", hint=hint, id="config.E003")]
    return []


def proxies(**_options: object) -> list[CheckMessage]:
    if not settings.IS_TLS or settings.TRUSTED_PROXIES:
        return []
    return [
        CheckWarning(
            "PUBLIC_URL is https, and no proxy is trusted to say that a request came over TLS.",
            hint="Set TRUSTED_PROXIES to the address of the proxy that ends TLS, such as 127.0.0.1/32.",
            id="config.W001",
        )
    ]


def exposure(**_options: object) -> list[CheckMessage]:
    if settings.IS_TLS or settings.PUBLIC_HOST in {"localhost", "127.0.0.1", "::1"}:
        return []
    return [
        CheckWarning(
            f"PUBLIC_URL is {settings.PUBLIC_URL}: passwords and keys travel in clear.",
            hint="Put a proxy with TLS in front and set PUBLIC_URL to its https address.",
            id="config.W002",
        )
    ]


def email(**_options: object) -> list[CheckMessage]:
    if settings.IS_TLS and not settings.HAS_EMAIL:
        return [
            CheckWarning(
                "No email is sent: people cannot set a new password by themselves, and links are handed over by hand.",
                hint="Set EMAIL_URL, such as smtp://USER:PASSWORD@HOST:587, and try it: manage.py send_test_email TO.",
                id="config.W003",
            )
        ]
    if settings.MAIL_SERVER.is_in_clear:
        return [
            CheckWarning(
                "EMAIL_URL sends its password in clear.",
                hint="Leave ?tls=false out (STARTTLS), or use smtps://.",
                id="config.W004",
            )
        ]
    return []


def slack(**_options: object) -> list[CheckMessage]:
    if bool(settings.SLACK_BOT_TOKEN) == bool(settings.SLACK_SIGNING_SECRET):
        return []
    missing = "SLACK_SIGNING_SECRET" if settings.SLACK_BOT_TOKEN else "SLACK_BOT_TOKEN"
    return [
        CheckWarning(
            f"Slack is half set up: {missing} is missing.",
            hint="Set both, from the pages of your Slack app; docs/operations.md says where they stand.",
            id="config.W005",
        )
    ]


def postgresql_version(*, databases: Sequence[str] | None = None, **_options: object) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
            major = cursor.fetchone()[0]
        if major < OLDEST_POSTGRESQL:
            hint = f"Use PostgreSQL {OLDEST_POSTGRESQL} or newer."
            found.append(Error(f"This is PostgreSQL {major}.", hint=hint, id="config.E004"))
    return found


def refuse_wrong_settings(**_signal: object) -> None:
    """For the processes that no management command starts. Raises SystemExit, with what is wrong on stderr."""
    wrong = [each for each in run_checks(tags=[TAG]) if each.is_serious()]
    if wrong:
        sys.stderr.write("".join(f"{each}\n" for each in wrong))
        sys.exit(STARTUP_FAILURE)
