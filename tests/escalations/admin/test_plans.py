"""The lists of what has happened cost the same however much has: no plan that their pages use reads a whole table."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from escalations.models import Agent, Escalation
from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_reviewer
from tests.pristine import Pristine

LONG = ("escalations", "events")
pytestmark = pytest.mark.xdist_group("plans")  # they share one past
ROWS = 12_000  # enough for the planner to prefer an index, and few enough to make them within seconds


@pytest.fixture(scope="module")
def _history(django_db_setup: Pristine, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A made-up past that all tests of this module look at, and that is gone after them."""
    with django_db_blocker.unblock():
        call_command("generate_history", rows=ROWS, days=90, seed=7, verbosity=0)
        yield
        django_db_setup.give_back()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE escalations, events, reviewers_reviewer")


@pytest.fixture
def past(_history: None, db: None) -> None:
    """Statistics are there; seats were made by the past."""


def scans(client: Client, path: str, query: dict[str, str]) -> list[str]:
    """The sequential scans of long tables in the plans of everything the page asks."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, query).status_code == 200
    asked = [each["sql"] for each in captured if each["sql"].lstrip("(").startswith("SELECT")]
    found = []
    for sql in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}".replace("%", "%%"))
            plan = [line for (line,) in cursor.fetchall()]
        found += [line.strip() for line in plan if any(f"Seq Scan on {table} " in line for table in LONG)]
    return found


def signed_in(role: Role) -> Client:
    person = make_reviewer("Grace", role=role, pool=Pool.objects.order_by("name").last())
    client = Client()
    client.force_login(person)
    return client


QUERIES: list[dict[str, Any]] = [
    {},
    {"o": "8"},
    {"o": "-8"},
    {"p": "3"},
    *({"status": status} for status in ("unfinished", "open", "assigned", "resolved", "cancelled", "expired")),
    *({"priority": priority} for priority in ("urgent", "high", "medium", "low")),
    {"overdue": "yes"},
    {"pool": "POOL"},
    {"agent": "AGENT"},
    {"tag": "refunds"},
    {"tag": "maritime-law"},
    {"tag": "nobody-knows-it"},
    {"from": "DAY"},
    {"from": "2020-01-01", "to": "2020-01-31"},
    {"q": "ESC-1042"},
    {"q": "0193e2a0-0000-7000-8000-000000000000"},
    {"q": "refund"},
    {"q": "zebra crossing"},
    {"status": "resolved", "priority": "low", "pool": "POOL", "tag": "maritime-law"},
    {"status": "expired", "agent": "AGENT", "from": "DAY"},
]


def filled(query: dict[str, str]) -> dict[str, str]:
    words = {
        "POOL": str(Pool.objects.order_by("name").last().pk),  # type: ignore[union-attr]
        "AGENT": Agent.objects.order_by("name").first().name,  # type: ignore[union-attr]
        "DAY": f"{timezone.now():%Y-%m-%d}",
    }
    return {name: words.get(value, value) for name, value in query.items()}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.REVIEWER])
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_no_list_of_escalations_reads_them_all(past: None, query: dict[str, str], role: Role) -> None:
    assert scans(signed_in(role), "/escalations/escalation/", filled(query)) == []


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"type": "escalation.created"},
        {"type": "escalation.reopened"},
        {"from": "DAY"},
        {"from": "2020-01-01", "to": "2020-01-31"},
        {"agent": "AGENT"},
        {"type": "escalation.expired", "from": "DAY"},
    ],
    ids=str,
)
def test_the_audit_log_does_not_read_itself_to_the_end(past: None, query: dict[str, str]) -> None:
    assert scans(signed_in(Role.ADMIN), "/escalations/event/", filled(query)) == []


def test_the_list_of_agents_counts_a_day_and_not_the_past(past: None) -> None:
    assert scans(signed_in(Role.ADMIN), "/escalations/agent/", {}) == []


def test_a_whole_table_that_is_read_is_noticed(past: None) -> None:
    """What these tests look for can be found."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT count(*) FROM escalations WHERE resolution_notes = 'x'")
        assert any("Seq Scan on escalations " in line for (line,) in cursor.fetchall())
    assert Escalation.objects.count() == ROWS
    assert Reviewer.objects.exists()
