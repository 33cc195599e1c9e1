"""Answering on the desk: forms made of a schema and of an action, without a script, and nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from escalations import drafts, lifecycle
from escalations.answers import Answer
from escalations.models import AnswerTemplate, Decision, Escalation, Status
from reviewers.models import Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation, make_reviewer

As = Callable[[Reviewer], Client]
ACTION = {"name": "db.delete_user", "arguments": {"id": 9412, "reason": "gdpr request", "hard": True, "tags": ["a"]}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Refund",
    "properties": {
        "amount": {"type": "number", "maximum": 500, "multipleOf": 0.01, "description": "In EUR."},
        "kind": {"oneOf": [{"const": "r", "title": "Refund"}, {"const": "v", "title": "Voucher"}]},
        "reasons": {"type": "array", "items": {"enum": ["late", "broken"]}, "minItems": 1},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}},
        "until": {"type": "string", "format": "date", "default": "2026-12-31"},
    },
    "required": ["amount", "kind", "reasons"],
}
FILLED = {
    "answer/amount": "19.99",
    "answer/kind": '"v"',
    "answer/reasons": ['"late"', '"broken"'],
    "answer/lines/0/sku": "A-1",
    "answer/lines/3/sku": "B-2",
    "answer/lines/4/sku": "",
    "answer/until": "",
}
VALUE = {"amount": 19.99, "kind": "v", "reasons": ["late", "broken"], "lines": [{"sku": "A-1"}, {"sku": "B-2"}]}


def at(escalation: Escalation, verb: str = "") -> str:
    return f"/desk/e/{escalation.reference}/{verb}"


def page_of(escalation: Escalation, client: Client) -> str:
    return client.get(at(escalation)).content.decode()


@pytest.fixture
def formed(team: Team) -> Escalation:
    return make_escalation(pool=team.pool, response_schema=SCHEMA)


@pytest.fixture
def acting(team: Team) -> Escalation:
    return make_escalation(pool=team.pool, action=ACTION)


def test_the_form_that_was_asked_for_is_filled_in_and_sent(team: Team, formed: Escalation, as_: As) -> None:
    response = as_(team.ada).post(at(formed, "resolve/"), FILLED)

    formed.refresh_from_db()
    assert (response.status_code, formed.status, formed.answer) == (302, Status.RESOLVED, VALUE)


def test_the_form_shows_titles_help_defaults_and_limits(team: Team, formed: Escalation, as_: As) -> None:
    page = page_of(formed, as_(team.ada))
    for part in ('max="500"', "In EUR.", "Voucher", 'value="2026-12-31"', 'type="date"', 'value="&quot;late&quot;"'):
        assert part in page


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(team: Team, formed: Escalation, as_: As) -> None:
    typed = FILLED | {"answer/amount": "501", "answer/kind": "", "notes": "As agreed."}
    response = as_(team.ada).post(at(formed, "resolve/"), typed)

    page = response.content.decode()
    assert response.status_code == 400
    assert 'id="id_answer/amount-error">Give 500 or less.' in page
    assert '<a href="#id_answer/kind">Kind: Fill this in.</a>' in page
    for kept in ('value="501"', "As agreed.", 'value="A-1"', 'value="B-2"'):
        assert kept in page


def test_what_is_no_number_is_said_before_anything_else_is_checked(team: Team, formed: Escalation, as_: As) -> None:
    response = as_(team.ada).post(at(formed, "resolve/"), FILLED | {"answer/amount": "a lot"})
    assert 'id="id_answer/amount-error">Give a number.' in response.content.decode()


@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.REJECT])
def test_a_decision_is_sent(team: Team, acting: Escalation, as_: As, decision: Decision) -> None:
    as_(team.ada).post(at(acting, "resolve/"), {"decision": decision.value})

    acting.refresh_from_db()
    assert (acting.status, acting.decision, acting.edited_action) == (Status.RESOLVED, decision, None)


def test_only_what_was_edited_changes(team: Team, acting: Escalation, as_: As) -> None:
    typed = {"decision": "edit", "edit/id": "9421", "edit/reason": "gdpr request", "edit/hard": "true"}
    as_(team.ada).post(at(acting, "resolve/"), typed | {"edit/tags": '["a"]'})

    acting.refresh_from_db()
    assert acting.edited_action == {
        "name": "db.delete_user",
        "arguments": {"id": 9421, "reason": "gdpr request", "hard": True, "tags": ["a"]},
    }


def test_a_change_is_shown_as_what_was_and_what_is_now(team: Team, acting: Escalation, as_: As) -> None:
    as_(team.ada).post(at(acting, "draft/"), {"decision": "edit", "edit/id": "9421", "step": "save"})
    page = page_of(acting, as_(team.ada))

    assert "<del>9412</del>" in page
    assert "<ins>9421</ins>" in page
    assert 'class="argument changed" data-was="9412"' in page


def test_changes_are_never_lost_by_approving_what_was_proposed(team: Team, acting: Escalation, as_: As) -> None:
    response = as_(team.ada).post(at(acting, "resolve/"), {"decision": "approve", "edit/id": "9421"})

    acting.refresh_from_db()
    assert (response.status_code, acting.status) == (400, Status.ASSIGNED)
    assert "You changed what the agent proposed." in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "name", "said"),
    [
        ({}, "decision", "Decide first."),
        ({"decision": "edit"}, "edit", "Nothing is changed."),
        ({"decision": "edit", "edit/tags": "[1"}, "edit/tags", "This is not JSON"),
        ({"decision": "respond"}, "notes", "Write an answer first."),
        ({"decision": "maybe"}, "decision", "Decide first."),
    ],
)
def test_an_undecided_form_says_what_is_missing(
    team: Team, acting: Escalation, as_: As, typed: dict[str, str], name: str, said: str
) -> None:
    page = as_(team.ada).post(at(acting, "resolve/"), typed).content.decode()
    assert said in page.split(f'id="id_{name}-error">')[1].split("</p>")[0]


def test_a_rejection_needs_no_form(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool, response_schema=SCHEMA, action=ACTION)
    as_(team.ada).post(at(escalation, "resolve/"), {"decision": "reject", "answer/amount": "x"})

    escalation.refresh_from_db()
    assert (escalation.decision, escalation.answer) == ("reject", None)


def test_hostile_names_and_values_stay_text(team: Team, as_: As) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    schema = {"type": "object", "title": evil, "properties": {evil: {"enum": [evil, "b"], "description": evil}}}
    action = {"name": evil, "arguments": {evil: evil}}
    escalation = make_escalation(pool=team.pool, response_schema=schema, action=action)

    page = page_of(escalation, as_(team.ada))
    assert "<img" not in page
    response = as_(team.ada).post(at(escalation, "draft/"), {f"edit/{evil}": "b", "decision": "edit"}, follow=True)
    assert "<img" not in response.content.decode()


def test_an_escalation_that_moved_meanwhile_is_not_answered_unread(team: Team, formed: Escalation, as_: As) -> None:
    seen = formed.version
    lifecycle.claim(formed, by=team.ada)

    response = as_(team.ada).post(at(formed, "resolve/"), FILLED | {"version": str(seen)})
    formed.refresh_from_db()
    assert (response.status_code, formed.status) == (409, Status.ASSIGNED)
    assert 'value="19.99"' in response.content.decode()


def test_who_read_an_older_version_still_hears_who_was_faster(team: Team, formed: Escalation, as_: As) -> None:
    seen = formed.version
    lifecycle.claim(formed, by=team.ben)

    response = as_(team.ada).post(at(formed, "resolve/"), FILLED | {"version": str(seen)})
    assert (response.status_code, "was claimed by Ben Okafor at" in response.content.decode()) == (409, True)


@pytest.mark.parametrize("version", ["", "x", "9" * 30, "-1"])
def test_a_strange_version_is_no_version(team: Team, formed: Escalation, as_: As, version: str) -> None:
    assert as_(team.ada).post(at(formed, "resolve/"), FILLED | {"version": version}).status_code == 302


def test_the_author_corrects_an_answer_in_the_form_it_was_given_in(team: Team, formed: Escalation, as_: As) -> None:
    lifecycle.resolve(formed, by=team.ada, answer=Answer("First.", answer=VALUE))
    page = page_of(formed, as_(team.ada))
    assert "Correct this answer" in page
    assert 'value="19.99"' in page

    as_(team.ada).post(at(formed, "correct/"), FILLED | {"answer/amount": "20", "notes": "Second."})
    formed.refresh_from_db()
    assert (formed.answer, formed.resolution_notes) == ({**VALUE, "amount": 20}, "Second.")


def test_edited_arguments_are_corrected_from_what_was_sent(team: Team, acting: Escalation, as_: As) -> None:
    edited = {"arguments": {**ACTION["arguments"], "id": 9421}}  # type: ignore[dict-item]
    lifecycle.resolve(acting, by=team.ada, answer=Answer(decision=Decision.EDIT, edited_action=edited))
    as_(team.ada).post(at(acting, "correct/"), {"decision": "edit", "edit/reason": "by law"})

    acting.refresh_from_db()
    changed = {"id": 9421, "reason": "by law", "hard": True, "tags": ["a"]}
    assert acting.edited_action == {"name": "db.delete_user", "arguments": changed}


def test_a_stranger_to_the_answer_cannot_correct_it(team: Team, formed: Escalation, as_: As) -> None:
    lifecycle.resolve(formed, by=team.ada, answer=Answer("First.", answer=VALUE))
    response = as_(team.ben).post(at(formed, "correct/"), FILLED | {"notes": "Mine."})

    formed.refresh_from_db()
    assert (response.status_code, formed.resolution_notes) == (403, "First.")
    assert "Correct this answer" not in page_of(formed, as_(team.ben))


def test_a_lead_corrects(team: Team, formed: Escalation, as_: As) -> None:
    lifecycle.resolve(formed, by=team.ada, answer=Answer("First.", answer=VALUE))
    lead = make_reviewer(pool=team.pool, role=Role.LEAD)
    as_(lead).post(at(formed, "correct/"), FILLED | {"notes": "By the lead."})

    formed.refresh_from_db()
    assert formed.resolution_notes == "By the lead."


def test_a_template_is_inserted_without_a_script(team: Team, acting: Escalation, as_: As) -> None:
    template = AnswerTemplate.objects.create(
        name="No", text="No, {{agent}}: {{context.why}}.", decision=Decision.REJECT
    )
    typed = {"notes": "Hello.", "template": str(template.pk), "step": "insert"}
    page = as_(team.ada).post(at(acting, "draft/"), typed, follow=True).content.decode()

    assert f"Hello.\n\nNo, {acting.source_agent}: ⟦context.why⟧.</textarea>" in page
    assert drafts.of(acting, by=team.ada).content["typed"]["decision"] == ["reject"]  # type: ignore[union-attr]


def test_an_answer_with_an_empty_place_of_a_template_is_not_sent(team: Team, acting: Escalation, as_: As) -> None:
    response = as_(team.ada).post(at(acting, "resolve/"), {"decision": "reject", "notes": "No: ⟦context.why⟧."})
    assert (response.status_code, "⟦context.why⟧. Write it yourself." in response.content.decode()) == (400, True)


def test_a_script_gets_a_template_filled_in(team: Team, acting: Escalation, as_: As) -> None:
    template = AnswerTemplate.objects.create(name="Hello", text="{{me}} here.")
    other = AnswerTemplate.objects.create(name="Off", text="x", is_active=False)

    client = as_(team.ada)
    assert client.get(at(acting, f"template/{template.pk}/")).json() == {
        "text": "Ada Lovelace here.",
        "decision": None,
    }
    assert client.get(at(acting, f"template/{other.pk}/")).status_code == 404
    assert client.get(at(acting, f"template/{'9' * 18}/")).status_code == 404
