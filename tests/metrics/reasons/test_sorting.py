"""What comes in is sorted soon after, never in the request, and never against a reviewer."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from escalations import log, reasons
from escalations.models import Cursor, Escalation, Labeller, Reason
from metrics.reasons import sorting
from metrics.reasons.models import Unsorted
from tests import factories

pytestmark = pytest.mark.django_db
CHARGED_TWICE = "The customer was charged twice and wants a refund of 40 EUR."


def sort() -> None:
    sorting.listen()
    while sorting.sort_some():
        pass


def test_what_came_in_has_its_reason_source_and_confidence_soon_after() -> None:
    pk = factories.make_escalation(CHARGED_TWICE).pk
    sort()
    row = Escalation.objects.get(pk=pk)
    assert (row.reason, row.reason_source) == ("money", "local")
    assert 0.5 < (row.reason_confidence or 0) <= 1
    assert not Unsorted.objects.exists()


def test_what_fits_nothing_stays_without_a_reason() -> None:
    row = factories.make_escalation("Zzyzx qwrk vlmpf.")
    sort()
    row.refresh_from_db()
    assert (row.reason, row.reason_source) == (None, None)


def test_the_sandbox_is_not_sorted() -> None:
    row = factories.make_escalation(CHARGED_TWICE, sandbox=True)
    sort()
    row.refresh_from_db()
    assert row.reason is None


def test_what_a_reviewer_said_before_stays() -> None:
    ada, row = factories.make_reviewer("Ada"), factories.make_escalation(CHARGED_TWICE)
    sorting.listen()
    reasons.correct(row, by=ada, reason="legal")
    sort()
    row.refresh_from_db()
    assert (row.reason, row.reason_source) == ("legal", "reviewer")


def test_a_process_that_died_loses_its_turn_and_nothing_else() -> None:
    row = factories.make_escalation(CHARGED_TWICE)
    sorting.listen()
    assert sorting._lease(10) == [row.pk]
    assert sorting.sort_some() == 0
    Unsorted.objects.update(due_at=Now() - timedelta(seconds=1))
    assert sorting.sort_some() == 1


def test_what_ends_every_process_is_left_alone_after_five_tries() -> None:
    factories.make_escalation(CHARGED_TWICE)
    sorting.listen()
    Unsorted.objects.update(attempts=sorting.ATTEMPTS)
    assert sorting.sort_some() == 0
    assert not Unsorted.objects.exists()


def test_events_that_come_again_are_sorted_once() -> None:
    row = factories.make_escalation(CHARGED_TWICE)
    sort()
    Cursor.objects.filter(name=sorting.CURSOR).update(seq=0)
    sort()
    assert row.events.filter(type="escalation.categorised").count() == 1


def test_a_retired_reason_is_no_longer_given() -> None:
    Reason.objects.filter(slug="money").update(is_active=False)
    row = factories.make_escalation(CHARGED_TWICE)
    sort()
    row.refresh_from_db()
    assert row.reason != "money"


def test_with_a_single_reason_or_none_nothing_is_guessed() -> None:
    Reason.objects.exclude(slug="money").update(is_active=False)
    factories.make_escalation(CHARGED_TWICE)
    sort()
    assert Escalation.objects.get().reason is None


def test_with_two_reasons_the_right_one_is_found() -> None:
    Reason.objects.exclude(slug__in=["money", "legal"]).update(is_active=False)
    first = factories.make_escalation(CHARGED_TWICE)
    second = factories.make_escalation("Their lawyer threatens to take us to court.")
    sort()
    assert [Escalation.objects.get(pk=row.pk).reason for row in (first, second)] == ["money", "legal"]


def test_creating_does_nothing_of_it() -> None:
    factories.make_escalation(CHARGED_TWICE)
    assert not Unsorted.objects.exists()
    assert log.head() == Cursor.objects.get(name="numbered").seq


def test_labels_of_a_language_model_are_told_apart() -> None:
    assert set(Labeller.values) == {"openai", "local", "reviewer"}


def test_web_processes_load_no_classifier() -> None:
    script = (
        "import sys, config.asgi, config.urls; from django.urls import get_resolver; get_resolver().reverse_dict;"
        "print(sorted({'sklearn', 'scipy', 'numpy', 'openai'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
