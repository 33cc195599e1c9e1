"""Answers written once: who is offered them, and what becomes of their variables."""

import pytest

from escalations import canned
from escalations.models import AnswerTemplate, Decision, Escalation
from reviewers.models import Pool
from tests.factories import default_pool, make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db


def make_template(name: str, text: str = "Yes.", *, pool: Pool | None = None, **facts: object) -> AnswerTemplate:
    return AnswerTemplate.objects.create(name=name, text=text, pool=pool, **facts)


def names(escalation: Escalation) -> list[str]:
    return [template.name for template in canned.offered(escalation)]


def test_the_pools_own_and_the_general_ones_are_offered_in_their_order() -> None:
    make_template("general", position=3)
    make_template("of the pool", pool=default_pool(), position=2)
    make_template("of another pool", pool=make_pool())
    make_template("switched off", is_active=False)
    make_template("first", position=1)

    assert names(make_escalation()) == ["first", "of the pool", "general"]


def test_one_for_a_decision_is_offered_where_that_is_asked_for() -> None:
    make_template("approve", decision=Decision.APPROVE)
    make_template("reject", decision=Decision.REJECT)
    make_template("say")
    plain, asked = make_escalation(), Escalation(pool=default_pool(), allowed_decisions=["reject"])

    assert (names(plain), names(asked)) == (["say"], ["reject", "say"])


def test_variables_are_filled_in() -> None:
    escalation = make_escalation(
        agent=make_agent("refund-bot"), context={"order": {"id": 6144, "lines": [{"sku": "A-1"}], "paid": True}}
    )
    text = "{{ me }} to {{agent}} on {{reference}} ({{pool}}): "
    text += "{{context.order.id}} {{context.order.lines.0.sku}} {{context.order.paid}}"

    assert canned.render(text, escalation, by=make_reviewer("Ada Lovelace")) == (
        f"Ada Lovelace to refund-bot on {escalation.reference} ({default_pool().name}): 6144 A-1 true"
    )


def test_a_larger_part_of_the_context_is_inserted_as_json() -> None:
    escalation = make_escalation(context={"order": {"id": 1, "name": "Zoë"}})
    assert canned.render("{{context.order}}", escalation, by=make_reviewer()) == '{"id": 1, "name": "Zoë"}'


@pytest.mark.parametrize(
    "name", ["nobody", "context", "context.gone", "context.order.9.id", "context.order.x", "context..", "me.name"]
)
def test_a_variable_without_a_value_stays_visible(name: str) -> None:
    escalation = make_escalation(context={"order": [1], "nothing": None})
    rendered = canned.render(f"Order {{{{{name}}}}}.", escalation, by=make_reviewer())

    assert rendered == f"Order ⟦{name}⟧."
    assert canned.unfilled(rendered) == [f"⟦{name}⟧"]


def test_a_value_is_never_taken_for_a_template() -> None:
    escalation = make_escalation(context={"name": "{{me}}"})
    assert canned.render("{{context.name}}", escalation, by=make_reviewer("Ada")) == "{{me}}"


def test_a_long_value_is_cut() -> None:
    rendered = canned.render("{{context.log}}", make_escalation(context={"log": "x" * 5000}), by=make_reviewer())
    assert rendered == "x" * 2000 + "…"


def test_a_lead_learns_of_variables_that_nothing_can_fill_in() -> None:
    assert canned.unknown("{{me}} {{user}} {{context.a}} {{Agent}}") == ["user", "Agent"]
