"""The pages of being on call and of notifications, in a browser: usable by everybody."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from notifications import channels, quiet
from notifications.models import Delivery, Kind
from notifications.sender import Sender
from reviewers import duty, swaps
from reviewers.models import Pool, Reviewer, Role, Rotation, Swap, Turn
from reviewers.swaps import Stretch, Terms
from tests.browser import Desk
from tests.factories import make_reviewer
from tests.flows.test_team_pages import LOOKS
from tests.reviewers import mailbox
from tests.reviewers.mailbox import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = {
    "on call": "/desk/oncall/",
    "swap": "/desk/oncall/{rotation.pk}/swap/",
    "notifications": "/desk/notifications/",
    "team": "/desk/team/",
    "people": "/reviewers/reviewer/?standing=unreached",
}


@pytest.fixture
def rotation(settings: Settings, pool: Pool, ada: Reviewer, ben: Reviewer) -> Rotation:
    """With an open offer, one that was declined, a gap, and somebody whom nothing reaches."""
    settings.HAS_EMAIL = True
    now = datetime.now(UTC)
    made = Rotation.objects.create(
        name="Lawyers", starts_on=(now - timedelta(days=3)).date(), length_days=1, time_zone="Europe/Berlin"
    )
    for position, person in enumerate((ada, ben)):
        Turn.objects.create(rotation=made, reviewer=person, position=position)
    Pool.objects.filter(pk=pool.pk).update(rotation=made)
    first, second = [each for each in swaps.shifts(made, now) if each.in_turn == ada][1:3]
    theirs = next(each for each in swaps.shifts(made, now) if each.in_turn == ben and each.start > second.end)
    back = Stretch(theirs.start, theirs.end)
    swaps.offer(made, Terms(ada, ben, Stretch(first.start, first.end), back))
    swaps.decline(swaps.offer(made, Terms(ada, ben, Stretch(second.start, second.end))), by=ben)
    duty.take_off(ben, start_at=now + timedelta(days=6), end_at=now + timedelta(days=7))
    address = channels.reach([ben])[ben.pk][Kind.EMAIL]
    for _n in range(channels.DEAD_IN_A_ROW):
        Delivery.objects.create(
            endpoint=address, message_id="m", type="notice.test", body=b"{}", status="dead", next_attempt_at=None
        )
    quiet.keep(ada, time(22), time(6, 30))
    return made


@pytest.fixture
def root(pool: Pool, rotation: Rotation) -> Reviewer:
    return make_reviewer("Sam Root", pool=pool, role=Role.ADMIN)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_on_call_is_usable_by_everybody(desk: Desk, root: Reviewer, rotation: Rotation, look: str) -> None:
    page = desk.open(root, "/desk/oncall/", **LOOKS[look])
    found: dict[str, Any] = {}
    for name, path in PAGES.items():
        page.goto(path.format(rotation=rotation))
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[name] = [*desk.violations(page), *([f"{wide} pixels too wide"] if wide else [])]
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_swap_goes_round_and_a_test_is_seen_arriving(
    desk: Desk, settings: Settings, ada: Reviewer, ben: Reviewer, rotation: Rotation
) -> None:
    page = desk.open(ben, "/desk/oncall/")
    page.get_by_role("button", name=f"Accept the swap with {ada}").click()
    expect(page.get_by_text("You are on call for it now.")).to_be_visible()
    assert Swap.objects.filter(state="accepted").count() == 1

    with mailbox.serve(Mailbox(), settings):
        page.get_by_role("button", name="Page me").click()
        expect(page.locator("#paged")).to_contain_text("On its way")
        Sender(for_people=True).run()
        expect(page.locator("#paged")).to_contain_text("Arrived", timeout=10_000)
