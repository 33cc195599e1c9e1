"""A mail server for whoever asks for one, and somebody who invites."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_pool, make_reviewer
from tests.reviewers import mailbox
from tests.reviewers.mailbox import Mailbox

PASSWORD = "a long enough one"


@pytest.fixture
def mail(settings: Settings) -> Iterator[Mailbox]:
    with mailbox.serve(Mailbox(), settings) as started:
        yield started


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
def ada(db: None) -> Reviewer:
    """Somebody who knows their PASSWORD."""
    ada = make_reviewer("Ada")
    ada.set_password(PASSWORD)
    ada.save(update_fields=["password"])
    return ada
