"""The forms of the desk: they work without JavaScript, and nobody's text is lost."""

from collections.abc import Callable

import pytest
from django.test import Client

from escalations import lifecycle
from escalations.models import Escalation, Status
from reviewers.models import Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation, make_pool, make_reviewer

As = Callable[[Reviewer], Client]
JSON = {"accept": "application/json"}


@pytest.fixture
def asked(team: Team) -> Escalation:
    """Assigned to Ada, and claimed by nobody."""
    return make_escalation(pool=team.pool)


def at(escalation: Escalation, verb: str = "") -> str:
    return f"/desk/e/{escalation.reference}/{verb}"


def test_a_claim_leads_to_the_escalation(team: Team, asked: Escalation, as_: As) -> None:
    response = as_(team.ben).post(at(asked, "claim/"))

    asked.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, at(asked))
    assert (asked.assigned_to, asked.claimed_at is not None) == (team.ben, True)


def test_the_live_queue_gets_the_row_of_what_was_claimed(team: Team, asked: Escalation, as_: As) -> None:
    answer = as_(team.ben).post(at(asked, "claim/"), headers=JSON).json()

    assert answer["message"] == f"{asked.reference} is yours now."
    assert 'data-stage="claimed"' in answer["row"]


def test_who_is_too_late_hears_who_has_it_and_since_when(team: Team, asked: Escalation, as_: As) -> None:
    taken = lifecycle.claim(asked, by=team.ada)

    response = as_(team.ben).post(at(asked, "claim/"), headers=JSON)
    assert response.status_code == 409
    assert response.json()["message"] == (
        f"{asked.reference} was claimed by Ada Lovelace at {taken.claimed_at:%H:%M:%S} UTC. Nothing was changed."
    )


def test_without_javascript_the_page_says_who_has_it(team: Team, asked: Escalation, as_: As) -> None:
    lifecycle.claim(asked, by=team.ada)

    response = as_(team.ben).post(at(asked, "claim/"))
    assert response.status_code == 409
    assert "was claimed by Ada Lovelace" in response.content.decode()


def test_an_answer_resolves_and_leads_back_to_the_queue(team: Team, asked: Escalation, as_: As) -> None:
    response = as_(team.ada).post(at(asked, "resolve/"), {"notes": "Refund once.\r\nNot twice."}, follow=True)

    asked.refresh_from_db()
    assert (asked.status, asked.resolution_notes) == (Status.RESOLVED, "Refund once.\r\nNot twice.")
    assert f"{asked.reference} is answered." in response.content.decode()


def test_a_lost_race_keeps_what_was_typed(team: Team, asked: Escalation, as_: As) -> None:
    lifecycle.claim(asked, by=team.ada)

    response = as_(team.ben).post(at(asked, "resolve/"), {"notes": "Half an hour of <b>work</b>."})
    page = response.content.decode()
    assert response.status_code == 409
    assert "was claimed by Ada Lovelace" in page
    assert "Half an hour of &lt;b&gt;work&lt;/b&gt;." in page


def test_an_answer_after_the_agent_withdrew_keeps_what_was_typed(team: Team, asked: Escalation, as_: As) -> None:
    lifecycle.cancel(asked, by=asked.agent)

    response = as_(team.ada).post(at(asked, "resolve/"), {"notes": "Too late."})
    assert (response.status_code, "Too late." in response.content.decode()) == (409, True)


@pytest.mark.parametrize("notes", ["", "  \n ", "a\x00b", "x" * 20_001])
def test_an_answer_that_cannot_be_sent_is_refused_on_the_page(
    team: Team, asked: Escalation, as_: As, notes: str
) -> None:
    response = as_(team.ada).post(at(asked, "resolve/"), {"notes": notes})

    asked.refresh_from_db()
    assert (response.status_code, asked.status) == (400, Status.ASSIGNED)


def test_released_it_is_open_or_with_the_next(team: Team, asked: Escalation, as_: As) -> None:
    as_(team.ada).post(at(asked, "release/"), {"reason": "Lunch"})

    event = asked.events.get(type="escalation.released")
    assert (event.reviewer, event.data) == (team.ada, {"reason": "Lunch"})


def test_declined_it_goes_to_somebody_else(team: Team, asked: Escalation, as_: As) -> None:
    as_(team.ada).post(at(asked, "decline/"), {"reason": "I know the customer"})

    asked.refresh_from_db()
    assert asked.assigned_to == team.ben


def test_a_lead_gives_it_to_somebody(team: Team, asked: Escalation, as_: As) -> None:
    lead = make_reviewer(pool=team.pool, role=Role.LEAD)
    as_(lead).post(at(asked, "reassign/"), {"to": str(team.ben.pk), "note": "Yours, please."})

    asked.refresh_from_db()
    assert asked.assigned_to == team.ben


def test_a_lead_cannot_give_it_to_a_stranger(team: Team, asked: Escalation, as_: As) -> None:
    lead = make_reviewer(pool=team.pool, role=Role.LEAD)
    stranger = make_reviewer(pool=make_pool())

    response = as_(lead).post(at(asked, "reassign/"), {"to": str(stranger.pk)})
    assert (response.status_code, "Choose somebody of its pool." in response.content.decode()) == (400, True)


def test_a_reviewer_cannot_reassign(team: Team, asked: Escalation, as_: As) -> None:
    response = as_(team.ben).post(at(asked, "reassign/"), {"to": str(team.ben.pk)})

    asked.refresh_from_db()
    assert (response.status_code, asked.assigned_to) == (403, team.ada)


@pytest.mark.parametrize("verb", ["claim/", "resolve/", "release/", "decline/"])
def test_a_read_only_person_changes_nothing(team: Team, asked: Escalation, as_: As, verb: str) -> None:
    onlooker = make_reviewer(pool=team.pool, role=Role.READ_ONLY)

    response = as_(onlooker).post(at(asked, verb), {"notes": "Yes."})
    asked.refresh_from_db()
    assert (response.status_code, asked.version) == (403, Escalation.objects.get(pk=asked.pk).version)
    assert asked.events.filter(reviewer=onlooker).count() == 0


@pytest.mark.parametrize("verb", ["", "claim/", "resolve/", "release/", "decline/", "reassign/", "context.json"])
def test_another_pools_escalation_is_not_there(team: Team, asked: Escalation, as_: As, verb: str) -> None:
    stranger = as_(make_reviewer(pool=make_pool()))

    response = stranger.get(at(asked, verb)) if verb in {"", "context.json"} else stranger.post(at(asked, verb))
    assert response.status_code == 404


@pytest.mark.parametrize("verb", ["claim/", "resolve/", "release/", "decline/", "reassign/"])
def test_a_link_changes_nothing_and_leads_to_the_escalation(team: Team, asked: Escalation, as_: As, verb: str) -> None:
    assert as_(team.ada).get(at(asked, verb))["Location"] == at(asked)
    assert asked.events.filter(reviewer=team.ada).count() == 0


def test_a_form_of_another_site_changes_nothing(team: Team, asked: Escalation) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(team.ada)

    assert client.post(at(asked, "claim/")).status_code == 403


def test_who_was_deactivated_is_signed_out(team: Team, asked: Escalation, as_: As) -> None:
    client = as_(team.ada)
    Reviewer.objects.filter(pk=team.ada.pk).update(is_active=False)

    response = client.post(at(asked, "claim/"))
    assert response["Location"].startswith("/login/")


def test_a_question_goes_back_to_the_agent(team: Team, asked: Escalation, as_: As) -> None:
    page = as_(team.ada).post(at(asked, "ask/"), {"message": "Which order?"}, follow=True).content.decode()

    asked.refresh_from_db()
    assert (asked.waiting_on, [message.text for message in asked.messages]) == ("agent", ["Which order?"])
    assert "The clock stands still until it replies." in page


@pytest.mark.parametrize("message", ["", "  ", "a\x00b", "x" * 10_001])
def test_a_question_that_cannot_be_sent_is_refused_on_the_page(
    team: Team, asked: Escalation, as_: As, message: str
) -> None:
    response = as_(team.ada).post(at(asked, "ask/"), {"message": message})

    asked.refresh_from_db()
    assert (response.status_code, asked.waiting_on) == (400, "human")
    assert '<details class="verb" data-verb="ask" open>' in response.content.decode()


def test_a_question_too_late_keeps_what_was_typed(team: Team, asked: Escalation, as_: As) -> None:
    lifecycle.claim(asked, by=team.ben)

    response = as_(team.ada).post(at(asked, "ask/"), {"message": "Half an hour of work"}, headers=JSON)
    assert response.status_code == 409
    assert "was claimed by Ben Okafor" in response.json()["message"]


def test_a_question_is_kept_on_the_page_too(team: Team, asked: Escalation, as_: As) -> None:
    lifecycle.claim(asked, by=team.ben)

    response = as_(team.ada).post(at(asked, "ask/"), {"message": "Half an hour of work"})
    assert (response.status_code, "Half an hour of work" in response.content.decode()) == (409, True)


def test_answer_and_next_leads_to_what_the_server_picks(team: Team, asked: Escalation, as_: As) -> None:
    Reviewer.objects.filter(pk=team.ben.pk).update(is_active=False)
    urgent = make_escalation(pool=team.pool, priority="urgent")
    make_escalation(pool=team.pool)

    response = as_(team.ada).post(at(asked, "resolve/"), {"notes": "Yes.", "then": "next", "from": "sort=-age"})
    urgent.refresh_from_db()
    assert response["Location"] == f"{at(urgent)}?from=sort%3D-age"
    assert (urgent.assigned_to, urgent.claimed_at is not None) == (team.ada, True)


def test_answer_and_next_leads_back_when_nothing_is_left(team: Team, asked: Escalation, as_: As) -> None:
    response = as_(team.ada).post(at(asked, "resolve/"), {"notes": "Yes.", "then": "next"}, follow=True)

    assert response.redirect_chain == [("/", 302)]
    assert "Nothing is waiting for you." in response.content.decode()


def test_who_answers_comes_back_to_the_view_they_came_from(team: Team, asked: Escalation, as_: As) -> None:
    response = as_(team.ada).post(at(asked, "resolve/"), {"notes": "Yes.", "from": "view=overdue"})

    assert response["Location"] == "/?view=overdue"


def test_a_script_that_leaves_its_page_is_told_where_to(team: Team, asked: Escalation, as_: As) -> None:
    leaving = {"accept": "application/json", "prefer": "return=minimal"}
    client = as_(team.ada)

    answer = client.post(at(asked, "claim/"), headers=leaving).json()
    assert (answer["go"], answer["message"]) == (at(asked), f"{asked.reference} is yours now.")
    assert f"{asked.reference} is yours now." in client.get(answer["go"]).content.decode()


@pytest.mark.parametrize("origin", ["//evil.example/", "https://evil.example/", "view=x&next=//evil.example"])
def test_nobody_is_led_away_from_the_desk(team: Team, asked: Escalation, as_: As, origin: str) -> None:
    response = as_(team.ada).post(at(asked, "resolve/"), {"notes": "Yes.", "from": origin})

    assert response["Location"] == "/"


@pytest.mark.parametrize(("verb", "words"), [("claim/", "You claimed"), ("release/", "You gave")])
def test_what_was_done_can_be_undone(team: Team, asked: Escalation, as_: As, verb: str, words: str) -> None:
    page = as_(team.ada).post(at(asked, verb), follow=True).content.decode()

    assert words in page.split('id="undo"')[1].split("</form>")[0]


def test_a_lead_says_how_urgent_it_is(team: Team, asked: Escalation, as_: As) -> None:
    lead = make_reviewer("Lea", pool=team.pool, role=Role.LEAD)
    page = as_(lead).post(at(asked, "priority/"), {"priority": "urgent"}, follow=True).content.decode()

    asked.refresh_from_db()
    assert asked.priority == "urgent"
    assert f"The priority of {asked.reference} is urgent now." in page
    assert "Lea changed its priority from Medium to Urgent" in page


def test_only_a_lead_says_so(team: Team, asked: Escalation, as_: As) -> None:
    assert "How urgent is it?" not in as_(team.ada).get(at(asked)).content.decode()
    assert as_(team.ada).post(at(asked, "priority/"), {"priority": "urgent"}).status_code == 403
    asked.refresh_from_db()
    assert asked.priority == "medium"


@pytest.mark.parametrize("given", [{}, {"priority": "highest"}])
def test_another_word_for_a_priority_is_refused(team: Team, asked: Escalation, as_: As, given: dict[str, str]) -> None:
    lead = make_reviewer("Lea", pool=team.pool, role=Role.LEAD)
    response = as_(lead).post(at(asked, "priority/"), given)
    assert (response.status_code, "Choose one." in response.content.decode()) == (400, True)
