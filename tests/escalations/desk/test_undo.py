"""Undo: the whole batch is as it was, but nothing that has moved on meanwhile is touched."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from escalations import lifecycle
from escalations.desk import undo
from escalations.models import Escalation, Status
from reviewers.models import Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.escalations.desk.test_bulk import do, fresh, stand
from tests.factories import make_escalation, make_reviewer

As = Callable[[Reviewer], Client]
JSON = {"accept": "application/json"}


@pytest.fixture
def free(team: Team) -> list[Escalation]:
    return [make_escalation(pool=team.pool) for _ in range(4)]


def take_back(client: Client, **said: str) -> Any:
    return client.post("/desk/undo/", said, headers=JSON)


def test_a_claimed_batch_is_given_back(team: Team, free: list[Escalation], as_: As) -> None:
    client = as_(team.ada)
    token = do(client, "claim", free).json()["undo"]

    assert take_back(client, token=token).json()["message"] == "All 4 are as they were."
    assert [fresh(each).claimed_at for each in free] == [None] * 4


def test_released_ones_are_claimed_again(team: Team, free: list[Escalation], as_: As) -> None:
    client = as_(team.ada)
    do(client, "claim", free)
    do(client, "release", free)

    assert take_back(client).json()["message"] == "All 4 are as they were."
    assert stand(free) == [(Status.ASSIGNED, team.ada)] * 4
    assert all(fresh(each).claimed_at for each in free)


def test_a_snooze_ends_and_what_was_free_is_free_again(team: Team, free: list[Escalation], as_: As) -> None:
    client = as_(team.ada)
    lifecycle.claim(free[0], by=team.ada)
    do(client, "snooze", free[:2], sent="yes", until="reply")
    take_back(client)

    held, loose = fresh(free[0]), fresh(free[1])
    assert (held.is_snoozed, held.assigned_to, held.claimed_at is not None) == (False, team.ada, True)
    assert (loose.is_snoozed, loose.claimed_at) == (False, None)


def test_handed_over_ones_go_back_to_who_had_them(team: Team, free: list[Escalation], as_: As) -> None:
    lead = make_reviewer("Lea Lead", role=Role.ADMIN)
    before = stand(free)
    client = as_(lead)
    do(client, "assign", free, sent="yes", to=str(team.ben.pk))
    take_back(client)

    assert stand(free) == before


def test_what_somebody_has_begun_meanwhile_is_left_to_them(team: Team, free: list[Escalation], as_: As) -> None:
    lead = make_reviewer("Lea Lead", role=Role.ADMIN)
    client = as_(lead)
    do(client, "assign", free[:2], sent="yes", to=str(team.ben.pk))
    lifecycle.claim(free[0], by=team.ben)

    assert take_back(client).json()["message"] == "1 of 2 are as they were; the others have moved on meanwhile."
    assert (fresh(free[0]).assigned_to, fresh(free[0]).claimed_at is not None) == (team.ben, True)


def test_a_lead_takes_nothing_from_who_has_it_now(team: Team, free: list[Escalation], as_: As) -> None:
    lead = make_reviewer("Lea Lead", role=Role.ADMIN)
    client = as_(lead)
    do(client, "claim", free[:1])
    lifecycle.assign(free[0], to=team.ben, by=lead)
    take_back(client)

    assert fresh(free[0]).assigned_to == team.ben


def test_it_is_undone_once(team: Team, free: list[Escalation], as_: As) -> None:
    client = as_(team.ada)
    do(client, "claim", free[:1])
    take_back(client)

    response = take_back(client)
    assert (response.status_code, response.json()["message"]) == (409, "There is nothing left to undo.")


def test_an_old_toast_does_not_undo_what_was_done_since(team: Team, free: list[Escalation], as_: As) -> None:
    client = as_(team.ada)
    old = do(client, "claim", free[:1]).json()["undo"]
    do(client, "claim", free[1:2])

    assert take_back(client, token=old).status_code == 409
    assert all(fresh(each).claimed_at for each in free[:2])


def test_after_a_while_it_stays_done(
    team: Team, free: list[Escalation], as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_(team.ada)
    do(client, "claim", free[:1])
    later = time.time() + undo.WITHIN + 1
    monkeypatch.setattr(time, "time", lambda: later)

    assert take_back(client).status_code == 409


def test_without_javascript_the_page_has_the_button(team: Team, free: list[Escalation], as_: As) -> None:
    client = as_(team.ada)
    client.post("/desk/bulk/", {"do": "claim", "n": [free[0].number]})
    page = client.get("/").content.decode()
    assert "You claimed 1." in page

    said = client.post("/desk/undo/", {"query": "view=overdue"}, follow=True)
    assert said.redirect_chain == [("/?view=overdue", 302)]
    assert "Undone." in said.content.decode()


def test_taking_next_can_be_undone(team: Team, free: list[Escalation], as_: As) -> None:
    client = as_(team.ada)
    client.post("/desk/next/")
    take_back(client)

    assert [fresh(each).claimed_at for each in free] == [None] * 4


def test_an_answer_is_the_last_thing_done_and_is_not_taken_back(team: Team, free: list[Escalation], as_: As) -> None:
    client = as_(team.ada)
    do(client, "claim", free[:1])
    client.post(f"/desk/e/{free[0].reference}/resolve/", {"notes": "Yes."})
    assert fresh(free[0]).status == Status.RESOLVED
    assert take_back(client).status_code == 409
