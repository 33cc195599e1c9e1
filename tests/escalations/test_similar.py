"""Answers that were given before, found for a question that reads alike."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from escalations import lifecycle, similar
from escalations.answers import Answer
from escalations.models import Escalation
from reviewers.models import Pool, Reviewer
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db
ASKED = "The customer wants the travel insurance of reservation 3RK2T9 refunded, although it is not refundable."
ALIKE = "The customer asks whether the travel insurance of reservation ZFA04Y can be refunded: it is not refundable."


@pytest.fixture
def pool(db: None) -> Pool:
    return make_pool("Airline")


@pytest.fixture
def ada(pool: Pool) -> Reviewer:
    return make_reviewer("Ada", pool=pool)


def answered(issue: str, *, by: Reviewer, **facts: object) -> Escalation:
    return lifecycle.resolve(make_escalation(issue, **facts), by=by, answer=Answer("Store credit."))  # type: ignore[arg-type]


def numbers(escalation: Escalation, viewer: Reviewer) -> list[int]:
    return [each.escalation.number for each in similar.to(escalation, viewer=viewer)]


def test_what_reads_alike_and_is_answered_is_found(pool: Pool, ada: Reviewer) -> None:
    before = answered(ALIKE, by=ada, pool=pool)
    answered("The meal of flight HAT083 was cold.", by=ada, pool=pool)

    found = similar.to(make_escalation(ASKED, pool=pool), viewer=ada)
    assert [(each.escalation.number, each.escalation.resolution_notes) for each in found] == [
        (before.number, "Store credit.")
    ]


def test_the_most_alike_comes_first(pool: Pool, ada: Reviewer) -> None:
    alike, same = answered(ALIKE, by=ada, pool=pool), answered(ASKED, by=ada, pool=pool)

    assert numbers(make_escalation(ASKED, pool=pool), ada) == [same.number, alike.number]


def test_what_has_no_answer_of_a_person_is_not_offered(pool: Pool, ada: Reviewer) -> None:
    lifecycle.cancel(withdrawn := make_escalation(ALIKE, pool=pool), by=withdrawn.agent)
    make_escalation(ALIKE, pool=pool)

    assert numbers(make_escalation(ASKED, pool=pool), ada) == []


def test_another_agents_answer_in_another_pool_is_not_offered(pool: Pool, ada: Reviewer) -> None:
    elsewhere = make_pool("Hotel")
    ben = make_reviewer("Ben", pool=elsewhere)
    answered(ALIKE, by=ben, pool=elsewhere, agent=make_agent("hotel-bot"))

    assert numbers(make_escalation(ASKED, pool=pool, agent=make_agent("air-bot")), ben) == []


def test_nobody_is_shown_what_they_may_not_see(pool: Pool, ada: Reviewer) -> None:
    elsewhere = make_pool("Hotel")
    answered(ALIKE, by=make_reviewer("Ben", pool=elsewhere), pool=elsewhere)

    assert numbers(make_escalation(ASKED, pool=pool), ada) == []


@pytest.mark.parametrize("issue", ["Is it?", "?!", "a b c " * 50])
def test_an_issue_without_telling_words_is_like_nothing(pool: Pool, ada: Reviewer, issue: str) -> None:
    answered(issue, by=ada, pool=pool)

    assert numbers(make_escalation(issue, pool=pool), ada) == []


@pytest.fixture
def past(db: None) -> None:
    call_command("generate_history", "--rows", "4000", "--seed", "7", stdout=StringIO())


def test_an_old_answer_is_found_by_a_rare_word(past: None, pool: Pool, ada: Reviewer) -> None:
    agent = make_agent("old-bot")
    old = answered(ALIKE, by=ada, pool=pool, agent=agent)
    Escalation.objects.filter(pk=old.pk).update(created_at="2020-01-01T00:00Z")

    assert numbers(make_escalation(ASKED, pool=pool, agent=make_agent("new-bot")), ada) == [old.number]


def test_no_statement_reads_the_whole_history(past: None, pool: Pool) -> None:
    asked = make_escalation(ASKED, pool=pool, agent=make_agent())
    statement, values = similar.candidates(asked, similar.words_of(ASKED))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "Seq Scan" not in plan
    assert "Bitmap Index Scan on words" in plan
