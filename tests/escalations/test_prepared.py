"""What is planned once, and that it survives what happens to a database that lives on."""

import pytest
from django.db import connection
from pytest_django import Settings

from escalations import lifecycle
from escalations.models import Status
from tests.factories import make_escalation, make_reviewer

pytestmark = pytest.mark.django_db


def plans() -> int:
    """How often statements that are prepared in this connection were run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(generic_plans), 0) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


def test_a_create_and_a_claim_are_planned_once() -> None:
    ada = make_reviewer()
    lifecycle.claim(make_escalation(), by=ada)
    before = plans()
    lifecycle.claim(make_escalation(), by=ada)
    assert plans() >= before + 2


def test_they_go_on_after_a_migration_has_added_a_column() -> None:
    ada = make_reviewer()
    lifecycle.claim(make_escalation(), by=ada)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE escalations ADD COLUMN later text")
    assert lifecycle.claim(make_escalation(), by=ada).status == Status.ASSIGNED


def test_without_them_everything_works_the_same(settings: Settings) -> None:
    settings.PREPARE_STATEMENTS = False
    ada, before = make_reviewer(), plans()
    assert lifecycle.claim(make_escalation(), by=ada).assigned_to_id == ada.pk
    assert plans() == before
