"""Why it came, on the page of an escalation, and whether it was needed at all."""

from collections.abc import Callable

import pytest
from django.test import Client

from escalations import reasons
from escalations.models import Escalation, Labeller, Reason
from escalations.reasons import Label
from reviewers.models import Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation, make_reviewer

As = Callable[[Reviewer], Client]


@pytest.fixture
def asked(team: Team) -> Escalation:
    return make_escalation(pool=team.pool)


def at(escalation: Escalation, verb: str = "") -> str:
    return f"/desk/e/{escalation.reference}/{verb}"


def page(client: Client, escalation: Escalation) -> str:
    return " ".join(client.get(at(escalation)).content.decode().split())


@pytest.mark.parametrize(
    ("source", "words"),
    [(Labeller.LOCAL, "suggested, 72 %"), (Labeller.OPENAI, "suggested by a language model, 72 %")],
    ids=["the house", "a model"],
)
def test_the_label_stands_with_who_said_so_and_how_sure(
    team: Team, asked: Escalation, as_: As, source: Labeller, words: str
) -> None:
    reasons.categorise([Label(asked.pk, "missing-information", 0.7222)], source=source)
    assert f'<strong>Missing information</strong> <span class="muted small">{words}</span>' in page(
        as_(team.ada), asked
    )


def test_what_is_not_sorted_yet_says_so(team: Team, asked: Escalation, as_: As) -> None:
    assert "Not sorted" in page(as_(team.ada), asked)


def test_a_reviewer_corrects_it_with_one_form(team: Team, asked: Escalation, as_: As) -> None:
    client = as_(team.ben)
    response = client.post(at(asked, "reason/"), {"reason": "legal"})
    asked.refresh_from_db()
    assert (response.status_code, asked.reason, asked.reason_source) == (302, "legal", "reviewer")
    shown = page(client, asked)
    assert '<strong>Legal or compliance</strong> <span class="muted small">a reviewer said so</span>' in shown
    assert "said why it came" in shown


def test_none_of_them_is_an_answer_too(team: Team, asked: Escalation, as_: As) -> None:
    as_(team.ada).post(at(asked, "reason/"), {"reason": "none"})
    asked.refresh_from_db()
    assert (asked.reason, asked.reason_source) == (None, "reviewer")
    assert "None of the reasons" in page(as_(team.ada), asked)


@pytest.mark.parametrize(
    "sent", ["", "nonsense", "\x00", "money"], ids=["nothing", "a stranger", "NUL", "a retired one"]
)
def test_what_is_no_reason_is_refused_in_words(team: Team, asked: Escalation, as_: As, sent: str) -> None:
    Reason.objects.filter(slug="money").update(is_active=False)
    response = as_(team.ada).post(at(asked, "reason/"), {"reason": sent})
    asked.refresh_from_db()
    assert (response.status_code, asked.reason_source) == (409, None)
    assert "There is no such reason." in response.content.decode()


def test_who_only_reads_sees_it_and_cannot_correct_it(team: Team, asked: Escalation, as_: As) -> None:
    reader = as_(make_reviewer("Rita", pool=team.pool, role=Role.READ_ONLY))
    assert "id_why" not in page(reader, asked)
    assert reader.post(at(asked, "reason/"), {"reason": "legal"}).status_code == 403


@pytest.mark.parametrize(("sent", "kept"), [({"avoidable": "yes"}, True), ({}, False)], ids=["ticked", "not ticked"])
def test_whether_the_agent_could_have_done_it_is_asked_with_the_answer(
    team: Team, asked: Escalation, as_: As, sent: dict[str, str], kept: bool
) -> None:
    client = as_(team.ada)
    assert 'name="avoidable"' in page(client, asked)
    client.post(at(asked, "resolve/"), {"notes": "Yes.", "version": asked.version, **sent})
    asked.refresh_from_db()
    assert (asked.status, asked.avoidable) == ("resolved", kept)
