"""Who hears when a task goes back to the queue, or becomes urgent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from escalations import lifecycle, priorities, timers
from escalations.models import Escalation, Event, Priority
from notifications import audience
from notifications.audience import Happened, Heard
from reviewers.models import Pool, Reviewer
from tests.factories import default_pool, make_escalation, make_reviewer

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(hours=1)


def heard() -> list[str]:
    """As what people hear of the last lapse."""
    return [each.why.code for each in of_the_last(Event.Type.LAPSED)]


def of_the_last(type_: Event.Type) -> list[Heard]:
    event = Event.objects.filter(type=type_).order_by("pk").last()
    assert event is not None
    return audience.of(Happened(event, event.escalation.as_of(event), event.escalation))


def lapse(escalation: Escalation) -> None:
    Escalation.objects.filter(pk=escalation.pk).update(assigned_at=timezone.now() - LONG_AGO)
    assert timers.lapse(Escalation.objects.get(pk=escalation.pk))


def leave(escalation: Escalation) -> None:
    claimed = Escalation.objects.select_related("assigned_to").get(pk=escalation.pk)
    assert claimed.assigned_to
    lifecycle.claim(claimed, by=claimed.assigned_to)
    Escalation.objects.filter(pk=claimed.pk).update(lease_until=timezone.now() - LONG_AGO)
    assert timers.lapse_claim(Escalation.objects.get(pk=claimed.pk))


@pytest.fixture
def asked() -> Escalation:
    """With three who could take it, and somebody who hears in place of the on-call."""
    for name in ("Ada", "Ben", "Cleo"):
        manager = make_reviewer(name)
    Pool.objects.update(assign_within_since=None, manager=manager)
    return make_escalation()


def test_the_second_who_does_not_claim_it_is_news_for_the_on_call(asked: Escalation) -> None:
    lapse(asked)
    assert heard() == []
    lapse(asked)
    assert heard() == ["lapsed"]


def test_what_was_claimed_and_left_is_not(asked: Escalation) -> None:
    leave(asked)
    leave(asked)
    assert heard() == []
    lapse(asked)
    assert heard() == []


def test_whoever_has_it_and_the_on_call_hear_that_it_is_urgent(asked: Escalation) -> None:
    Pool.objects.update(manager=Reviewer.objects.exclude(escalations=asked).first())
    priorities.change(asked, to=Priority.HIGH, by=asked.agent)
    assert of_the_last(Event.Type.PRIORITY_CHANGED) == []
    priorities.change(asked, to=Priority.URGENT, by=asked.agent)
    told = of_the_last(Event.Type.PRIORITY_CHANGED)
    assert {each.reviewer for each in told} == {asked.assigned_to_id, default_pool().manager_id}


def test_once_claimed_only_its_holder_hears_that_it_is_urgent(asked: Escalation) -> None:
    assert asked.assigned_to
    Pool.objects.update(manager=Reviewer.objects.exclude(escalations=asked).first())
    lifecycle.claim(asked, by=asked.assigned_to)
    priorities.change(asked, to=Priority.URGENT, by=asked.agent)
    assert [each.reviewer for each in of_the_last(Event.Type.PRIORITY_CHANGED)] == [asked.assigned_to_id]
