"""What somebody claimed and leaves: the page warns, any act keeps it, and it says when it is gone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from escalations import backlog, lifecycle
from escalations.models import Escalation
from tests.browser import Desk
from tests.factories import make_agent, make_escalation, make_reviewer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WARNING = "You have not touched this for 13 min. It goes back to the queue in 2 min."


@pytest.fixture
def held() -> Escalation:
    """Ada has claimed what an agent asked."""
    return lifecycle.claim(make_escalation(agent=make_agent("refunds")), by=make_reviewer("Ada"))


def leave(escalation: Escalation, seconds: int) -> None:
    """As if nobody had touched it until so shortly before it lapses; the page hears of it with the agent's word."""
    until = timezone.now() + timedelta(seconds=seconds)
    Escalation.objects.filter(pk=escalation.pk).update(lease_until=until)
    lifecycle.reply(escalation.pk, by=escalation.agent, message="Are you there?")


def opened(desk: Desk, escalation: Escalation) -> Page:
    return desk.open(escalation.assigned_to, f"/desk/e/{escalation.reference}/")


def until(escalation: Escalation) -> timedelta:
    now = Escalation.objects.get(pk=escalation.pk)
    assert now.lease_until is not None
    return now.lease_until - timezone.now()


def test_the_warning_is_answered_by_keyboard(desk: Desk, held: Escalation) -> None:
    page = opened(desk, held)
    warning = page.locator("#lease .lease").first
    expect(warning).to_be_hidden()
    expect(page.locator("#alike .found a")).to_have_count(0)  # the scripts have run to their end
    leave(held, 119)
    expect(warning).to_be_visible()
    expect(warning).to_contain_text(WARNING)
    assert desk.violations(page) == []
    page.locator("#lease button").first.focus()
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    expect(page.locator("#toasts")).to_contain_text("It stays yours.")
    assert until(held) > timedelta(minutes=14)


def test_any_key_keeps_it_and_a_lapse_is_said_beside_what_was_typed(desk: Desk, held: Escalation) -> None:
    page = opened(desk, held)
    warning = page.locator("#lease .lease").first
    leave(held, 60)
    expect(warning).to_be_visible()
    page.locator("#id_notes").press("x")
    expect(warning).to_be_hidden()
    assert until(held) > timedelta(minutes=14)
    Escalation.objects.filter(pk=held.pk).update(lease_until=timezone.now())
    make_reviewer("Ben")
    backlog.sweep()
    expect(page.locator("#lease")).to_contain_text("because you did nothing with it for too long")
    expect(page.locator("#id_notes")).to_have_value("x")
