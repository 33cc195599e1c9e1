"""Routing rules: which one decides, what it does, and what it leaves alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from escalations import rules, trial
from escalations.desk import why
from escalations.models import Escalation, Priority, RoutingRule
from reviewers.models import Pool, Role
from tests.factories import default_pool, make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    rules.forget()
    yield
    rules.forget()


@pytest.fixture
def legal() -> Pool:
    return make_pool("Legal")


def make_rule(name: str = "To Legal", **facts: Any) -> RoutingRule:
    rule = RoutingRule.objects.create(name=name, **facts)
    rules.forget()
    return rule


def test_without_rules_the_default_pool_gets_it() -> None:
    escalation = make_escalation()
    assert (escalation.pool, escalation.rule) == (default_pool(), None)


def test_a_rule_gives_pool_priority_and_tags(legal: Pool) -> None:
    make_rule(pool=legal, new_priority="urgent", extra_tags=["law"])
    escalation = make_escalation(tags=("eu",))
    assert (escalation.pool, escalation.priority, escalation.tags) == (legal, Priority.URGENT, ["eu", "law"])


def test_the_ruled_priority_gives_the_place_in_the_queue(legal: Pool) -> None:
    make_rule(new_priority="urgent")
    escalation = make_escalation(priority="low")
    assert escalation.queue_at == escalation.created_at


def test_a_person_of_the_ruled_pool_is_chosen_at_once(legal: Pool) -> None:
    make_reviewer("Ada", pool=legal)
    make_rule(pool=legal)
    assert make_escalation().assignee_name == "Ada"


def test_the_first_rule_that_fits_decides_alone(legal: Pool) -> None:
    make_rule("Second", position=2, new_priority="urgent")
    make_rule("First", position=1, pool=legal)
    escalation = make_escalation()
    assert (escalation.rule, escalation.priority) == ("First", Priority.MEDIUM)


def test_a_rule_that_is_not_active_does_nothing(legal: Pool) -> None:
    make_rule(pool=legal, is_active=False)
    assert make_escalation().pool == default_pool()


@pytest.mark.parametrize(
    ("named", "overrules", "goes"), [(False, False, "Legal"), (True, False, "Payments"), (True, True, "Legal")]
)
def test_the_pool_an_agent_names_goes_first_unless_the_rule_overrules_it(
    legal: Pool, named: bool, overrules: bool, goes: str
) -> None:
    payments = make_pool("Payments")
    make_rule(pool=legal, overrules_agent=overrules, extra_tags=["law"])
    escalation = make_escalation(pool=payments if named else None)
    assert (escalation.pool.name, escalation.tags) == (goes, ["law"])


def test_every_condition_must_hold(legal: Pool) -> None:
    bot = make_agent("legal-bot")
    make_rule(pool=legal, agent=bot, tag="law", priority="high")
    fits = {"agent": bot, "tags": ("law",), "priority": "high"}
    others: list[dict[str, Any]] = [{"agent": make_agent()}, {"tags": ("eu",)}, {"priority": "low"}]
    found = [make_escalation(**fits | other).pool == legal for other in [{}, *others]]  # type: ignore[arg-type]
    assert found == [True, False, False, False]


CONTEXT = {
    "customer": {"tier": "gold", "age": 42, "is_new": True},
    "items": [{"sku": "A-1"}],
    "flags": ["vip", "eu"],
    "call": '{"amount": 900}',
}


@pytest.mark.parametrize(
    ("path", "operator", "value", "holds"),
    [
        ("/customer/tier", "equals", "gold", True),
        ("/customer/tier", "equals", "Gold", False),
        ("/customer/age", "equals", "42", True),
        ("/customer/is_new", "equals", "true", True),
        ("/customer/tier", "contains", "OL", True),
        ("/flags", "contains", "vip", True),
        ("/flags", "contains", "vi", False),
        ("/customer", "contains", "tier", True),
        ("/items/0/sku", "equals", "A-1", True),
        ("/items/7/sku", "exists", "", False),
        ("/customer/tier", "exists", "", True),
        ("/customer/tier/name", "exists", "", False),
        ("/nothing", "contains", "x", False),
        ("/call/amount", "equals", "900", True),
    ],
)
def test_a_rule_reads_the_context(legal: Pool, path: str, operator: str, value: str, holds: bool) -> None:
    make_rule(pool=legal, path=path, operator=operator, value=value)
    assert (make_escalation(context=CONTEXT).pool == legal) is holds


@pytest.mark.parametrize("context", [[], [1], {}, {"customer": None}])
def test_a_context_of_another_shape_fits_no_rule(legal: Pool, context: Any) -> None:
    make_rule(pool=legal, path="/customer/tier", operator="exists")
    assert make_escalation(context=context).pool == default_pool()


def test_what_a_rule_did_stands_in_the_event_and_is_said_to_the_person(legal: Pool) -> None:
    make_reviewer("Ada", pool=legal)
    make_rule("Contracts", pool=legal, extra_tags=[], new_priority="high")
    escalation = make_escalation()
    created = escalation.events.get(type="escalation.created")
    assert created.data == {
        "rule": "Contracts",
        "asked": {"pool": None, "priority": "medium", "tags": []},
        "ruled": {"pool": "Legal", "priority": "high", "tags": []},
    }
    told = why.of(Escalation.objects.with_names().get(pk=escalation.pk))
    assert told is not None
    assert "The routing rule “Contracts” applied when it came." in told.long


def test_rules_cost_a_new_escalation_no_statement(legal: Pool, django_assert_num_queries: Any) -> None:
    make_rule(pool=legal)
    bot = make_agent()
    make_escalation(agent=bot)
    with django_assert_num_queries(0):
        assert len(rules.active()) == 1


def test_an_edit_is_believed_within_seconds(legal: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rules.active() == ()
    RoutingRule.objects.create(name="New", pool=legal)
    assert rules.active() == ()
    monkeypatch.setattr(rules, "BELIEVED_FOR", -1.0)
    assert [rule.name for rule in rules.active()] == ["New"]


def test_a_rule_that_is_still_believed_may_name_a_pool_that_is_gone(legal: Pool) -> None:
    make_rule(pool=legal, new_priority="high")
    rules.active()
    RoutingRule.objects.all().delete()
    legal.delete()
    escalation = make_escalation()
    assert (escalation.pool, escalation.priority) == (default_pool(), Priority.HIGH)


def test_a_repeat_of_an_unfinished_one_stays_the_same(legal: Pool) -> None:
    make_rule(pool=legal)
    assert make_escalation(dedupe_key="k").pk == make_escalation(dedupe_key="k").pk


def test_a_dry_run_names_what_would_have_come_in_otherwise(legal: Pool) -> None:
    root = make_reviewer("Root", role=Role.ADMIN)
    make_escalation(tags=("eu",))
    other = make_escalation(tags=("law",))
    rule = make_rule(pool=legal, tag="law", is_active=False)
    assert trial.run(root).otherwise == []
    found = trial.run(root, rule)
    assert (found.looked_at, [each.escalation for each in found.otherwise]) == (2, [other])
    assert (found.otherwise[0].was["pool"], found.otherwise[0].would["pool"]) == (default_pool().name, "Legal")


def test_a_dry_run_begins_with_what_the_agent_asked(legal: Pool) -> None:
    root = make_reviewer("Root", role=Role.ADMIN)
    rule = make_rule(pool=legal, new_priority="high")
    make_escalation()
    assert trial.run(root).otherwise == []
    rule.is_active = False
    rule.save()
    [found] = trial.run(root).otherwise
    assert (found.rule, found.would) == ("", {"pool": default_pool().name, "priority": "medium", "tags": []})
