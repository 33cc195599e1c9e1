"""A pool with two reviewers, and who is signed in."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.test import Client

from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_pool, make_reviewer


class Team(NamedTuple):
    pool: Pool
    ada: Reviewer
    ben: Reviewer


@pytest.fixture
def team(db: None) -> Team:
    pool = make_pool("Legal")
    return Team(pool, make_reviewer("Ada Lovelace", pool=pool), make_reviewer("Ben Okafor", pool=pool))


@pytest.fixture
def as_(client: Client) -> Callable[[Reviewer], Client]:
    """The test client with somebody signed in."""

    def sign_in(person: Reviewer) -> Client:
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def admin(db: None) -> Reviewer:
    return make_reviewer("Sam Admin", role=Role.ADMIN)


@pytest.fixture
def pool(transactional_db: None) -> Pool:
    return make_pool("Legal")


@pytest.fixture
def ada(pool: Pool) -> Reviewer:
    return make_reviewer("Ada", pool=pool)
