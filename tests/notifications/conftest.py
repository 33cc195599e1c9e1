"""Receivers stand on 127.0.0.1; names are what a test says they are."""

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from notifications import dial
from notifications.transports import webhook
from tests.notifications.certificates import Authority
from tests.notifications.slack.servers import FakeSlack, playing
from tests.reviewers import mailbox
from tests.reviewers.mailbox import Mailbox


@pytest.fixture
def allow_loopback(settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]


class Names(dict[str, list[list[str]]]):
    """What DNS answers, look-up by look-up; the last answer stays. `asked` counts the look-ups."""

    asked = 0

    def look_up(self, host: str, *_args: object, **_kwargs: object) -> list[tuple[Any, ...]]:
        self.asked += 1
        answers = self.get(host)
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    known = Names()
    monkeypatch.setattr(socket, "getaddrinfo", known.look_up)
    return known


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """A certificate authority that this process trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    dial.tls_context.cache_clear()
    yield made
    dial.tls_context.cache_clear()


@pytest.fixture(autouse=True)
def _no_connection_outlives_its_test() -> Iterator[None]:
    yield
    webhook.release()


@pytest.fixture
def mail(settings: Settings) -> Iterator[Mailbox]:
    with mailbox.serve(Mailbox(), settings) as started:
        yield started


@pytest.fixture
def slack(settings: Settings) -> Iterator[FakeSlack]:
    """Slack set up, with a server of our own in its place."""
    with playing() as fake:
        settings.SLACK_BOT_TOKEN, settings.SLACK_SIGNING_SECRET = "xoxb-test", "shh"
        settings.SLACK_API_URL = fake.url
        yield fake
