"""Answer templates in the admin: who may write which, and how they will read."""

from typing import Any

import pytest
from django.test import Client

from escalations.models import AnswerTemplate
from reviewers.models import Pool, Reviewer, Role
from tests.escalations.admin.conftest import As
from tests.factories import make_escalation, make_pool, make_reviewer

LIST = "/escalations/answertemplate/"


def write(client: Client, **given: Any) -> Any:
    fields = {
        "name": "Refund once",
        "text": "Refund once, {{agent}}.",
        "position": 1,
        "is_active": "on",
        "decision": "",
    }
    return client.post(f"{LIST}add/", fields | given)


def test_an_admin_writes_one_for_everybody(as_: As, admin: Reviewer) -> None:
    assert write(as_(admin), pool="").status_code == 302
    assert AnswerTemplate.objects.get().pool is None


def test_a_lead_writes_one_for_a_pool_of_theirs(as_: As, lead: Reviewer, pool: Pool) -> None:
    assert write(as_(lead), pool=pool.pk).status_code == 302
    assert AnswerTemplate.objects.get().pool == pool


def test_a_lead_writes_none_for_everybody_or_for_others(as_: As, lead: Reviewer) -> None:
    client = as_(lead)
    assert (write(client, pool="").status_code, write(client, pool=make_pool().pk).status_code) == (200, 200)
    assert not AnswerTemplate.objects.exists()


def test_a_lead_reads_what_is_for_everybody_and_changes_it_not(as_: As, lead: Reviewer) -> None:
    template = AnswerTemplate.objects.create(name="General", text="Yes.")
    client = as_(lead)

    page = client.get(f"{LIST}{template.pk}/change/")
    assert (page.status_code, 'name="_save"' in page.content.decode()) == (200, False)
    assert client.post(f"{LIST}{template.pk}/change/", {"name": "x", "text": "y"}).status_code == 403
    assert client.post(f"{LIST}{template.pk}/delete/", {"post": "yes"}).status_code == 403


def test_templates_of_other_pools_are_not_there(as_: As, lead: Reviewer) -> None:
    template = AnswerTemplate.objects.create(name="Theirs", text="Yes.", pool=make_pool())
    client = as_(lead)

    assert "Theirs" not in client.get(LIST).content.decode()
    assert client.get(f"{LIST}{template.pk}/change/").status_code == 302


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.READ_ONLY])
def test_others_write_none(as_: As, pool: Pool, role: Role) -> None:
    assert write(as_(make_reviewer(pool=pool, role=role)), pool=pool.pk).status_code == 403


def test_a_variable_that_nothing_fills_in_is_refused(as_: As, admin: Reviewer) -> None:
    page = write(as_(admin), pool="", text="Hello {{user}} and {{me}}").content.decode()
    assert "Nothing fills in {{user}}." in page
    assert not AnswerTemplate.objects.exists()


@pytest.mark.parametrize(
    "given", [{"name": " "}, {"text": ""}, {"text": "a\0"}, {"name": "x" * 101}, {"decision": "maybe"}]
)
def test_what_no_template_can_be_is_refused(as_: As, admin: Reviewer, given: dict[str, str]) -> None:
    assert write(as_(admin), pool="", **given).status_code == 200
    assert not AnswerTemplate.objects.exists()


def test_a_name_is_taken_once_in_a_pool(as_: As, admin: Reviewer) -> None:
    client = as_(admin)
    assert (write(client, pool="").status_code, write(client, pool="").status_code) == (302, 200)


def test_the_preview_shows_it_for_the_newest_escalation(as_: As, lead: Reviewer, pool: Pool) -> None:
    make_escalation(pool=pool, context={"order": 1})
    newest = make_escalation(pool=pool, context={"order": 6144})
    make_escalation(pool=make_pool(), context={"order": 7})
    text = "Order {{context.order}}, {{context.gone}}. <b>"
    template = AnswerTemplate.objects.create(name="x", text=text, pool=pool)

    page = as_(lead).get(f"{LIST}{template.pk}/change/").content.decode()
    assert f"As it would be inserted for {newest.reference}." in page
    assert "Order 6144, ⟦context.gone⟧. &lt;b&gt;" in page
    assert "{{context.some.path}}" in page
