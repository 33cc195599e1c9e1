import pytest

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Event
from tests.factories import key_of, make_agent, make_escalation, make_reviewer

pytestmark = pytest.mark.django_db


def test_every_event_carries_the_facts_as_they_are_after_it() -> None:
    ada = make_reviewer("Ada")
    resolved = lifecycle.resolve(make_escalation(), by=ada, answer=Answer("Yes"))
    created, assigned, answered = resolved.events.order_by("id")
    assert (created.facts["status"], created.facts["version"], created.facts["assigned_to"]) == ("open", 1, None)
    assert (assigned.facts["status"], assigned.facts["assignee_name"]) == ("assigned", "Ada")
    past = resolved.as_of(assigned)
    assert (past.status, past.resolution_notes, past.version, past.is_finished) == ("assigned", None, 2, False)
    assert resolved.as_of(answered).resolved_at == resolved.resolved_at


def test_an_event_names_the_person_and_the_key() -> None:
    ada, agent = make_reviewer(), make_agent()
    key = key_of(agent)
    escalation = lifecycle.claim(make_escalation(agent=agent), by=ada, via=key)
    event = escalation.events.get(type=Event.Type.CLAIMED)
    assert (event.reviewer_id, event.key_id, event.actor_type) == (ada.pk, key.pk, "reviewer")
