"""One test per row of TRANSITIONS, and per refusal."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalations import lifecycle, sandbox
from escalations.answers import Answer
from escalations.models import Escalation, Event, Status
from escalations.refusals import (
    AlreadyAskedAgain,
    CannotTake,
    DifferentAnswer,
    Finished,
    Held,
    NotAllowed,
    NotFinished,
    NotHeld,
    Stale,
)
from reviewers import people
from reviewers.models import Reviewer, Role
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db


def types_of(escalation: Escalation) -> list[str]:
    return [event.type.removeprefix("escalation.") for event in escalation.events.order_by("id")]


def held_by(reviewer: Reviewer) -> int:
    reviewer.refresh_from_db(fields=["held"])
    return reviewer.held


def test_claiming_an_open_one_assigns_it_and_writes_one_event() -> None:
    escalation = make_escalation()
    ada = make_reviewer("Ada")
    claimed = lifecycle.claim(escalation, by=ada)
    assert (claimed.status, claimed.assigned_to_id, claimed.assignee_name) == (Status.ASSIGNED, ada.pk, "Ada")
    assert claimed.claimed_at == claimed.assigned_at
    assert types_of(escalation) == ["created", "claimed"]
    assert held_by(ada) == 1


def test_claiming_what_was_assigned_to_another_moves_it() -> None:
    ada = make_reviewer("Ada")
    escalation = make_escalation()
    grace = make_reviewer("Grace")
    claimed = lifecycle.claim(escalation, by=grace)
    assert claimed.assigned_to_id == grace.pk
    assert (held_by(ada), held_by(grace)) == (0, 1)


def test_claiming_ones_own_keeps_when_it_was_assigned() -> None:
    ada = make_reviewer()
    escalation = make_escalation()
    claimed = lifecycle.claim(escalation, by=ada)
    assert claimed.assigned_at == escalation.assigned_at
    assert claimed.claimed_at is not None


def test_claiming_ones_own_again_changes_nothing() -> None:
    ada = make_reviewer()
    escalation = make_escalation()
    first = lifecycle.claim(escalation, by=ada)
    again = lifecycle.claim(escalation, by=ada)
    assert (again.version, again.claimed_at) == (first.version, first.claimed_at)


def test_a_lost_claim_names_the_holder_and_since_when() -> None:
    ada, grace = make_reviewer("Ada"), make_reviewer("Grace")
    claimed = lifecycle.claim(make_escalation(), by=ada)
    with pytest.raises(Held) as lost:
        lifecycle.claim(claimed, by=grace)
    assert (lost.value.holder_id, lost.value.holder_name, lost.value.since) == (ada.pk, "Ada", claimed.claimed_at)


def test_a_claim_outside_ones_pools_finds_nothing() -> None:
    escalation = make_escalation()
    outsider = make_reviewer(pool=make_pool())
    with pytest.raises(Escalation.DoesNotExist):
        lifecycle.claim(escalation, by=outsider)


@pytest.mark.parametrize("facts", [{"role": Role.READ_ONLY}, {"is_active": False}])
def test_a_claim_by_one_who_may_not_act_is_refused(facts: dict[str, object]) -> None:
    escalation = make_escalation()
    watcher = make_reviewer(**facts)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        lifecycle.claim(escalation, by=watcher)


def test_a_claim_of_an_older_version_is_stale() -> None:
    ada = make_reviewer()
    escalation = make_escalation()
    with pytest.raises(Stale) as stale:
        lifecycle.claim(escalation, by=ada, version=1)
    assert stale.value.version == 2


def test_releasing_frees_it_and_routes_it_on() -> None:
    ada = make_reviewer("Ada")
    escalation = lifecycle.claim(make_escalation(), by=ada)
    grace = make_reviewer("Grace")
    make_escalation()  # Grace was served least
    released = lifecycle.release(escalation, by=ada, reason="lunch")
    assert released.status == Status.ASSIGNED
    assert released.claimed_at is None
    assert types_of(escalation)[-2:] == ["released", "assigned"]
    assert held_by(ada) + held_by(grace) == 2


def test_declining_never_returns_to_the_decliner() -> None:
    ada = make_reviewer("Ada")
    escalation = make_escalation()
    declined = lifecycle.decline(escalation, by=ada, reason="not mine")
    assert (declined.status, declined.assigned_to_id, declined.assigned_at) == (Status.OPEN, None, None)
    assert held_by(ada) == 0
    assert escalation.events.get(type=Event.Type.DECLINED).data == {"reason": "not mine"}


def test_only_the_assignee_declines() -> None:
    make_reviewer("Ada")
    escalation = make_escalation()
    with pytest.raises(Held):
        lifecycle.decline(escalation, by=make_reviewer("Grace"))


def test_releasing_an_open_one_says_that_one_does_not_hold_it() -> None:
    escalation = make_escalation()
    with pytest.raises(NotHeld):
        lifecycle.release(escalation, by=make_reviewer())


def test_a_lead_releases_what_another_holds() -> None:
    ada = make_reviewer("Ada", is_active=True)
    escalation = lifecycle.claim(make_escalation(), by=ada)
    people.deactivate(ada)
    lead = make_reviewer(role=Role.LEAD)
    assert lifecycle.release(escalation, by=lead).assigned_to_id == lead.pk


def test_resolving_what_one_holds_answers_it() -> None:
    ada = make_reviewer("Ada")
    resolved = lifecycle.resolve(lifecycle.claim(make_escalation(), by=ada), by=ada, answer=Answer("Yes, once."))
    assert (resolved.status, resolved.outcome, resolved.resolution_notes) == ("resolved", "answered", "Yes, once.")
    assert (resolved.decided_by_type, resolved.decided_by_name) == ("human", "Ada")
    assert resolved.resolved_at == resolved.finished_at
    assert held_by(ada) == 0


def test_resolving_a_claimable_one_claims_it_in_the_same_statement() -> None:
    make_reviewer("Ada")
    escalation = make_escalation()
    grace = make_reviewer("Grace")
    resolved = lifecycle.resolve(escalation, by=grace, answer=Answer("No."))
    assert (resolved.assigned_to_id, resolved.claimed_at) == (grace.pk, resolved.resolved_at)
    assert types_of(escalation)[-1] == "resolved"


def test_resolving_what_another_holds_is_refused() -> None:
    ada = make_reviewer("Ada")
    escalation = lifecycle.claim(make_escalation(), by=ada)
    with pytest.raises(Held):
        lifecycle.resolve(escalation, by=make_reviewer(), answer=Answer("No."))


def test_the_same_answer_again_is_the_first_result() -> None:
    ada = make_reviewer()
    first = lifecycle.resolve(make_escalation(), by=ada, answer=Answer("Yes"))
    again = lifecycle.resolve(first, by=ada, answer=Answer("Yes"))
    assert (again.version, again.resolved_at) == (first.version, first.resolved_at)


def test_another_answer_afterwards_is_refused() -> None:
    ada = make_reviewer()
    resolved = lifecycle.resolve(make_escalation(), by=ada, answer=Answer("Yes"))
    with pytest.raises(DifferentAnswer):
        lifecycle.resolve(resolved, by=ada, answer=Answer("No"))


def test_an_answer_can_be_corrected_by_its_author() -> None:
    ada = make_reviewer()
    resolved = lifecycle.resolve(make_escalation(), by=ada, answer=Answer("Yes"))
    corrected = lifecycle.correct(resolved, by=ada, answer=Answer("No"))
    assert (corrected.status, corrected.resolution_notes) == (Status.RESOLVED, "No")
    assert types_of(corrected)[-1] == "corrected"


def test_an_answer_is_not_corrected_by_a_colleague() -> None:
    resolved = lifecycle.resolve(make_escalation(), by=make_reviewer(), answer=Answer("Yes"))
    with pytest.raises(NotAllowed):
        lifecycle.correct(resolved, by=make_reviewer(), answer=Answer("No"))


def test_what_has_no_answer_cannot_be_corrected() -> None:
    ada = make_reviewer()
    with pytest.raises(NotFinished):
        lifecycle.correct(make_escalation(), by=ada, answer=Answer("No"))


def test_the_agent_reopens_what_did_not_help() -> None:
    agent = make_agent()
    resolved = lifecycle.resolve(make_escalation(agent=agent), by=make_reviewer(), answer=Answer("Yes"))
    reopened = lifecycle.reopen(resolved, by=agent, reason="still failing")
    assert (reopened.status, reopened.resolved_at, reopened.outcome) == (Status.ASSIGNED, None, None)
    assert types_of(reopened)[-2:] == ["reopened", "assigned"]


def test_a_reviewer_does_not_reopen() -> None:
    resolved = lifecycle.resolve(make_escalation(), by=make_reviewer(), answer=Answer("Yes"))
    with pytest.raises(NotAllowed):
        lifecycle.reopen(resolved, by=make_reviewer())


def test_reopening_beside_a_newer_one_with_the_same_dedupe_key_is_refused() -> None:
    agent = make_agent()
    first = lifecycle.resolve(make_escalation(agent=agent, dedupe_key="k"), by=make_reviewer(), answer=Answer("Yes"))
    make_escalation(agent=agent, dedupe_key="k")
    with pytest.raises(AlreadyAskedAgain):
        lifecycle.reopen(first, by=agent)


def test_the_agent_withdraws_and_withdrawing_again_changes_nothing() -> None:
    agent, ada = make_agent(), make_reviewer()
    cancelled = lifecycle.cancel(make_escalation(agent=agent), by=agent)
    assert (cancelled.status, cancelled.outcome, cancelled.resolved_at) == ("cancelled", "cancelled", None)
    assert held_by(ada) == 0
    assert lifecycle.cancel(cancelled, by=agent).version == cancelled.version


def test_withdrawing_what_is_answered_is_refused() -> None:
    agent = make_agent()
    resolved = lifecycle.resolve(make_escalation(agent=agent), by=make_reviewer(), answer=Answer("Yes"))
    with pytest.raises(Finished) as refused:
        lifecycle.cancel(resolved, by=agent)
    assert refused.value.status == Status.RESOLVED


def test_another_agent_cannot_even_see_it() -> None:
    escalation = make_escalation(agent=make_agent())
    with pytest.raises(Escalation.DoesNotExist):
        lifecycle.cancel(escalation, by=make_agent())


def test_a_lead_hands_a_claimed_one_over() -> None:
    ada, lead = make_reviewer("Ada"), make_reviewer(role=Role.LEAD)
    escalation = lifecycle.claim(make_escalation(), by=ada)
    moved = lifecycle.assign(escalation, to=lead, by=lead, note="mine")
    assert (moved.assigned_to_id, moved.claimed_at) == (lead.pk, None)
    assert (held_by(ada), held_by(lead)) == (0, 1)


def test_nobody_is_handed_what_is_not_in_their_pool() -> None:
    lead = make_reviewer(role=Role.LEAD)
    with pytest.raises(CannotTake):
        lifecycle.assign(make_escalation(), to=make_reviewer(pool=make_pool()), by=lead)


def test_a_reviewer_hands_nothing_over() -> None:
    ada = make_reviewer()
    with pytest.raises(NotAllowed):
        lifecycle.assign(make_escalation(), to=ada, by=ada)


def test_a_sandbox_escalation_is_answered_by_its_rule_and_seen_by_nobody() -> None:
    admin = make_reviewer(role=Role.ADMIN)
    escalation = make_escalation(sandbox=True, metadata={"sandbox": {"resolution_notes": "ok"}})
    later = make_escalation(sandbox=True, metadata={"sandbox": {"after_seconds": 60}})
    assert sandbox.answer_due() == 1
    escalation.refresh_from_db()
    later.refresh_from_db()
    assert (escalation.status, escalation.resolution_notes, escalation.decided_by_type) == ("resolved", "ok", "policy")
    assert later.status == Status.OPEN
    assert not Escalation.objects.visible_to(admin).exists()


def test_each_verb_is_one_statement() -> None:
    ada = make_reviewer()
    escalation = make_escalation()
    with CaptureQueriesContext(
        connection,
    ) as statements:
        lifecycle.claim(escalation, by=ada)
        lifecycle.resolve(escalation, by=ada, answer=Answer("Yes"))
    assert len(statements) == 2
