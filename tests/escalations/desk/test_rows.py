"""What a row says: why it is with somebody, and what has been said and begun."""

from collections.abc import Callable

import pytest
from django.test import Client

from escalations import lifecycle
from escalations.desk import keymap, why
from escalations.models import Draft, Escalation
from reviewers import people
from reviewers.models import Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation, make_reviewer

As = Callable[[Reviewer], Client]


def reason(escalation: Escalation) -> str:
    found = why.of(Escalation.objects.with_names().get(pk=escalation.pk))
    return found.short if found else ""


def test_whose_turn_it_was(team: Team) -> None:
    assert reason(make_escalation(pool=team.pool)) == "Your turn in Legal"


@pytest.mark.parametrize(
    ("tags", "said"),
    [(["vip"], "You have the tag vip"), (["a", "b", "c", "d"], "You have the tags a, b, c, …")],
)
def test_which_tags_they_have(team: Team, tags: list[str], said: str) -> None:
    Reviewer.objects.filter(pk=team.ben.pk).update(tags=tags)
    assert reason(make_escalation(pool=team.pool, tags=tags)) == said


def test_who_gave_it_to_them(team: Team) -> None:
    lead = make_reviewer("Ann Lead", pool=team.pool, role=Role.LEAD)
    given = lifecycle.assign(make_escalation(pool=team.pool), to=team.ben, by=lead)

    assert reason(given) == "Given to you by Ann Lead"


def test_that_they_gave_it_to_themselves(team: Team) -> None:
    lead = make_reviewer("Ann Lead", pool=team.pool, role=Role.LEAD)
    given = lifecycle.assign(make_escalation(pool=team.pool), to=lead, by=lead)

    assert reason(given) == "You gave it to yourself"


def test_that_they_took_it_themselves(team: Team) -> None:
    for person in (team.ada, team.ben):
        people.leave(person, team.pool)
    escalation = make_escalation(pool=team.pool)
    people.join(team.ada, team.pool)

    assert reason(lifecycle.claim(escalation, by=team.ada)) == "You took it"


def test_whom_an_open_one_waits_for(team: Team) -> None:
    assert reason(make_escalation(pool=team.pool, tags=["greek"])) == "Needs the tag greek"


def test_the_whole_reason_is_there_to_read(team: Team, as_: As) -> None:
    make_escalation(pool=team.pool)

    page = as_(team.ada).get("/").content.decode()
    assert 'title="Routing chose you: it was your turn in Legal."' in page


def test_what_was_asked_back_and_answered_is_marked(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool)
    lifecycle.ask(escalation, by=team.ada, message="Which?")
    asked = as_(team.ada).get("/?view=on-agent").content.decode()
    lifecycle.reply(escalation, by=escalation.agent, message="That one.")
    replied = as_(team.ada).get("/").content.decode()

    assert "asked back" in asked
    assert "On hold" in asked
    assert "1 message" in asked
    assert "agent replied" in replied
    assert "2 messages" in replied


def test_only_ones_own_draft_is_marked(team: Team, as_: As) -> None:
    Draft.objects.create(escalation=make_escalation(pool=team.pool), reviewer=team.ada, version=1)

    assert '<span class="mark draft">' in as_(team.ada).get("/").content.decode()
    assert '<span class="mark draft">' not in as_(team.ben).get("/").content.decode()


def test_a_row_leads_back_to_the_view_it_was_opened_from(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool)

    page = as_(team.ada).get("/?priority=medium&sort=-age").content.decode()
    assert f'<a href="/desk/e/{escalation.reference}/?from=sort%3D-age%26priority%3Dmedium">' in page


def test_the_help_lists_the_keys_of_the_page(team: Team, as_: As) -> None:
    page = as_(team.ada).get("/").content.decode()

    assert all(f'data-key="{key.key}"' in page for key in keymap.of(keymap.QUEUE))
    assert "Write the answer" not in page


def test_no_key_has_two_meanings_on_one_page() -> None:
    for page in (keymap.QUEUE, keymap.BENCH):
        keys = [key.key for key in keymap.of(page)]
        assert len(keys) == len(set(keys))


def test_single_keys_are_off_for_who_wants_that(team: Team, as_: As) -> None:
    Reviewer.objects.filter(pk=team.ada.pk).update(has_single_keys=False)

    page = as_(team.ada).get("/").content.decode()
    assert 'data-single="off"' in page
    assert "You have turned single keys off." in page
