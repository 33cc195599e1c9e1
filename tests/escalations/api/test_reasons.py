"""What the API says of why it came, and takes of whether it was needed."""

import pytest

from escalations import reasons
from escalations.models import Labeller
from escalations.reasons import Label
from tests import factories
from tests.escalations.api.calls import as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db


def test_an_escalation_shows_its_reason_with_source_and_confidence() -> None:
    bot = factories.make_agent()
    row = factories.make_escalation(agent=bot)
    api = as_agent(bot)
    names = ("reason", "reason_source", "reason_confidence", "avoidable")
    assert [api.get(path_of(row)).json()[name] for name in names] == [None, None, None, None]
    reasons.categorise([Label(row.pk, "money", 0.72)], source=Labeller.LOCAL)
    assert [api.get(path_of(row)).json()[name] for name in names] == ["money", "local", 0.72, None]


def test_a_reviewer_says_with_the_answer_whether_it_was_needed() -> None:
    row, ada = factories.make_escalation(), factories.make_reviewer("Ada")
    told = as_reviewer(ada).patch(path_of(row, "resolve"), {"resolution_notes": "Yes.", "avoidable": True})
    assert (told.status_code, told.json()["avoidable"]) == (200, True)


@pytest.mark.parametrize("wrong", ["yes", 1, "true", []], ids=repr)
def test_what_only_looks_like_true_is_refused(wrong: object) -> None:
    row, ada = factories.make_escalation(), factories.make_reviewer("Ada")
    told = as_reviewer(ada).patch(path_of(row, "resolve"), {"resolution_notes": "Yes.", "avoidable": wrong})
    assert (told.status_code, told.json()["errors"][0]["pointer"]) == (400, "/avoidable")


def test_an_answer_without_it_says_nothing_of_it() -> None:
    row, ada = factories.make_escalation(), factories.make_reviewer("Ada")
    for given in ({}, {"avoidable": None}):
        told = as_reviewer(ada).patch(path_of(row, "resolve"), {"resolution_notes": "Yes.", **given})
        assert (told.status_code, told.json()["avoidable"]) == (200, None)
