"""Reasons in the admin site: leads keep them, and what was given once is never lost."""

import pytest
from django.test import Client

from escalations import reasons
from escalations.models import Escalation, Labeller, Reason
from escalations.reasons import Label
from metrics.reasons import groups
from metrics.reasons.models import Proposal
from reviewers.models import Role
from tests import factories
from tests.metrics.reasons.test_groups import GREENHOUSE

pytestmark = pytest.mark.django_db
LIST = "/escalations/reason/"


@pytest.fixture
def lead(client: Client) -> Client:
    client.force_login(factories.make_reviewer("Lea", role=Role.LEAD, pool=factories.default_pool()))
    return client


def sent(reason: Reason, **changed: object) -> dict[str, object]:
    kept = {"name": reason.name, "description": reason.description, "examples": "\n".join(reason.examples)}
    return kept | {"position": reason.position, "is_active": "on", "merge_into": ""} | changed


def test_a_lead_adds_a_reason_with_its_examples_line_by_line(lead: Client) -> None:
    form = {"slug": "greenhouse", "name": "Greenhouse", "description": "", "position": 5, "is_active": "on"}
    response = lead.post(f"{LIST}add/", form | {"examples": "Too humid.\n\n  Too dry.  \n"})
    assert response.status_code == 302
    assert Reason.objects.get(slug="greenhouse").examples == ["Too humid.", "Too dry."]


@pytest.mark.parametrize("slug", ["", "Money", "a b", "none", "money", "a" * 51], ids=repr)
def test_a_short_name_that_cannot_be_used_is_refused(lead: Client, slug: str) -> None:
    response = lead.post(f"{LIST}add/", {"slug": slug, "name": "New", "position": 5, "examples": ""})
    assert response.status_code == 200
    assert not Reason.objects.filter(name="New").exists()


def test_a_reason_is_retired_and_never_deleted(lead: Client) -> None:
    money = Reason.objects.get(slug="money")
    assert lead.post(f"{LIST}{money.pk}/delete/", {"post": "yes"}).status_code == 403
    form = sent(money)
    del form["is_active"]
    lead.post(f"{LIST}{money.pk}/change/", form)
    assert not Reason.objects.get(slug="money").is_active


def test_one_is_merged_into_another(lead: Client) -> None:
    row = factories.make_escalation()
    reasons.categorise([Label(row.pk, "money", 0.9)], source=Labeller.LOCAL)
    money, policy = (Reason.objects.get(slug=slug) for slug in ("money", "policy-exception"))
    response = lead.post(f"{LIST}{money.pk}/change/", sent(money, merge_into=policy.pk), follow=True)
    assert "1 tasks moved to “Policy exception”" in response.content.decode()
    assert Escalation.objects.get().reason == "policy-exception"
    assert not Reason.objects.get(slug="money").is_active


def test_a_reviewer_reads_and_changes_nothing(client: Client) -> None:
    client.force_login(factories.make_reviewer("Rob"))
    money = Reason.objects.get(slug="money")
    assert client.get(f"{LIST}{money.pk}/change/").status_code == 200
    assert client.post(f"{LIST}{money.pk}/change/", sent(money, name="Mine")).status_code == 403
    assert client.get("/metrics/proposal/").status_code == 403


@pytest.mark.parametrize("decision", ["accept", "dismiss"])
def test_a_lead_decides_on_a_proposal(lead: Client, decision: str) -> None:
    for text in GREENHOUSE:
        factories.make_escalation(text)
    (proposal,) = groups.propose()
    address = f"/metrics/proposal/{proposal.pk}/change/"
    page = lead.get(address).content.decode()
    assert proposal.examples[0] in page
    assert proposal.name in lead.get("/metrics/proposal/").content.decode()
    lead.post(address, {"name": "Greenhouse climate", "description": "", "decision": decision})
    is_accepted = decision == "accept"
    assert Reason.objects.filter(name="Greenhouse climate").exists() == is_accepted
    assert Escalation.objects.filter(reason="greenhouse-climate").count() == (6 if is_accepted else 0)
    assert not Proposal.objects.get().is_open
    assert lead.get(address).status_code == 302


def test_a_proposal_under_a_name_that_is_taken_says_so(lead: Client) -> None:
    proposal = Proposal.objects.create(name="x", words=["x"], examples=["x"], escalations=[])
    form = {"name": "Missing information", "description": "", "decision": "accept"}
    response = lead.post(f"/metrics/proposal/{proposal.pk}/change/", form)
    assert "There is a reason of this name." in response.content.decode()
