"""Who is signed in, by role."""

from collections.abc import Callable

import pytest
from django.test import Client

from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_pool, make_reviewer

As = Callable[[Reviewer], Client]


@pytest.fixture
def as_(client: Client) -> As:
    def sign_in(person: Reviewer) -> Client:
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def pool(db: None) -> Pool:
    return make_pool("Legal")


@pytest.fixture
def admin(pool: Pool) -> Reviewer:
    return make_reviewer("Sam", pool=pool, role=Role.ADMIN)


@pytest.fixture
def lead(pool: Pool) -> Reviewer:
    return make_reviewer("Lea", pool=pool, role=Role.LEAD)


@pytest.fixture
def ada(pool: Pool) -> Reviewer:
    return make_reviewer("Ada", pool=pool)
