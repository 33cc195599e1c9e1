"""Who hears when a task goes back to the queue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from escalations import lifecycle, timers
from escalations.models import Escalation, Event
from notifications import audience
from notifications.audience import Happened
from reviewers.models import Pool
from tests.factories import make_escalation, make_reviewer

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(hours=1)


def heard() -> list[str]:
    """Who hears of the last lapse."""
    event = Event.objects.filter(type=Event.Type.LAPSED).order_by("pk").last()
    assert event is not None
    return [each.why.code for each in audience.of(Happened(event, event.escalation.as_of(event), event.escalation))]


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
