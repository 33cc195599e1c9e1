"""The one JSON shape of an escalation, now and as it was."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from escalations import lifecycle
from escalations.answers import Answer
from escalations.api.representation import moment, represent
from escalations.models import Escalation, Event
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_escalation_is_shown_as_it_was_after_an_event() -> None:
    ada = factories.make_reviewer("Ada")
    escalation = factories.make_escalation(context={"order": 6144})
    lifecycle.resolve(escalation, by=ada, answer=Answer("Yes"))
    then = represent(Escalation.objects.with_names().get(pk=escalation.pk))
    lifecycle.reopen(escalation, by=escalation.agent, via=factories.key_of(escalation.agent))
    now = Escalation.objects.with_names().get(pk=escalation.pk)
    assert represent(now)["resolution"] is None
    assert represent(now.as_of(now.events.get(type=Event.Type.RESOLVED))) == then
    created = represent(now.as_of(now.events.get(type=Event.Type.CREATED)))
    assert (created["status"], created["assignee_name"], created["version"]) == ("open", None, 1)


def test_a_row_without_its_context_does_not_read_it() -> None:
    factories.make_escalation(context={"order": 6144})
    row = Escalation.objects.defer("context_data").with_names().get()
    assert "context_data" not in represent(row, context=False)
    assert "context_data" in row.get_deferred_fields()


def test_a_moment_is_in_utc() -> None:
    at = datetime(2026, 1, 31, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert moment(at) == "2026-01-31T12:00:00.000005Z"
    assert moment(datetime(2026, 1, 31, 12, tzinfo=UTC)) == "2026-01-31T12:00:00Z"
    assert moment(None) is None
