"""One verb for many: what is done, and what is left out and why."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client

from escalations import lifecycle
from escalations.answers import Answer
from escalations.desk import bulk
from escalations.models import Escalation, Priority, Status
from reviewers.models import Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation, make_pool, make_reviewer

As = Callable[[Reviewer], Client]
JSON = {"accept": "application/json"}


@pytest.fixture
def free(team: Team) -> list[Escalation]:
    """Five that nobody has claimed."""
    return [make_escalation(f"May I refund order {number}?", pool=team.pool) for number in range(5)]


@pytest.fixture
def lead(team: Team) -> Reviewer:
    return make_reviewer("Lea Lead", pool=team.pool, role=Role.LEAD)


def do(client: Client, verb: str, escalations: Iterable[Escalation] = (), **said: Any) -> Any:
    numbers = [each.number for each in escalations]
    return client.post("/desk/bulk/", {"do": verb, "n": numbers, **said}, headers=JSON)


def stand(escalations: Iterable[Escalation]) -> list[tuple[str, Reviewer | None]]:
    return [(each.status, each.assigned_to) for each in map(fresh, escalations)]


def fresh(escalation: Escalation) -> Escalation:
    return Escalation.objects.select_related("assigned_to").get(pk=escalation.pk)


def test_all_that_are_selected_are_claimed(team: Team, free: list[Escalation], as_: As) -> None:
    answer = do(as_(team.ada), "claim", free[:3]).json()

    assert answer["message"] == "3 claimed."
    assert stand(free[:3]) == [(Status.ASSIGNED, team.ada)] * 3
    assert sorted(answer["rows"]) == sorted(str(each.pk) for each in free[:3])
    assert all(fresh(each).claimed_at is None for each in free[3:])


def test_what_is_skipped_is_said_with_the_reason(team: Team, free: list[Escalation], as_: As) -> None:
    lifecycle.claim(free[0], by=team.ben)
    lifecycle.claim(free[1], by=team.ben)
    lifecycle.resolve(free[2], by=team.ben, answer=Answer("No."))
    lifecycle.claim(free[3], by=team.ada)

    assert do(as_(team.ada), "claim", free).json()["message"] == (
        "1 claimed, 4 skipped: 2 are held by Ben Okafor, 1 is yours already, 1 is finished."
    )


def test_without_javascript_a_page_says_it(team: Team, free: list[Escalation], as_: As) -> None:
    response = as_(team.ada).post(
        "/desk/bulk/", {"do": "claim", "n": [each.number for each in free], "query": "priority=medium"}, follow=True
    )

    assert response.redirect_chain == [("/?priority=medium", 302)]
    assert "5 claimed." in response.content.decode()


def test_all_that_match_are_those_of_the_filters(team: Team, free: list[Escalation], as_: As) -> None:
    urgent = make_escalation(pool=team.pool, priority=Priority.URGENT)

    assert do(as_(team.ada), "claim", all="yes", query="priority=urgent").json()["message"] == "1 claimed."
    assert fresh(urgent).assigned_to == team.ada


def test_more_than_can_be_meant_are_refused(
    team: Team, free: list[Escalation], as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_MOST", 4)

    response = do(as_(team.ada), "claim", all="yes")
    assert response.status_code == 400
    assert response.json()["message"] == "That is 5 at once; 4 are the most. Narrow the list by a filter."
    assert Escalation.objects.filter(claimed_at__isnull=False).count() == 0


def test_nothing_selected_is_said(team: Team, as_: As) -> None:
    assert do(as_(team.ada), "claim").json()["message"] == "Select some escalations first."


def test_what_others_see_is_out_of_reach(team: Team, free: list[Escalation], as_: As) -> None:
    stranger = make_reviewer(pool=make_pool())

    assert do(as_(stranger), "claim", free).json()["message"] == "Select some escalations first."


def test_a_read_only_person_changes_nothing(team: Team, free: list[Escalation], as_: As) -> None:
    onlooker = make_reviewer(pool=team.pool, role=Role.READ_ONLY)

    assert do(as_(onlooker), "claim", free).json()["message"] == "0 claimed, 5 skipped: 5 are not yours to change."


def test_ones_own_are_given_back(team: Team, free: list[Escalation], as_: As) -> None:
    for each in free[:2]:
        lifecycle.claim(each, by=team.ada)
    lifecycle.claim(free[2], by=team.ben)

    said = do(as_(team.ada), "release", free[:3]).json()["message"]
    assert said == "2 given back, 1 skipped: 1 is held by Ben Okafor."


def test_a_batch_is_snoozed_from_the_dialog(team: Team, free: list[Escalation], as_: As) -> None:
    said = do(as_(team.ada), "snooze", free[:2], sent="yes", until="hour", zone="Asia/Tokyo").json()["message"]

    assert said == "2 snoozed."
    assert [fresh(each).is_snoozed for each in free[:3]] == [True, True, False]


@pytest.mark.parametrize("verb", ["snooze", "resolve", "assign"])
def test_what_needs_more_words_asks_for_them_first(
    team: Team, free: list[Escalation], lead: Reviewer, as_: As, verb: str
) -> None:
    lifecycle.claim(free[1], by=team.ben)
    before = stand(free)

    response = as_(lead).post("/desk/bulk/", {"do": verb, "n": [each.number for each in free[:2]]})
    page = response.content.decode()
    assert (response.status_code, stand(free)) == (200, before)
    assert all(each.reference in page for each in free[:2])
    assert ("Ben Okafor has it." in page) == (verb != "assign")


def test_one_answer_resolves_all_that_ask_for_plain_words(team: Team, free: list[Escalation], as_: As) -> None:
    Escalation.objects.filter(pk=free[0].pk).update(allowed_decisions=["approve", "reject"])
    Escalation.objects.filter(pk=free[1].pk).update(response_schema={"type": "object"})

    said = do(as_(team.ada), "resolve", free[:4], sent="yes", notes="Refund once.").json()["message"]
    assert said == "2 answered, 2 skipped: 2 ask for a decision or a form."
    assert [fresh(each).resolution_notes for each in free[:4]] == [None, None, "Refund once.", "Refund once."]


def test_the_page_says_beforehand_which_cannot_be_answered_so(team: Team, free: list[Escalation], as_: As) -> None:
    Escalation.objects.filter(pk=free[0].pk).update(allowed_decisions=["approve", "reject"])

    page = as_(team.ada).post("/desk/bulk/", {"do": "resolve", "n": [free[0].number]}).content.decode()
    assert "It asks for a decision or a form: answer it on its own page." in page


def test_an_empty_answer_is_asked_for_again(team: Team, free: list[Escalation], as_: As) -> None:
    response = as_(team.ada).post("/desk/bulk/", {"do": "resolve", "n": [free[0].number], "sent": "yes", "notes": " "})

    assert response.status_code == 400
    assert "Write the answer first." in response.content.decode()


def test_a_lead_hands_a_batch_over(team: Team, free: list[Escalation], lead: Reviewer, as_: As) -> None:
    stranger = make_escalation(pool=make_pool())
    Reviewer.objects.filter(pk=lead.pk).update(role=Role.ADMIN)

    said = do(as_(lead), "assign", [*free, stranger], sent="yes", to=str(team.ben.pk), note="Yours.").json()["message"]
    assert said == "5 handed over, 1 skipped: 1 is in a pool that they do not sit in."
    assert stand(free) == [(Status.ASSIGNED, team.ben)] * 5
    assert {each.assigned_by for each in map(fresh, free)} == {"Lea Lead"}


def test_a_reviewer_hands_nothing_over(team: Team, free: list[Escalation], as_: As) -> None:
    said = do(as_(team.ada), "assign", free, sent="yes", to=str(team.ben.pk)).json()["message"]

    assert said == "0 handed over, 5 skipped: 5 are not yours to change."


def test_a_batch_is_a_file(team: Team, free: list[Escalation], as_: As) -> None:
    response = do(as_(team.ada), "csv", free[:2])

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    lines = response.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["Number", *sorted(each.reference for each in free[:2])]


@pytest.mark.parametrize("said", [{"do": "explode"}, {}, {"do": "claim", "n": ["-1", "9" * 30, "x", "\x00"]}])
def test_strange_forms_change_nothing(team: Team, free: list[Escalation], as_: As, said: dict[str, Any]) -> None:
    response = as_(team.ada).post("/desk/bulk/", said)

    assert response.status_code == 302
    assert Escalation.objects.filter(claimed_at__isnull=False).count() == 0


def test_a_link_does_nothing(team: Team, free: list[Escalation], as_: As) -> None:
    assert as_(team.ada).get("/desk/bulk/?do=claim&all=yes").status_code == 302
    assert Escalation.objects.filter(claimed_at__isnull=False).count() == 0
