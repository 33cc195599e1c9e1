"""What the migrations made, also after a test that commits; fast password hashing; the live product."""

import pytest
from django.conf import settings
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.pristine import Pristine

pytest_plugins = ["tests.browser", "tests.live"]

# Hashing a password slowly is the point of it, but not of these tests.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Pristine:
    with django_db_blocker.unblock():
        pristine = Pristine()
    TransactionTestCase._fixture_teardown = lambda _: pristine.give_back()  # type: ignore[attr-defined]
    return pristine
