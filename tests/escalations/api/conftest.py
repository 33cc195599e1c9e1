from collections.abc import Iterator

import pytest
from pytest_django import Settings

from escalations.api import authentication, rates


@pytest.fixture(autouse=True)
def passwords_are_cheap(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    """Each test begins as a fresh process does: no key looked up, nothing counted."""
    authentication.forget()
    rates.forget()
    yield
    authentication.forget()
    rates.forget()
