"""What the migrations made, also after another test's flush; fast password hashing; the live product."""

import pytest
from django.conf import settings

from escalations.models import Cursor
from reviewers import roles
from reviewers.models import Pool

pytest_plugins = ["tests.browser", "tests.live"]

# Hashing a password slowly is the point of it, but not of these tests.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _first_rows(request: pytest.FixtureRequest, _django_db_helper: None) -> None:
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        Pool.objects.get_or_create(is_default=True, defaults={"name": "Default"})
        Cursor.objects.get_or_create(name="numbered")
        roles.grant()
