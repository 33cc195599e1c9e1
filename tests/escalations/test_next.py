from datetime import timedelta

import pytest
from django.utils import timezone

from escalations import lifecycle
from escalations.models import Escalation
from tests.factories import make_escalation, make_reviewer

pytestmark = pytest.mark.django_db


def test_next_is_the_most_urgent_one() -> None:
    low, urgent = make_escalation(priority="low"), make_escalation(priority="urgent")
    ada = make_reviewer()
    taken = [lifecycle.take_next(by=ada), lifecycle.take_next(by=ada), lifecycle.take_next(by=ada)]
    assert [one.pk if one else None for one in taken] == [urgent.pk, low.pk, None]


def test_next_passes_over_what_is_assigned_to_another_unless_it_is_urgent() -> None:
    make_reviewer("Ada")
    make_escalation(priority="medium")
    urgent = make_escalation(priority="urgent")
    grace = make_reviewer("Grace")
    first, second = lifecycle.take_next(by=grace), lifecycle.take_next(by=grace)
    assert first is not None
    assert (first.pk, second) == (urgent.pk, None)


def test_next_passes_over_tags_one_does_not_hold_and_what_one_declined() -> None:
    make_escalation(tags=("law",))
    ada = make_reviewer()
    declined = make_escalation()
    lifecycle.decline(declined, by=ada)
    assert lifecycle.take_next(by=ada) is None


def test_old_low_ones_come_before_new_urgent_ones_in_the_end() -> None:
    low = make_escalation(priority="low")
    Escalation.objects.filter(pk=low.pk).update(queue_at=timezone.now() - timedelta(seconds=1))
    make_escalation(priority="urgent")
    taken = lifecycle.take_next(by=make_reviewer())
    assert taken is not None
    assert taken.pk == low.pk
