"""Every page of the admin in a browser: usable by everybody, in light and dark, on a telephone and enlarged."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import timezone
from playwright.sync_api import Page, expect

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Agent, Escalation, Policy, Priority, RoutingRule
from notifications import endpoints
from notifications.models import Attempt, Delivery
from reviewers import duty, feeds, oncall
from reviewers.models import Pool, Reviewer, Role, Rotation, Turn
from tests.browser import Desk
from tests.factories import key_of, make_agent, make_escalation, make_pool, make_reviewer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "telephone": {"viewport": {"width": 360, "height": 780}, "has_touch": True},
}
NARROW: dict[str, dict[str, Any]] = {
    "telephone": LOOKS["telephone"],
    "narrowest": {"viewport": {"width": 320, "height": 700}, "color_scheme": "dark"},
    "enlarged": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},  # 1280 pixels at 200 %
}
PAGES = {
    "escalations": "/escalations/escalation/",
    "filtered": "/escalations/escalation/?status=resolved&agent=refund-bot&from=2020-01-01&q=refund",
    "no match": "/escalations/escalation/?q=nobody+asked+this",
    "escalation": "/escalations/escalation/{escalation.pk}/change/",
    "escalation history": "/escalations/escalation/{escalation.pk}/history/",
    "audit log": "/escalations/event/",
    "event": "/escalations/event/{event.pk}/change/",
    "agents": "/escalations/agent/",
    "agent": "/escalations/agent/{agent.pk}/change/",
    "agent history": "/escalations/agent/{agent.pk}/history/",
    "new agent": "/escalations/agent/add/",
    "keys": "/escalations/apikey/",
    "key": "/escalations/apikey/{key.pk}/change/",
    "new key": "/escalations/apikey/add/",
    "rotate key": "/escalations/apikey/{key.pk}/rotate/",
    "endpoints": "/notifications/endpoint/",
    "endpoint": "/notifications/endpoint/{delivery.endpoint_id}/change/",
    "deliveries": "/notifications/delivery/",
    "delivery": "/notifications/delivery/{delivery.pk}/change/",
    "replay": "/notifications/delivery/replay/",
    "changes": "/admin/logentry/",
    "endpoint history": "/notifications/endpoint/{delivery.endpoint_id}/history/",
    "change": "/admin/logentry/{change.pk}/change/",
    "people": "/reviewers/reviewer/",
    "person": "/reviewers/reviewer/{ada.pk}/change/",
    "pools": "/reviewers/pool/",
    "pool": "/reviewers/pool/{pool.pk}/change/",
    "new pool": "/reviewers/pool/add/",
    "on call": "/desk/oncall/",
    "metrics": "/desk/metrics/",
    "weekly report": "/desk/metrics/report/",
    "rotations": "/reviewers/rotation/",
    "rotation": "/reviewers/rotation/{pool.rotation_id}/change/",
    "new rotation": "/reviewers/rotation/add/",
    "policies": "/escalations/policy/",
    "policy": "/escalations/policy/{policy.pk}/change/",
    "new policy": "/escalations/policy/add/",
    "routing rules": "/escalations/routingrule/",
    "routing rule": "/escalations/routingrule/{rule.pk}/change/",
    "new routing rule": "/escalations/routingrule/add/",
    "dry run": "/escalations/routingrule/dry-run/",
    "tags": "/reviewers/tag/",
    "delete a tag": "/reviewers/tag/refunds/delete/",
    "nothing here": "/no/such/page/",
    "new password": "/password_change/",
}


@dataclass
class Scene:
    root: Reviewer
    ada: Reviewer
    pool: Pool
    agent: Agent
    escalation: Escalation
    delivery: Delivery

    def __post_init__(self) -> None:
        self.event = self.escalation.events.latest("id")
        self.key = key_of(self.agent)
        hour, facts = timedelta(hours=1), {"condition": "unresolved", "action": "notify_manager", "priority": "low"}
        self.policy = Policy.objects.create(name="Low, hourly", after=hour, repeat_every=hour, **facts)
        self.rule = RoutingRule.objects.create(name="Refunds", tag="refunds", pool=self.pool)
        LogEntry.objects.log_actions(self.root.pk, Agent.objects.filter(pk=self.agent.pk), CHANGE, "Paused.")
        self.change = LogEntry.objects.latest("id")


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    """Something of everything, finished and not, delivered and given up, with long words in it."""
    pool = make_pool("Payments")
    ada = make_reviewer("Ada Lovelace", pool=pool, tags=("refunds", "tax-law"))
    root = make_reviewer("Sam Root", pool=pool, role=Role.ADMIN)
    make_on_call(pool, ada, root)
    agent = make_agent("refund-bot", webhook_url="https://agent.example.com/hooks/" + "x" * 60)
    for number, priority in enumerate(Priority):
        text = f"Refund {number} of order 6144 to {'averylongaccountname' * 4}: may I?"
        make_escalation(text, pool=pool, agent=agent, priority=priority, tags=("refunds",), context={"order": 6144})
    answered = lifecycle.resolve(Escalation.objects.earliest("number"), by=ada, answer=Answer("Yes, refund it."))
    Escalation.objects.filter(pk=Escalation.objects.latest("number").pk).update(due_at=timezone.now())
    return Scene(root, ada, pool, agent, answered, make_given_up(agent, answered))


def make_on_call(pool: Pool, *people: Reviewer) -> None:
    """Somebody, somebody else, and a gap."""
    pool.rotation = Rotation.objects.create(name="Weekly", starts_on=date(2023, 12, 25), time_zone="Europe/Berlin")
    pool.save()
    for person in people:
        Turn.objects.create(rotation=pool.rotation, reviewer=person)
        feeds.renew(person, pool.rotation)
    now = timezone.now()
    oncall.take_over(pool.rotation, people[-1], until=now + timedelta(hours=4))
    duty.take_off(people[0], start_at=now, end_at=now + timedelta(days=9))


def make_given_up(agent: Agent, answered: Escalation) -> Delivery:
    endpoint = endpoints.find([(agent, agent.webhook_url)])[agent.pk, agent.webhook_url]
    delivery = Delivery.objects.create(
        endpoint=endpoint,
        agent=agent,
        event=answered.events.latest("id"),
        message_id="msg_" + "0" * 32,
        type="escalation.resolved",
        body=b'{"type": "escalation.resolved", "data": {"resolution_notes": "' + b"long " * 60 + b'"}}',
        status="dead",
        next_attempt_at=None,
        attempts=1,
    )
    Attempt.objects.create(
        delivery=delivery, n=1, finished_at=timezone.now(), ms=812, status_code=503, answer="Service Unavailable"
    )
    return delivery


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_usable_by_everybody(desk: Desk, scene: Scene, look: str) -> None:
    page = desk.open(scene.root, "/escalations/agent/", **LOOKS[look])
    found = {}
    for name, path in PAGES.items():
        page.goto(path.format(**vars(scene)))
        if wrong := desk.violations(page):
            found[name] = wrong

    desk.complaints[:] = [each for each in desk.complaints if "404" not in each]
    assert found == {}


@pytest.mark.parametrize("look", NARROW)
def test_no_page_is_wider_than_its_window(desk: Desk, scene: Scene, look: str) -> None:
    page = desk.open(scene.root, "/escalations/agent/", **NARROW[look])
    found = {}
    for name, path in PAGES.items():
        page.goto(path.format(**vars(scene)))
        found[name] = overflow(page)

    desk.complaints[:] = [each for each in desk.complaints if "404" not in each]
    assert {name: wide for name, wide in found.items() if wide} == {}


def test_a_list_says_what_has_changed_and_moves_nothing(desk: Desk, scene: Scene) -> None:
    page = desk.open(scene.root, "/escalations/escalation/?status=unfinished")
    rows = page.locator("#result_list tbody tr")
    places = {row.locator(".field-reference").inner_text(): row.bounding_box() for row in rows.all()}
    chosen = page.get_by_role("row", name="ESC-").first.get_by_role("checkbox")
    chosen.check()
    first, second = Escalation.objects.unfinished().order_by("-created_at")[:2]

    lifecycle.claim(first, by=scene.ada)
    expect(page.get_by_text("1 escalation on this page has changed.")).to_be_visible()
    lifecycle.resolve(second, by=scene.ada, answer=Answer("Yes."))
    expect(page.get_by_text("2 escalations on this page have changed.")).to_be_visible()
    assert {row.locator(".field-reference").inner_text(): row.bounding_box() for row in rows.all()} == places
    expect(chosen).to_be_checked()
    assert desk.violations(page) == []


def test_a_reload_shows_how_it_stands_and_keeps_what_was_ticked(desk: Desk, scene: Scene) -> None:
    page = desk.open(scene.root, "/escalations/escalation/?status=unfinished")
    last = Escalation.objects.unfinished().earliest("created_at")
    newest = Escalation.objects.unfinished().latest("created_at")
    page.get_by_role("row", name=last.reference).get_by_role("checkbox").check()

    lifecycle.resolve(newest, by=scene.ada, answer=Answer("Yes."))
    page.get_by_role("link", name="Reload").click()
    expect(page.get_by_role("row", name=newest.reference)).to_have_count(0)
    expect(page.get_by_role("row", name=last.reference).get_by_role("checkbox")).to_be_checked()
    expect(page.get_by_text("1 of 2 selected")).to_be_visible()


def test_what_changes_elsewhere_is_not_told(desk: Desk, scene: Scene) -> None:
    page = desk.open(scene.root, "/escalations/escalation/?status=resolved")
    lifecycle.claim(Escalation.objects.unfinished().earliest("created_at"), by=scene.ada)

    lifecycle.correct(scene.escalation, by=scene.ada, answer=Answer("No."))
    expect(page.get_by_text("1 escalation on this page has changed.")).to_be_visible()


def test_the_page_of_an_escalation_says_who_changed_it(desk: Desk, scene: Scene) -> None:
    escalation = Escalation.objects.unfinished().earliest("created_at")
    page = desk.open(scene.root, f"/escalations/escalation/{escalation.pk}/change/")
    expect(page.get_by_role("link", name="Reload")).to_be_hidden()

    lifecycle.claim(escalation, by=scene.ada)
    expect(page.get_by_text("Ada Lovelace changed this just now.")).to_be_visible()
    page.get_by_role("link", name="Reload").click()
    expect(page.get_by_role("link", name="Reload")).to_be_hidden()


def test_many_are_assigned_by_keyboard_alone(desk: Desk, scene: Scene) -> None:
    ben = make_reviewer("Ben Okafor", pool=scene.pool)
    page = desk.open(scene.root, "/escalations/escalation/?status=unfinished")
    page.get_by_role("checkbox", name="Select all").press("Space")
    page.locator("select[name=action]").press("A")
    page.get_by_role("button", name="Go").press("Enter")
    page.get_by_label("Give them to").press("B")
    assert desk.violations(page) == []
    page.get_by_role("button", name="Assign to somebody").press("Enter")

    expect(page.get_by_text("3 escalations are with Ben Okafor now.")).to_be_visible()
    assert Escalation.objects.filter(assigned_to=ben).count() == 3


def test_a_secret_is_shown_once_and_can_be_copied(desk: Desk, scene: Scene) -> None:
    page = desk.open(scene.root, f"/escalations/agent/{scene.agent.pk}/change/")
    page.get_by_role("button", name="New webhook secret").click()

    expect(page.get_by_label("New secret", exact=False)).to_have_value(re.compile("^whsec_"))
    expect(page.get_by_role("button", name="Copy")).to_be_visible()
    assert desk.violations(page) == []


def test_without_javascript_lists_are_filtered_and_exported(desk: Desk, scene: Scene) -> None:
    page = desk.open(scene.root, "/escalations/escalation/", java_script_enabled=False)
    page.get_by_label("Status").select_option("resolved")
    page.get_by_role("button", name="Find").click()
    page.locator("#result_list input.action-select").check()
    page.locator("select[name=action]").select_option("export_csv")
    with page.expect_download() as download:
        page.get_by_role("button", name="Go").click()

    assert scene.escalation.reference in download.value.path().read_text()
