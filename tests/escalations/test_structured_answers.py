"""What an agent asked for in a form is answered in that form, or not at all."""

import pytest

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Decision, Status
from escalations.refusals import DifferentAnswer, UnfitAnswer
from reviewers.models import Reviewer
from tests.factories import make_escalation, make_reviewer

pytestmark = pytest.mark.django_db

ACTION = {"name": "refund", "arguments": {"order": "4417", "amount": 12}}
EDITED = {"name": "refund", "arguments": {"order": "4417", "amount": 10}}
SCHEMA = {"type": "object", "properties": {"amount": {"type": "integer"}}, "required": ["amount"]}


@pytest.fixture
def ada() -> Reviewer:
    return make_reviewer("Ada")


def test_an_action_allows_every_decision_unless_it_says_which() -> None:
    assert make_escalation(action=ACTION).allowed_decisions == Decision.values
    assert make_escalation(action=ACTION, allowed_decisions=("approve",)).allowed_decisions == ["approve"]


def test_edited_arguments_are_kept(ada: Reviewer) -> None:
    answer = Answer(decision=Decision.EDIT, edited_action={"arguments": EDITED["arguments"]})
    done = lifecycle.resolve(make_escalation(action=ACTION), by=ada, answer=answer)
    assert (done.status, done.decision, done.edited_action) == (Status.RESOLVED, "edit", EDITED)


@pytest.mark.parametrize("by_id", [True, False])
def test_words_do_not_answer_what_asks_for_a_decision(ada: Reviewer, *, by_id: bool) -> None:
    escalation = make_escalation(action=ACTION)
    with pytest.raises(UnfitAnswer) as refused:
        lifecycle.resolve(escalation.pk if by_id else escalation, by=ada, answer=Answer("Yes."))
    assert [flaw.pointer for flaw in refused.value.flaws] == ["/decision"]
    escalation.refresh_from_db()
    assert escalation.status != Status.RESOLVED


def test_an_answer_in_the_form_is_kept(ada: Reviewer) -> None:
    done = lifecycle.resolve(make_escalation(response_schema=SCHEMA).pk, by=ada, answer=Answer(answer={"amount": 3}))
    assert (done.answer, done.resolution_notes) == ({"amount": 3}, "")


def test_an_answer_in_another_form_is_refused_at_its_place(ada: Reviewer) -> None:
    with pytest.raises(UnfitAnswer) as refused:
        lifecycle.resolve(make_escalation(response_schema=SCHEMA), by=ada, answer=Answer(answer={"amount": "3"}))
    assert [flaw.pointer for flaw in refused.value.flaws] == ["/answer/amount"]


def test_the_same_decision_again_changes_nothing_and_another_is_refused(ada: Reviewer) -> None:
    answer = Answer(decision=Decision.EDIT, edited_action={"arguments": EDITED["arguments"]})
    done = lifecycle.resolve(make_escalation(action=ACTION), by=ada, answer=answer)
    assert lifecycle.resolve(done.pk, by=ada, answer=answer).version == done.version
    with pytest.raises(DifferentAnswer):
        lifecycle.resolve(done.pk, by=ada, answer=Answer(decision=Decision.REJECT))


def test_a_correction_is_checked_like_the_answer(ada: Reviewer) -> None:
    done = lifecycle.resolve(make_escalation(action=ACTION), by=ada, answer=Answer(decision=Decision.APPROVE))
    with pytest.raises(UnfitAnswer):
        lifecycle.correct(done, by=ada, answer=Answer("No."))
    corrected = lifecycle.correct(done, by=ada, answer=Answer("No.", Decision.REJECT))
    assert (corrected.decision, corrected.resolution_notes, corrected.version) == ("reject", "No.", done.version + 1)


def test_the_same_correction_again_changes_nothing(ada: Reviewer) -> None:
    done = lifecycle.resolve(make_escalation(), by=ada, answer=Answer("Yes."))
    assert lifecycle.correct(done, by=ada, answer=Answer("Yes.")).version == done.version


def test_reopening_takes_the_decision_back(ada: Reviewer) -> None:
    escalation = make_escalation(action=ACTION)
    lifecycle.resolve(escalation, by=ada, answer=Answer(decision=Decision.APPROVE))
    again = lifecycle.reopen(escalation, by=escalation.agent)
    assert (again.decision, again.answer, again.edited_action) == (None, None, None)
