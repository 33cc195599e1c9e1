"""Slack set up, with a server of our own in its place."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.notifications.slack.servers import FakeSlack, playing


@pytest.fixture
def slack(settings: Settings) -> Iterator[FakeSlack]:
    with playing() as fake:
        settings.SLACK_BOT_TOKEN, settings.SLACK_SIGNING_SECRET = "xoxb-test", "shh"
        settings.SLACK_API_URL = fake.url
        yield fake
