"""Why an escalation came: labels of machines, corrections by people."""

import pytest

from escalations import lifecycle, log, reasons
from escalations.answers import Answer
from escalations.models import Escalation, Event, Labeller, Reason
from escalations.reasons import Label
from escalations.refusals import NotAllowed, UnknownReason
from reviewers.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


def label_of(escalation: Escalation) -> tuple[str | None, str | None, float | None]:
    escalation.refresh_from_db()
    return escalation.reason, escalation.reason_source, escalation.reason_confidence


def events_of(escalation: Escalation) -> list[Event]:
    return list(escalation.events.filter(type=Event.Type.CATEGORISED).order_by("id"))


def test_many_are_labelled_in_one_statement(django_assert_num_queries: object) -> None:
    rows = [factories.make_escalation() for _ in range(3)]
    labels = [Label(row.pk, "money", 0.9) for row in rows]
    with django_assert_num_queries(3):  # type: ignore[operator] # the statement, and the savepoint of the test
        assert set(reasons.categorise(labels, source=Labeller.LOCAL)) == {row.pk for row in rows}
    assert label_of(rows[2]) == ("money", "local", 0.9)


def test_a_label_leaves_its_event_and_is_no_news_to_the_agent() -> None:
    row = factories.make_escalation()
    reasons.categorise([Label(row.pk, "money", 0.5)], source=Labeller.LOCAL)
    (event,) = events_of(row)
    assert event.data == {"category": "money", "source": "local", "confidence": 0.5, "before": None}
    assert (event.facts["reason"], event.facts["reason_source"], event.actor_type) == ("money", "local", "system")
    assert Escalation.objects.get(pk=row.pk).version == row.version == event.facts["version"]


def test_the_same_label_again_changes_nothing() -> None:
    row = factories.make_escalation()
    label = [Label(row.pk, "money", 0.5)]
    reasons.categorise(label, source=Labeller.LOCAL)
    assert reasons.categorise(label, source=Labeller.LOCAL) == []
    assert len(events_of(row)) == 1


def test_what_a_reviewer_said_no_machine_changes() -> None:
    ada, row = factories.make_reviewer("Ada"), factories.make_escalation()
    reasons.correct(row, by=ada, reason="legal")
    assert reasons.categorise([Label(row.pk, "money", 1.0)], source=Labeller.OPENAI) == []
    assert label_of(row) == ("legal", "reviewer", None)
    assert events_of(row)[0].reviewer == ada


def test_a_reviewer_may_say_that_none_fits_and_that_stands_too() -> None:
    ada, row = factories.make_reviewer("Ada"), factories.make_escalation()
    reasons.correct(row, by=ada, reason=None)
    reasons.categorise([Label(row.pk, "money", 1.0)], source=Labeller.LOCAL)
    assert label_of(row) == (None, "reviewer", None)


def test_a_reason_that_is_retired_or_unknown_is_given_to_nobody() -> None:
    ada, row = factories.make_reviewer("Ada"), factories.make_escalation()
    Reason.objects.filter(slug="money").update(is_active=False)
    assert reasons.categorise([Label(row.pk, "money", 1.0)], source=Labeller.LOCAL) == []
    for slug in ("money", "nonsense"):
        with pytest.raises(UnknownReason):
            reasons.correct(row, by=ada, reason=slug)


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.REVIEWER], ids=["who only reads", "a stranger"])
def test_who_may_not_act_does_not_correct(role: Role) -> None:
    row = factories.make_escalation()
    pool = None if role == Role.READ_ONLY else factories.make_pool()
    with pytest.raises(NotAllowed):
        reasons.correct(row, by=factories.make_reviewer("Eve", role=role, pool=pool), reason="money")
    assert label_of(row) == (None, None, None)


def test_a_finished_one_is_corrected_too() -> None:
    ada, row = factories.make_reviewer("Ada"), factories.make_escalation()
    lifecycle.resolve(row, by=ada, answer=Answer("Yes"))
    reasons.correct(row, by=ada, reason="money")
    assert label_of(row) == ("money", "reviewer", None)
    assert Escalation.objects.get(pk=row.pk).status == "resolved"


def test_a_merged_reason_is_retired_and_keeps_its_past() -> None:
    ada = factories.make_reviewer("Ada", role=Role.ADMIN)
    machine, person, other = (factories.make_escalation() for _ in range(3))
    reasons.categorise([Label(machine.pk, "money", 0.7), Label(other.pk, "legal", 0.8)], source=Labeller.LOCAL)
    reasons.correct(person, by=ada, reason="money")
    money, policy = (Reason.objects.get(slug=slug) for slug in ("money", "policy-exception"))
    assert reasons.merge(money, into=policy, by=ada) == 2
    assert label_of(machine) == ("policy-exception", "local", 0.7)
    assert label_of(person) == ("policy-exception", "reviewer", None)
    assert label_of(other)[0] == "legal"
    assert not Reason.objects.get(slug="money").is_active
    assert set(money.examples) <= set(Reason.objects.get(slug="policy-exception").examples)


def test_whether_it_was_avoidable_is_said_with_the_answer_and_gone_when_it_is_reopened() -> None:
    ada, row = factories.make_reviewer("Ada"), factories.make_escalation()
    assert lifecycle.resolve(row, by=ada, answer=Answer("Yes"), avoidable=True).avoidable is True
    assert log.read(0)[-1].facts["avoidable"] is True
    lifecycle.reopen(row, by=row.agent, via=factories.key_of(row.agent))
    assert Escalation.objects.get(pk=row.pk).avoidable is None


def test_every_installation_begins_with_reasons() -> None:
    assert Reason.objects.count() == 12
    assert all(each.is_active and each.description and len(each.examples) >= 3 for each in Reason.objects.all())
