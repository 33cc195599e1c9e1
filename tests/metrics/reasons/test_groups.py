"""Tasks that fit no reason and read alike are proposed as a reason, once."""

import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from escalations import reasons
from escalations.models import Cursor, Escalation, Labeller, Reason
from escalations.reasons import Label
from metrics.reasons import groups, proposals
from metrics.reasons.groups import Text
from metrics.reasons.models import Proposal
from reviewers.models import Role
from tests import factories

pytestmark = pytest.mark.django_db

GREENHOUSE = [
    "Greenhouse 4 is too humid for the tomatoes, the vents do not open.",
    "Humidity in greenhouse 2 rose to 97 percent, tomatoes may rot.",
    "The tomatoes in greenhouse 1 need drier air: vents and humidity, please decide.",
    "Vents of greenhouse 3 stay shut and humidity climbs, what about the tomatoes?",
    "Greenhouse 5: humidity alarm again, tomatoes wet, vents closed.",
    "Should vents in greenhouse 7 open at night? Humidity for tomatoes is high.",
]
OTHERS = [
    "Blue whales sing near Iceland.",
    "A violin from 1720 was tuned.",
    "Marble from Carrara cracked in winter.",
    "The lighthouse lamp burned out.",
]


def made(*texts: str) -> list[Escalation]:
    return [factories.make_escalation(text) for text in texts]


def test_a_group_that_reads_alike_is_proposed_with_its_words_and_examples() -> None:
    rows = made(*GREENHOUSE)
    made(*OTHERS)
    (proposal,) = groups.propose()
    assert set(proposal.escalations) == {row.pk for row in rows}
    assert {"greenhouse", "humidity", "tomatoes"} < set(proposal.words[:4])
    assert set(proposal.examples) < set(GREENHOUSE)


def test_what_was_proposed_or_dismissed_does_not_come_again() -> None:
    made(*GREENHOUSE)
    (proposal,) = groups.propose()
    assert groups.propose() == []
    proposals.dismiss(proposal)
    assert groups.propose() == []


def test_what_has_a_reason_is_not_read() -> None:
    rows = made(*GREENHOUSE)
    reasons.categorise([Label(row.pk, "money", 0.9) for row in rows], source=Labeller.LOCAL)
    assert groups.propose() == []


def test_the_same_text_a_hundred_times_is_no_group() -> None:
    assert groups.groups([Text(uuid.uuid4(), "Greenhouse vents are closed again.") for _ in range(100)]) == []


@pytest.mark.parametrize("texts", [[], ["", " ", "?", "!", "1"], ["the", "of", "and", "or", "is"]], ids=repr)
def test_texts_without_words_are_no_group(texts: list[str]) -> None:
    assert groups.groups([Text(uuid.uuid4(), text) for text in texts]) == []


def test_a_lead_makes_a_reason_of_it_and_its_tasks_get_it() -> None:
    ada, rows = factories.make_reviewer("Ada", role=Role.ADMIN), made(*GREENHOUSE)
    reasons.correct(rows[0], by=ada, reason="safety")
    (proposal,) = groups.propose()
    reason = proposals.accept(proposal, by=ada, name="Greenhouse climate")
    given = [Escalation.objects.get(pk=row.pk).reason for row in rows]
    assert (reason.slug, given) == ("greenhouse-climate", ["safety", *["greenhouse-climate"] * 5])
    assert set(reason.examples) <= set(GREENHOUSE)
    assert not Proposal.objects.get().is_open


def test_a_name_that_is_taken_changes_nothing() -> None:
    ada = factories.make_reviewer("Ada", role=Role.ADMIN)
    made(*GREENHOUSE)
    (proposal,) = groups.propose()
    with pytest.raises(proposals.AlreadyThere):
        proposals.accept(proposal, by=ada, name=Reason.objects.all()[0].name)
    assert Proposal.objects.get().is_open


def test_it_is_looked_for_once_a_week() -> None:
    made(*GREENHOUSE)
    proposals.look_weekly()
    assert not Proposal.objects.exists()  # the first week begins now
    Cursor.objects.filter(name=proposals.LOOKED).update(seq=0)
    proposals.look_weekly()
    assert Proposal.objects.count() == 1
    Proposal.objects.all().delete()
    proposals.look_weekly()
    assert not Proposal.objects.exists()


def test_the_command_says_what_it_found() -> None:
    made(*GREENHOUSE)
    assert "(6 tasks): " in said("propose_reasons")
    assert said("propose_reasons") == "Nothing new.\n"


def test_what_came_before_is_sorted_by_a_command(settings: Any) -> None:
    old, _new = made(
        "The customer was charged twice and wants the money back.", "Their lawyer threatens us with court."
    )
    Escalation.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=10))
    assert said("backfill_reasons", days=5) == "1 of 1 tasks have a reason now; what fits none stays without.\n"
    assert said("backfill_reasons", days=30) == "1 of 1 tasks have a reason now; what fits none stays without.\n"
    assert {row.reason for row in Escalation.objects.all()} == {"money", "legal"}


def said(name: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(name, stdout=out, **options)
    return out.getvalue()
