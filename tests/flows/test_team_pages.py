"""The pages of the team, of one's hours and of the routing rules, in a browser: usable by everybody."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from escalations import lifecycle
from escalations.models import Escalation, RoutingRule
from reviewers import duty
from reviewers.hours import Hours
from reviewers.models import Pool, Reviewer, Role
from tests.browser import Desk
from tests.factories import make_escalation, make_reviewer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "telephone": {"viewport": {"width": 360, "height": 780}, "has_touch": True},
}
PAGES = {
    "hours": "/desk/hours/",
    "team": "/desk/team/",
    "member": "/desk/team/{ada.pk}/",
    "who": "/desk/team/pools/{pool.pk}/?priority=urgent&tags=law",
    "pool": "/reviewers/pool/{pool.pk}/change/",
    "rules": "/escalations/routingrule/",
    "rule": "/escalations/routingrule/{rule.pk}/change/",
    "new rule": "/escalations/routingrule/add/",
    "dry run": "/escalations/routingrule/dry-run/?rule={rule.pk}",
}


@pytest.fixture
def root(pool: Pool, ada: Reviewer, ben: Reviewer) -> Reviewer:
    """Somebody on duty with work, somebody away, somebody with time off ahead, and one who sees all of it."""
    now = datetime.now(UTC)
    duty.keep_hours(ada, zone="Europe/Berlin", hours=[Hours(day, time(9), time(17)) for day in range(5)])
    duty.take_off(ada, start_at=now + timedelta(days=2), end_at=now + timedelta(days=4), note="Family")
    duty.go_away(ben, until=now + timedelta(hours=1))
    make_reviewer("Cleopatra van der Longname-Extraordinary", pool=pool, tags=("law",), capacity=5)
    root = make_reviewer("Sam Root", pool=pool, role=Role.ADMIN)
    for number in range(3):
        make_escalation(f"May I refund order {number}?", pool=pool, tags=("law",) if number else ())
    duty.take_off(root, start_at=now + timedelta(days=9), end_at=now + timedelta(days=10), note="Dentist")
    return root


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_the_team_is_usable_by_everybody(
    desk: Desk, root: Reviewer, ada: Reviewer, pool: Pool, look: str
) -> None:
    rule = RoutingRule.objects.create(
        name="Gold customers", pool=Pool.objects.get(is_default=True), tag="law", overrules_agent=True, is_active=False
    )
    page = desk.open(root, "/desk/hours/", **LOOKS[look])
    found: dict[str, Any] = {}
    for name, path in PAGES.items():
        page.goto(path.format(ada=ada, pool=pool, rule=rule))
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[name] = [*desk.violations(page), *([f"{wide} pixels too wide"] if wide else [])]
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_without_javascript_a_lead_gives_back_what_an_ill_person_holds(
    desk: Desk, pool: Pool, ada: Reviewer, ben: Reviewer
) -> None:
    lead = make_reviewer("Lea Lead", pool=pool, role=Role.LEAD, capacity=0)
    held = make_escalation(pool=pool)
    lifecycle.claim(held, by=ada)
    page = desk.open(lead, "/desk/team/", java_script_enabled=False)
    page.get_by_role("link", name="Ada Lovelace is ill or away").click()
    page.get_by_label("Give back everything they hold").check()
    page.get_by_role("button", name="Set to away").click()
    expect(page.get_by_text("1 task was given back")).to_be_visible()
    assert Escalation.objects.get(pk=held.pk).assigned_to == ben
