"""Whoever is responsible is called, and by several rules at once only once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from escalations import lifecycle, log, policies
from escalations.models import Event
from notifications import notices
from notifications.models import Bundled, Delivery
from notifications.sender import Sender
from tests.factories import default_pool, make_escalation
from tests.notifications.test_notices import put_on_call, tell
from tests.reviewers.mailbox import Mailbox

pytestmark = pytest.mark.django_db


def test_whom_two_rules_call_at_once_is_called_once(mail: Mailbox) -> None:
    """Urgent and nobody can take it: as the one on call, and by the policy for that."""
    olga = put_on_call("Olga", default_pool())
    make_escalation(priority="urgent")
    policies.sweep()
    assert Event.objects.filter(type=Event.Type.ON_CALL_NOTIFIED).exists()

    tell()

    assert [letter["To"] for letter in mail.letters] == [olga.email]


def test_the_second_rule_may_come_with_a_later_sweep(mail: Mailbox) -> None:
    put_on_call("Olga", default_pool())
    make_escalation(priority="urgent")
    tell()
    policies.sweep()
    tell()

    assert len(mail.letters) == 1


def test_who_was_called_a_while_ago_is_called_again(mail: Mailbox) -> None:
    olga = put_on_call("Olga", default_pool())
    escalation = make_escalation(priority="urgent")
    tell()
    Delivery.objects.update(created_at=timezone.now() - notices.WITHIN)
    log.note(Event.Type.ON_CALL_NOTIFIED, [(escalation.pk, {"policy": "p", "reviewers": [str(olga.pk)]})])
    tell()

    assert len(mail.letters) == 2


def test_each_task_calls(mail: Mailbox) -> None:
    put_on_call("Olga", default_pool())
    for _n in range(3):
        make_escalation(priority="urgent")
    policies.sweep()
    tell()

    assert len(mail.letters) == 3


def test_a_call_in_a_digest_is_a_call(mail: Mailbox) -> None:
    put_on_call("Olga", default_pool())
    for _n in range(notices.ALONE + 2):
        make_escalation(priority="urgent")
    tell()
    policies.sweep()
    tell()

    assert len(mail.letters) == notices.ALONE
    assert Bundled.objects.count() == 2
    Delivery.objects.filter(type="notice.digest").update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    Sender(for_people=True).run()
    assert len(mail.letters) == notices.ALONE + 1


def test_what_is_over_calls_nobody(mail: Mailbox) -> None:
    put_on_call("Olga", default_pool())
    escalation = make_escalation(priority="urgent")
    lifecycle.cancel(escalation.pk, by=escalation.agent)
    tell()

    assert mail.letters == []
