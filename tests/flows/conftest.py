"""A pool with two reviewers."""

import pytest

from reviewers.models import Pool, Reviewer
from tests.factories import make_agent, make_pool, make_reviewer


@pytest.fixture
def pool(transactional_db: None) -> Pool:
    make_agent("refund-bot")
    return make_pool("Payments")


@pytest.fixture
def ada(pool: Pool) -> Reviewer:
    return make_reviewer("Ada Lovelace", pool=pool)


@pytest.fixture
def ben(pool: Pool) -> Reviewer:
    return make_reviewer("Ben Okafor", pool=pool)
