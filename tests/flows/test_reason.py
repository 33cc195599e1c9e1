"""Why a task came is corrected from the keyboard, and shown at once."""

import pytest
from playwright.sync_api import expect

from escalations import reasons
from escalations.models import Labeller, Reason
from escalations.reasons import Label
from reviewers.models import Pool, Reviewer
from tests.browser import Desk
from tests.factories import make_escalation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def reasons_are_there(transactional_db: None) -> None:
    """A test that empties the tables took the first reasons along."""
    for slug, name in (("money", "Refund or money"), ("legal", "Legal or compliance")):
        Reason.objects.get_or_create(slug=slug, defaults={"name": name})


def test_one_key_opens_the_choice_and_the_new_label_stands_at_once(desk: Desk, pool: Pool, ada: Reviewer) -> None:
    row = make_escalation("May I refund order 4417 twice?", pool=pool)
    reasons.categorise([Label(row.pk, "legal", 0.41)], source=Labeller.LOCAL)
    page = desk.open(ada, f"/desk/e/{row.reference}/")
    expect(page.locator("#reason-now")).to_have_text("Legal or compliance suggested, 41 %")
    expect(page.locator("#alike .found a")).to_have_count(0)
    page.keyboard.press("w")
    expect(page.locator("#id_why")).to_be_focused()
    page.keyboard.type("Refund")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#reason-now")).to_have_text("Refund or money a reviewer said so")
    row.refresh_from_db()
    assert (row.reason, row.reason_source) == ("money", "reviewer")
