"""A language model that answers, and classifiers that have learned nothing from other tests."""

from collections.abc import Iterator

import pytest

from metrics.reasons import local, remote
from tests.metrics.reasons.servers import FakeModel, answering


@pytest.fixture(autouse=True)
def nothing_is_learned() -> None:
    local.learn_again()
    remote.breaker.close()


@pytest.fixture
def model(settings: object) -> Iterator[FakeModel]:
    with answering() as found:
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = "sk-test", found.url  # type: ignore[attr-defined]
        yield found
