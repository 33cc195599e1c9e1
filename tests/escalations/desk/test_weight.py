"""What the queue page asks a browser to load, compressed as it travels."""

import gzip
import re
from collections.abc import Callable

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from reviewers.models import Reviewer
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation

As = Callable[[Reviewer], Client]


@pytest.mark.parametrize(
    ("pattern", "most"), [(r'src="/static/([^"]+\.js)"', 15), (r'href="/static/([^"]+\.css)"', 20)]
)
def test_scripts_and_style_sheets_are_small(team: Team, as_: As, pattern: str, most: int) -> None:
    names = re.findall(pattern, as_(team.ada).get("/").content.decode())

    files = [open_file(name) for name in names]
    assert names
    assert sum(len(gzip.compress(file)) for file in files) <= most * 1024


def test_a_hundred_rows_are_small(team: Team, as_: As) -> None:
    for number in range(100):
        make_escalation(f"May I refund order {number * 7919}?", pool=team.pool)

    assert len(gzip.compress(as_(team.ada).get("/").content)) <= 12 * 1024


def open_file(name: str) -> bytes:
    path = finders.find(name)
    assert isinstance(path, str)
    with open(path, "rb") as file:
        return file.read()
