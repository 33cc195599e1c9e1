"""Drafts on the desk: kept by the server for who typed them, through conflicts and the end."""

from collections.abc import Callable

import pytest
from django.test import Client

from escalations import drafts, lifecycle
from escalations.answers import Answer
from escalations.models import Draft, Escalation, Status
from reviewers.models import Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation, make_pool, make_reviewer

As = Callable[[Reviewer], Client]
JSON = {"accept": "application/json"}
LISTS = {
    "type": "object",
    "properties": {"tags": {"type": "array", "items": {"type": "string"}}, "n": {"type": "integer", "default": 3}},
}


@pytest.fixture
def asked(team: Team) -> Escalation:
    return make_escalation(pool=team.pool)


def at(escalation: Escalation, verb: str = "") -> str:
    return f"/desk/e/{escalation.reference}/{verb}"


def page_of(escalation: Escalation, client: Client) -> str:
    return client.get(at(escalation)).content.decode()


def typed(escalation: Escalation, person: Reviewer) -> object:
    draft = drafts.of(escalation, by=person)
    return draft and draft.content["typed"]


def test_a_script_saves_a_draft_and_hears_when(team: Team, asked: Escalation, as_: As) -> None:
    answer = as_(team.ada).post(at(asked, "draft/"), {"notes": "Half"}, headers=JSON).json()

    draft = drafts.of(asked, by=team.ada)
    assert draft is not None
    assert (answer, draft.content) == (
        {"saved_at": draft.saved_at.timestamp()},
        {"for": "answer", "typed": {"notes": ["Half"]}},
    )


def test_a_draft_stands_in_the_form_of_any_browser(team: Team, asked: Escalation, as_: As) -> None:
    as_(team.ada).post(at(asked, "draft/"), {"notes": "Half an hour.", "step": "save"})

    assert "Half an hour.</textarea>" in page_of(asked, as_(team.ada))
    assert "Half an hour." not in page_of(asked, as_(team.ben))


def test_without_a_script_a_button_saves_it(team: Team, asked: Escalation, as_: As) -> None:
    response = as_(team.ada).post(at(asked, "draft/"), {"notes": "Half", "step": "save"}, follow=True)
    assert "Your draft is saved." in response.content.decode()


def test_an_emptied_form_leaves_no_draft(team: Team, asked: Escalation, as_: As) -> None:
    client = as_(team.ada)
    client.post(at(asked, "draft/"), {"notes": "Half"}, headers=JSON)

    assert client.post(at(asked, "draft/"), {"notes": ""}, headers=JSON).json() == {"saved_at": None}
    assert not Draft.objects.exists()


def test_a_draft_is_thrown_away(team: Team, asked: Escalation, as_: As) -> None:
    client = as_(team.ada)
    client.post(at(asked, "draft/"), {"notes": "Half"}, headers=JSON)
    client.post(at(asked, "draft/"), {"notes": "Half", "step": "discard"})
    assert typed(asked, team.ada) is None


def test_sending_the_answer_ends_the_draft(team: Team, asked: Escalation, as_: As) -> None:
    client = as_(team.ada)
    client.post(at(asked, "draft/"), {"notes": "Half"}, headers=JSON)
    client.post(at(asked, "resolve/"), {"notes": "Whole."})
    assert typed(asked, team.ada) is None


def test_a_lost_race_leaves_a_draft(team: Team, asked: Escalation, as_: As) -> None:
    lifecycle.claim(asked, by=team.ben)
    response = as_(team.ada).post(at(asked, "resolve/"), {"notes": "Half an hour."})

    assert response.status_code == 409
    assert typed(asked, team.ada) == {"notes": ["Half an hour."]}


def test_what_was_wrong_leaves_a_draft(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool, response_schema=LISTS)
    as_(team.ada).post(at(escalation, "resolve/"), {"answer/n": "x"})
    assert typed(escalation, team.ada) == {"answer/n": ["x"]}


def test_the_draft_of_what_somebody_else_answered_can_be_read(team: Team, asked: Escalation, as_: As) -> None:
    as_(team.ada).post(at(asked, "draft/"), {"notes": "Half an hour."}, headers=JSON)
    lifecycle.resolve(asked, by=team.ben, answer=Answer("Done."))

    page = page_of(asked, as_(team.ada))
    assert 'id="kept-title"' in page
    assert "Half an hour.</textarea>" in page


def test_it_can_still_be_saved_when_it_is_too_late(team: Team, asked: Escalation, as_: As) -> None:
    lifecycle.cancel(asked, by=asked.agent)
    as_(team.ada).post(at(asked, "draft/"), {"notes": "Late."}, headers=JSON)
    assert "Late.</textarea>" in page_of(asked, as_(team.ada))


def test_a_correction_has_a_draft_of_its_own(team: Team, asked: Escalation, as_: As) -> None:
    lifecycle.resolve(asked, by=team.ada, answer=Answer("First."))
    client = as_(team.ada)
    client.post(at(asked, "draft/"), {"notes": "Second.", "for": "correct"}, headers=JSON)

    page = page_of(asked, client)
    assert '<details class="correction" open>' in page
    assert "Second.</textarea>" in page


def test_what_was_begun_as_an_answer_is_not_taken_for_a_correction(team: Team, asked: Escalation, as_: As) -> None:
    lead = make_reviewer(pool=team.pool, role=Role.LEAD)
    as_(lead).post(at(asked, "draft/"), {"notes": "Mine."}, headers=JSON)
    lifecycle.resolve(asked, by=team.ben, answer=Answer("His."))

    page = page_of(asked, as_(lead))
    assert "Mine." in page.split('id="kept-title"')[1]
    assert "His.</textarea>" in page.split('id="answer-form"')[1].split("</form>")[0]


def test_rows_come_and_go_without_a_script(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool, response_schema=LISTS)
    client = as_(team.ada)
    client.post(at(escalation, "draft/"), {"answer/tags/0": "a", "step": "add:answer/tags"})
    assert 'name="answer/tags/1"' in page_of(escalation, client)

    rows = {"answer/tags/0": "a", "answer/tags/1": "b", "step": "remove:answer/tags/0"}
    client.post(at(escalation, "draft/"), rows)
    page = page_of(escalation, client).split("<template>")[0]
    assert ('name="answer/tags/0"' in page, 'value="b"' in page) == (False, True)


def test_arguments_are_reset_to_what_was_proposed(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool, action={"name": "x", "arguments": {"id": 1, "note": "n"}})
    client = as_(team.ada)
    client.post(at(escalation, "draft/"), {"edit/id": "2", "notes": "Kept.", "step": "reset"})

    page = page_of(escalation, client)
    assert "Kept.</textarea>" in page
    assert 'id="id_edit/id" value="1"' in page


def test_strange_steps_and_names_do_no_harm(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool, response_schema=LISTS)
    client = as_(team.ada)
    for step in ("add:", "remove:", "add:answer/x/y/z", "remove:notes", "insert", "wat", "add:" + "x" * 5000):
        names = {"answer/\0": "\0", "answer/tags/999": "z", "answer/": "", "csrf": "x", "template": "x", "notes": "\0a"}
        assert client.post(at(escalation, "draft/"), {**names, "step": step}).status_code == 302
        assert client.get(at(escalation)).status_code == 200


def test_a_draft_cannot_be_left_where_one_sees_nothing(asked: Escalation, as_: As) -> None:
    stranger = make_reviewer(pool=make_pool())
    assert as_(stranger).post(at(asked, "draft/"), {"notes": "x"}).status_code == 404


def test_a_read_only_person_has_no_drafts(team: Team, asked: Escalation, as_: As) -> None:
    onlooker = make_reviewer(pool=team.pool, role=Role.READ_ONLY)
    assert as_(onlooker).post(at(asked, "draft/"), {"notes": "x"}).status_code == 403
    assert not Draft.objects.exists()


def test_a_form_with_very_many_inputs_is_taken(team: Team, as_: As) -> None:
    properties = {f"l{number}": {"type": "array", "items": {"type": "string"}} for number in range(25)}
    escalation = make_escalation(pool=team.pool, response_schema={"type": "object", "properties": properties})
    inputs = {f"answer/l{number}/{row}": "x" for number in range(25) for row in range(50)}

    assert as_(team.ada).post(at(escalation, "resolve/"), inputs).status_code == 302
    escalation.refresh_from_db()
    assert escalation.status == Status.RESOLVED
