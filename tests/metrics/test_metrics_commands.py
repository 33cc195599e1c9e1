"""manage.py rebuild_metrics and check_metrics."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalations import log
from metrics import rollups
from metrics.models import Cell
from tests.factories import make_agent, make_escalation, make_reviewer

pytestmark = pytest.mark.django_db


def run(command: str, **options: object) -> str:
    out = StringIO()
    call_command(command, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_a_made_up_past_is_added_up_as_the_history_has_it() -> None:
    run("generate_history", rows=400, days=40, seed=7)
    assert rollups.behind() == 0
    assert "are those of the history" in run("check_metrics")


def test_a_figure_that_differs_is_told_and_mended() -> None:
    make_reviewer("Ada")
    make_escalation(agent=make_agent("refunds"))
    rollups.run()
    Cell.objects.update(created=7)
    out = StringIO()
    with pytest.raises(CommandError, match="rebuild_metrics"):
        call_command("check_metrics", days=1, stdout=out)
    assert "counts by agent" in out.getvalue()
    assert "The figures of 1 escalations on 1 days" in run("rebuild_metrics")
    assert "are those of the history" in run("check_metrics", days=1)


def test_news_are_added_up_by_the_check_itself() -> None:
    make_escalation(agent=make_agent("refunds"))
    assert rollups.behind() > 0
    assert "are those of the history" in run("check_metrics", days=1)


def test_nothing_new_takes_two_statements() -> None:
    make_escalation(agent=make_agent("refunds"))
    rollups.run()
    with CaptureQueriesContext(connection) as statements:
        rollups.run()
    assert len(statements) == 2


def test_one_batch_takes_few_statements() -> None:
    agent = make_agent("refunds")
    for _number in range(30):
        make_escalation(agent=agent)
    log.advance(rollups.CURSOR, rollups.follow, limit=1)
    with CaptureQueriesContext(connection) as statements:
        rollups.run()
    assert len(statements) <= 16


def test_a_rebuild_leaves_nothing_to_add_up() -> None:
    make_escalation(agent=make_agent("refunds"))
    list(rollups.rebuild())
    assert rollups.behind() == 0
    assert Cell.objects.filter(at__gte=datetime(2020, 1, 1, tzinfo=UTC)).exists()
