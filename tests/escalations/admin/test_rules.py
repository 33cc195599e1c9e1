"""The pages of the routing rules."""

from collections.abc import Iterator

import pytest

from escalations import rules
from escalations.models import RoutingRule
from reviewers.models import Pool, Reviewer
from tests.escalations.admin.conftest import As
from tests.factories import make_escalation

LIST = "/escalations/routingrule/"
TYPED = {
    "name": "Gold",
    "position": "1",
    "is_active": "on",
    "path": "customer.tier",
    "operator": "equals",
    "value": "gold",
    "extra_tags": "vip, vip",
}


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    yield
    rules.forget()


def test_an_admin_writes_a_rule_that_holds_at_once(as_: As, admin: Reviewer, pool: Pool) -> None:
    make_escalation()
    saved = as_(admin).post(f"{LIST}add/", TYPED | {"pool": pool.pk})
    assert saved.status_code == 302
    escalation = make_escalation(context={"customer": {"tier": "gold"}})
    assert (escalation.pool, escalation.tags) == (pool, ["vip"])
    page = as_(admin).get(LIST).content.decode()
    assert "/customer/tier is gold" in page
    assert "to Legal, tags vip" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"operator": ""}, "Say how the value there is compared."),
        ({"path": ""}, "Say where in the context to look."),
        ({"value": ""}, "Say what it is compared with."),
        ({"extra_tags": ""}, "Say what the rule does: a pool, a priority, or tags."),
        ({"name": ""}, "This field is required."),
        ({"position": "-1"}, "greater than or equal to 0"),
    ],
)
def test_a_rule_that_says_too_little_is_not_saved(as_: As, admin: Reviewer, wrong: dict[str, str], said: str) -> None:
    page = as_(admin).post(f"{LIST}add/", TYPED | wrong)
    assert said in page.content.decode()
    assert not RoutingRule.objects.exists()


def test_a_lead_reads_rules_and_writes_none(as_: As, lead: Reviewer, pool: Pool) -> None:
    rule = RoutingRule.objects.create(name="Gold", pool=pool)
    assert as_(lead).get(f"{LIST}{rule.pk}/change/").status_code == 200
    assert as_(lead).get(f"{LIST}add/").status_code == 403
    assert as_(lead).post(f"{LIST}{rule.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_dry_run_of_an_inactive_rule_says_what_it_would_do(as_: As, admin: Reviewer, pool: Pool) -> None:
    escalation = make_escalation()
    rule = RoutingRule.objects.create(name="Everything", pool=pool, is_active=False)
    page = as_(admin).get(f"{LIST}dry-run/?rule={rule.pk}").content.decode()
    assert escalation.reference in page
    assert "Default → Legal" in page


@pytest.mark.parametrize("rule", ["x", "0", "99999999999999999999", "-1", ""])
def test_a_dry_run_of_no_rule_breaks_nothing(as_: As, admin: Reviewer, rule: str) -> None:
    assert as_(admin).get(f"{LIST}dry-run/", {"rule": rule}).status_code in {200, 404}
