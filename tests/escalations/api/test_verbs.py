"""What reviewers, leads and agents do with an escalation."""

import pytest

from escalations.models import Agent, Escalation
from reviewers.models import Reviewer, Role
from tests import factories
from tests.escalations.api.calls import NEXT, Api, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot() -> Agent:
    return factories.make_agent("bot")


@pytest.fixture
def ada() -> Reviewer:
    return factories.make_reviewer("Ada")


@pytest.fixture
def escalation(bot: Agent, ada: Reviewer) -> Escalation:
    """Assigned to Ada, the only one there."""
    return factories.make_escalation(agent=bot)


@pytest.fixture
def grace(escalation: Escalation) -> Reviewer:
    """Comes after the escalation was assigned."""
    return factories.make_reviewer("Grace")


def test_a_claim_answers_with_the_escalation(ada: Reviewer, escalation: Escalation) -> None:
    response = as_reviewer(ada).patch(path_of(escalation, "claim"))
    assert response.status_code == 200
    assert response["ETag"] == '"3"'
    assert response.json()["claimed_at"] is not None
    assert response.json()["assigned_to"] == str(ada.pk)


def test_claiming_twice_changes_nothing(ada: Reviewer, escalation: Escalation) -> None:
    api = as_reviewer(ada)
    first, second = api.patch(path_of(escalation, "claim")), api.patch(path_of(escalation, "claim"))
    assert (second.status_code, second.json()) == (200, first.json())


def test_a_lost_claim_names_the_holder(ada: Reviewer, grace: Reviewer, escalation: Escalation) -> None:
    claimed = as_reviewer(ada).patch(path_of(escalation, "claim")).json()
    response = as_reviewer(grace).patch(path_of(escalation, "claim"))
    told = response.json()
    assert (response.status_code, told["code"]) == (409, "held_by_another")
    assert told["holder"] == {"id": str(ada.pk), "name": "Ada", "since": claimed["claimed_at"]}


def test_an_answer_reaches_the_escalation(ada: Reviewer, escalation: Escalation) -> None:
    response = as_reviewer(ada).patch(path_of(escalation, "resolve"), {"resolution_notes": "Yes.\n<b>Do</b> \u202e"})
    told = response.json()
    assert (response.status_code, told["status"], told["resolution_notes"]) == (
        200,
        "resolved",
        "Yes.\n<b>Do</b> \u202e",
    )
    assert told["resolution"] == {
        "outcome": "answered",
        "decision": None,
        "answer": None,
        "edited_action": None,
        "notes": "Yes.\n<b>Do</b> \u202e",
        "decided_by": {"type": "human", "name": "Ada"},
        "decided_at": told["resolved_at"],
    }


def test_the_same_answer_again_is_the_first_result(ada: Reviewer, escalation: Escalation) -> None:
    api = as_reviewer(ada)
    first = api.patch(path_of(escalation, "resolve"), {"resolution_notes": "Yes"})
    second = api.patch(path_of(escalation, "resolve"), {"resolution_notes": "Yes"})
    assert (second.status_code, second.json()) == (200, first.json())


def test_another_answer_is_a_conflict(ada: Reviewer, escalation: Escalation) -> None:
    api = as_reviewer(ada)
    api.patch(path_of(escalation, "resolve"), {"resolution_notes": "Yes"})
    response = api.patch(path_of(escalation, "resolve"), {"resolution_notes": "No"})
    assert (response.status_code, response.json()["code"]) == (409, "different_answer")


def test_what_another_holds_is_not_resolved(ada: Reviewer, grace: Reviewer, escalation: Escalation) -> None:
    as_reviewer(ada).patch(path_of(escalation, "claim"))
    response = as_reviewer(grace).patch(path_of(escalation, "resolve"), {"resolution_notes": "Yes"})
    assert (response.status_code, response.json()["holder"]["name"]) == (409, "Ada")


@pytest.mark.parametrize("verb", ["claim", "resolve", "release", "decline", "reassign"])
def test_a_finished_one_stays_as_it_is(bot: Agent, escalation: Escalation, verb: str) -> None:
    lead = factories.make_reviewer("Lead", role=Role.LEAD)
    as_agent(bot).patch(path_of(escalation, "cancel"))
    bodies = {"resolve": {"resolution_notes": "Yes"}, "reassign": {"assigned_to": lead.email}}
    response = as_reviewer(lead).patch(path_of(escalation, verb), bodies.get(verb))
    assert (response.status_code, response.json()["code"]) == (409, "finished")


@pytest.mark.parametrize("notes", [None, "", " \n", 5, "x" * 20_001, ["yes"]])
def test_an_answer_says_something(ada: Reviewer, escalation: Escalation, notes: object) -> None:
    response = as_reviewer(ada).patch(path_of(escalation, "resolve"), {"resolution_notes": notes})
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/resolution_notes"


@pytest.mark.parametrize("field", ["decision", "answer", "edited_action"])
def test_what_was_not_asked_for_is_not_answered(ada: Reviewer, escalation: Escalation, field: str) -> None:
    value = "approve" if field == "decision" else {"arguments": {}}
    response = as_reviewer(ada).patch(path_of(escalation, "resolve"), {"resolution_notes": "Yes", field: value})
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, f"/{field}")


def test_a_released_one_is_assigned_anew(ada: Reviewer, escalation: Escalation) -> None:
    api = as_reviewer(ada)
    api.patch(path_of(escalation, "claim"))
    response = api.patch(path_of(escalation, "release"), {"reason": "Lunch"})
    assert (response.status_code, response.json()["status"], response.json()["claimed_at"]) == (200, "assigned", None)
    assert escalation.events.get(type="escalation.released").data == {"reason": "Lunch"}


def test_a_declined_one_does_not_come_back(ada: Reviewer, escalation: Escalation) -> None:
    response = as_reviewer(ada).patch(path_of(escalation, "decline"))
    assert (response.status_code, response.json()["status"]) == (200, "open")


def test_a_lead_gives_it_to_somebody(grace: Reviewer, escalation: Escalation) -> None:
    lead = as_reviewer(factories.make_reviewer("Lead", role=Role.LEAD))
    for name in (grace.email, str(grace.pk)):
        response = lead.patch(path_of(escalation, "reassign"), {"assigned_to": name, "note": "Please"})
        assert (response.status_code, response.json()["assigned_to"]) == (200, str(grace.pk))


def test_a_reviewer_gives_it_to_nobody(ada: Reviewer, grace: Reviewer, escalation: Escalation) -> None:
    response = as_reviewer(ada).patch(path_of(escalation, "reassign"), {"assigned_to": grace.email})
    assert (response.status_code, response.json()["code"]) == (403, "role_not_allowed")


@pytest.mark.parametrize("name", ["nobody@example.com", "x\x00y", "01a2053e-0d47-7927-99a9-2548e03ec513"])
def test_reassigning_to_nobody_is_refused(escalation: Escalation, name: str) -> None:
    lead = as_reviewer(factories.make_reviewer("Lead", role=Role.LEAD))
    response = lead.patch(path_of(escalation, "reassign"), {"assigned_to": name})
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, "/assigned_to")


def test_reassigning_to_somebody_outside_the_pool_is_refused(escalation: Escalation) -> None:
    stranger = factories.make_reviewer("Stranger", pool=factories.make_pool())
    admin = as_reviewer(factories.make_reviewer("Admin", role=Role.ADMIN))
    response = admin.patch(path_of(escalation, "reassign"), {"assigned_to": stranger.email})
    assert (response.status_code, response.json()["code"]) == (422, "cannot_take")


def test_an_agent_withdraws_once_and_for_all(bot: Agent, escalation: Escalation) -> None:
    api = as_agent(bot)
    first = api.patch(path_of(escalation, "cancel"), {"reason": "Solved"})
    second = api.patch(path_of(escalation, "cancel"))
    assert (first.status_code, first.json()["status"], first.json()["resolution"]["outcome"]) == (
        200,
        "cancelled",
        "cancelled",
    )
    assert second.json() == first.json()


def test_what_is_answered_cannot_be_withdrawn(bot: Agent, ada: Reviewer, escalation: Escalation) -> None:
    as_reviewer(ada).patch(path_of(escalation, "resolve"), {"resolution_notes": "Yes"})
    response = as_agent(bot).patch(path_of(escalation, "cancel"))
    assert (response.status_code, response.json()["escalation_status"]) == (409, "resolved")


def test_the_agent_says_that_it_did_not_help(bot: Agent, ada: Reviewer, escalation: Escalation) -> None:
    as_reviewer(ada).patch(path_of(escalation, "resolve"), {"resolution_notes": "Yes"})
    response = as_agent(bot).patch(path_of(escalation, "reopen"), {"reason": "It failed"})
    assert (response.status_code, response.json()["status"], response.json()["resolution"]) == (200, "assigned", None)


def test_a_reviewer_does_not_reopen(ada: Reviewer, escalation: Escalation) -> None:
    as_reviewer(ada).patch(path_of(escalation, "resolve"), {"resolution_notes": "Yes"})
    assert as_reviewer(ada).patch(path_of(escalation, "reopen")).status_code == 403


def test_what_has_no_answer_is_not_reopened(bot: Agent, escalation: Escalation) -> None:
    response = as_agent(bot).patch(path_of(escalation, "reopen"))
    assert (response.status_code, response.json()["code"]) == (409, "not_resolved")


def test_next_claims_the_most_urgent_and_then_there_is_nothing(bot: Agent, ada: Reviewer) -> None:
    low = factories.make_escalation(agent=bot, priority="low")
    urgent = factories.make_escalation(agent=bot, priority="urgent")
    api = as_reviewer(ada)
    answers = [api.post(NEXT) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 204]
    assert [answer.json()["id"] for answer in answers[:2]] == [str(urgent.pk), str(low.pk)]
    assert answers[2].content == b""


@pytest.mark.parametrize("verb", ["claim", "resolve", "release", "decline", "cancel", "reopen"])
def test_a_verb_takes_no_unknown_field(bot: Agent, escalation: Escalation, verb: str) -> None:
    lead = factories.make_reviewer("Lead", role=Role.LEAD)
    api = as_agent(bot) if verb == "cancel" else as_reviewer(lead)
    response = api.patch(path_of(escalation, verb), {"resolution_notes": "Yes", "force": True})
    assert response.status_code == 400
    assert {"pointer": "/force", "code": "unknown_field"}.items() <= response.json()["errors"][-1].items()


@pytest.mark.parametrize("verb", ["claim", "resolve", "release", "decline"])
def test_a_stale_version_is_refused(ada: Reviewer, escalation: Escalation, verb: str) -> None:
    body = {"resolution_notes": "Yes"} if verb == "resolve" else None
    api = as_reviewer(ada)
    response = api.patch(path_of(escalation, verb), body, if_match='"1"')
    assert (response.status_code, response.json()["code"], response.json()["version"]) == (412, "stale", 2)
    assert api.patch(path_of(escalation, verb), body, if_match='"2"').status_code == 200


def test_a_foreign_version_is_not_told(escalation: Escalation) -> None:
    stranger = as_agent(factories.make_agent())
    assert stranger.patch(path_of(escalation, "cancel"), if_match='"1"').status_code == 404


@pytest.mark.parametrize("header", ["2", 'W/"2"', '"2", "3"', '"x"', "", '"' + "9" * 30 + '"'])
def test_if_match_is_one_etag(ada: Reviewer, escalation: Escalation, header: str) -> None:
    response = as_reviewer(ada).patch(path_of(escalation, "claim"), if_match=header)
    assert (response.status_code, response.json()["errors"][0]["header"]) == (400, "If-Match")


def test_an_id_is_read_in_either_case(bot: Agent, escalation: Escalation) -> None:
    assert as_agent(bot).get(path_of(str(escalation.pk).upper())).status_code == 200


def test_an_unchanged_escalation_is_not_sent_again(bot: Agent, escalation: Escalation) -> None:
    api = as_agent(bot)
    etag = api.get(path_of(escalation))["ETag"]
    response = api.get(path_of(escalation), if_none_match=etag)
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    "verb", ["", "claim", "resolve", "release", "decline", "reassign", "cancel", "reopen", "events"]
)
def test_what_is_not_there_is_404(bot: Agent, verb: str) -> None:
    path = path_of("01a2053e-0d47-7927-99a9-2548e03ec513", verb)
    lead = as_reviewer(factories.make_reviewer("Lead", role=Role.LEAD))
    api: Api = as_agent(bot) if verb == "cancel" else lead
    bodies = {"resolve": {"resolution_notes": "Yes"}, "reassign": {"assigned_to": "lead@example.com"}}
    response = api.get(path) if verb in {"", "events"} else api.patch(path, bodies.get(verb))
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
