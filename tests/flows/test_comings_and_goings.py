"""With people who come and go, and a worker that is killed again and again, nothing is left lying.

`make bench` lives through a longer one, with 2,000 escalations.
"""

import random

import pytest

from tests.days import PATIENCE, Day, Length, given_to_decliners, live_through
from tests.escalations.test_scenarios import NAMES
from tests.factories import make_agent, make_reviewer

pytestmark = pytest.mark.django_db(transaction=True)


def test_with_people_coming_and_going_and_workers_killed_nothing_is_left_lying() -> None:
    length = Length(300, 9, "drain", (), (4, 6), 3)
    day = Day(length, make_agent(), [make_reviewer(name) for name in NAMES], random.Random(11))
    turns = live_through(day)
    assert day.longest <= PATIENCE
    assert given_to_decliners() == 0
    assert max(turns) - min(turns) <= 1
    assert day.kills
    assert day.declined
