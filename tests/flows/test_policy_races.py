"""Real threads: sweeps beside each other, and people beside sweeps."""

from datetime import timedelta

import pytest
from django.db.models import F

from escalations import lifecycle, policies
from escalations.models import Escalation, Event, Policy, Step
from escalations.refusals import Refusal
from tests.factories import make_agent, make_escalation, make_reviewer
from tests.flows.test_races import together

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


def test_sweeps_beside_each_other_and_beside_claims_do_each_step_once() -> None:
    Policy.objects.all().delete()
    Policy.objects.create(name="Notice", condition="unclaimed", after=HOUR, action="notify_manager")
    ada, agent = make_reviewer("Ada"), make_agent()
    waiting = [make_escalation(agent=agent) for _ in range(40)]
    Escalation.objects.update(created_at=F("created_at") - HOUR)

    def claim() -> None:
        for escalation in waiting[::2]:
            try:
                lifecycle.claim(escalation.pk, by=ada)
            except Refusal:
                raise AssertionError(escalation) from None

    together([policies.sweep, policies.sweep, policies.sweep, claim])
    told = list(Event.objects.filter(type=Event.Type.MANAGER_NOTIFIED).values_list("escalation", flat=True))
    assert len(told) == len(set(told)) == Step.objects.count()
    assert {escalation.pk for escalation in waiting[1::2]} <= set(told)
    assert not Event.objects.filter(type=Event.Type.MANAGER_NOTIFIED, facts__claimed_at__isnull=False).exclude(
        facts__claimed_at=None
    )
