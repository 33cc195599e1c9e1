"""Many escalations at once: exported, assigned, released; with a report of what was skipped and why."""

from typing import Any

import pytest
from django.test import Client

from escalations import export, lifecycle
from escalations.admin import bulk
from escalations.models import Escalation
from reviewers.models import Pool, Reviewer, Role
from tests.escalations.admin.conftest import As
from tests.factories import make_escalation, make_pool, make_reviewer

LIST = "/escalations/escalation/"


def run(client: Client, action: str, *chosen: Escalation, query: str = "", **given: Any) -> Any:
    ticked = [str(each.pk) for each in chosen]
    return client.post(f"{LIST}{query}", {"action": action, "index": "0", "_selected_action": ticked, **given})


def said(response: Any) -> list[str]:
    return [str(message) for message in response.wsgi_request._messages]


def test_those_chosen_are_exported(as_: As, ada: Reviewer, pool: Pool) -> None:
    chosen, _other = make_escalation("=1+1", pool=pool), make_escalation(pool=pool)

    answer = run(as_(ada), "export_csv", chosen)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [chosen.reference]
    assert ",'=1+1," in lines[1]


def test_all_that_match_are_exported(as_: As, ada: Reviewer, pool: Pool) -> None:
    wanted = [make_escalation(pool=pool, priority="high") for _ in range(2)]
    other = make_escalation(pool=pool)

    answer = run(as_(ada), "export_csv", other, query="?priority=high", select_across="1").content.decode()
    assert [each.reference in answer for each in (*wanted, other)] == [True, True, False]


def test_what_ones_pools_do_not_show_is_not_exported(as_: As, ada: Reviewer) -> None:
    elsewhere = make_escalation(pool=make_pool())

    assert elsewhere.reference not in run(as_(ada), "export_csv", elsewhere).content.decode()


def test_too_many_for_a_file_are_told_so(as_: As, ada: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "AT_MOST", 1)
    chosen = [make_escalation(pool=pool) for _ in range(2)]

    response = run(as_(ada), "export_csv", *chosen)
    assert (response.status_code, len(said(response))) == (302, 1)
    assert "Narrow the list" in said(response)[0]


@pytest.mark.parametrize("ticked", ["x", "1", "'", "\u202e"])
def test_a_selection_that_is_none_breaks_nothing(as_: As, ada: Reviewer, pool: Pool, ticked: str) -> None:
    response = as_(ada).post(LIST, {"action": "export_csv", "index": "0", "_selected_action": [ticked]})

    assert response.status_code == 302
    assert said(response) == ["Nothing was done: that selection cannot be read. Select again."]


def test_a_lead_is_asked_first_to_whom(as_: As, lead: Reviewer, ada: Reviewer, pool: Pool) -> None:
    chosen = make_escalation(pool=pool)
    before = chosen.version

    page = run(as_(lead), "hand_over", chosen).content.decode()
    assert "1 escalation is chosen" in page
    assert ada.display_name in page
    chosen.refresh_from_db()
    assert chosen.version == before


def test_a_lead_assigns_many_and_hears_what_was_skipped(as_: As, lead: Reviewer, ada: Reviewer, pool: Pool) -> None:
    chosen = [make_escalation(pool=pool) for _ in range(3)]
    lifecycle.cancel(chosen[0], by=chosen[0].agent)

    response = run(as_(lead), "hand_over", *chosen, confirmed="yes", to=str(ada.pk), note="You know them.")
    for each in chosen[1:]:
        each.refresh_from_db()
        assert (each.assigned_to, each.events.latest("id").data) == (ada, {"note": "You know them."})
    assert said(response) == [
        "2 escalations are with Ada now.",
        f"Skipped 1: {chosen[0].reference}. It is cancelled already. Nothing was changed.",
    ]


def test_a_lead_releases_many(as_: As, lead: Reviewer, ada: Reviewer, pool: Pool) -> None:
    held, open_one = make_escalation(pool=pool), make_escalation(pool=make_pool())
    lifecycle.claim(held, by=ada)

    response = run(as_(lead), "give_back", held, open_one, confirmed="yes", note="Ada is ill.")
    assert said(response) == ["1 escalation was released. Whoever is next gets it."]
    assert held.events.filter(type="escalation.released").get().data == {"reason": "Ada is ill."}


def test_somebody_of_another_pool_cannot_be_chosen(as_: As, lead: Reviewer, pool: Pool) -> None:
    chosen, stranger = make_escalation(pool=pool), make_reviewer(pool=make_pool())

    page = run(as_(lead), "hand_over", chosen, confirmed="yes", to=str(stranger.pk)).content.decode()
    assert "Choose somebody of your pools." in page


@pytest.mark.parametrize("action", ["hand_over", "give_back"])
@pytest.mark.parametrize("role", [Role.REVIEWER, Role.READ_ONLY])
def test_others_are_not_offered_it(as_: As, pool: Pool, ada: Reviewer, action: str, role: Role) -> None:
    held = lifecycle.claim(make_escalation(pool=pool), by=ada)

    response = run(as_(make_reviewer(pool=pool, role=role)), action, held, confirmed="yes", to=str(ada.pk))
    before = held.version
    held.refresh_from_db()
    assert (held.version, said(response)) == (before, ["No action selected."])


def test_no_more_than_a_limit_are_changed_at_once(
    as_: As, lead: Reviewer, ada: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_MOST", 2)
    chosen = [make_escalation(pool=pool) for _ in range(3)]

    assert "No more than 2 are changed at once." in run(as_(lead), "hand_over", *chosen).content.decode()
    response = run(as_(lead), "hand_over", *chosen, confirmed="yes", to=str(ada.pk))
    assert said(response) == ["2 escalations are with Ada now."]


def test_reasons_are_told_once_for_all_they_apply_to(as_: As, lead: Reviewer, ada: Reviewer, pool: Pool) -> None:
    chosen = [make_escalation(pool=pool) for _ in range(25)]
    for each in chosen:
        lifecycle.cancel(each, by=each.agent)

    (line,) = said(run(as_(lead), "hand_over", *chosen, confirmed="yes", to=str(ada.pk)))
    assert line.startswith("Skipped 25: ESC-")
    assert " …. It is cancelled already." in line
