"""The pictures of policies show the policies, and those of the documentation are of the shipped ones."""

import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from escalations import timelines
from escalations.models import Agent, Escalation, Policy
from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_reviewer

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent.parent
DRAWN = ROOT / "docs/policies"
SVG = "{http://www.w3.org/2000/svg}"


def test_the_documentation_shows_the_shipped_policies(tmp_path: Path) -> None:
    """After a change: `python manage.py draw_policies docs/policies`, on a fresh database."""
    call_command("draw_policies", str(tmp_path), verbosity=0)
    drawn = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert {path.name: path.read_text() for path in DRAWN.iterdir()} == drawn
    text = (ROOT / "docs/leads.md").read_text()
    assert [name for name in drawn if f"](policies/{name})" not in text] == []
    assert len(drawn) == Policy.objects.count() + 1


def test_drawing_leaves_nothing_behind() -> None:
    timelines.of_chain()
    assert (Pool.objects.count(), Reviewer.objects.count(), Agent.objects.count(), Escalation.objects.count()) == (
        *(1, 0, 0, 0),
    )


def test_a_policy_acts_where_its_time_says_so() -> None:
    marks = timelines.of_policy(Policy.objects.get(priority="medium")).marks
    assert [(mark.after, mark.kind) for mark in marks] == [
        (timedelta(0), "asked"),
        (timedelta(hours=4), "red"),
        (timedelta(hours=24), "acts"),
    ]


def test_what_is_repeated_is_seen_to_be() -> None:
    hours = timedelta(hours=1)
    policy = Policy(name="Ours", condition="unclaimed", after=hours, action="notify_manager", repeat_every=2 * hours)
    marks = timelines.of_policy(policy).marks
    assert [mark.after / hours for mark in marks] == [0, 1, 3, 5, 7]


def test_the_chain_is_what_the_engine_does() -> None:
    marks = timelines.of_chain().marks
    assert [(mark.after // timedelta(minutes=1), mark.label.partition(",")[0].partition(":")[0]) for mark in marks] == [
        (0, "asked"),
        (0, "Ada has it"),
        (15, "not claimed in time"),
        (15, "Ben has it"),
        (30, "not claimed in time"),
        (30, "nobody else is there"),
        (30, "Cleo has it"),
        (30, "Grace"),
        (45, "not claimed in time"),
        (45, "Grace"),
        (60, "Grace"),
    ]


def test_what_people_wrote_is_shown_as_text() -> None:
    policy = Policy(name='<script>alert("1")</script>', condition="unclaimed", after=timedelta(0), action="bump")
    tree = ET.fromstring(timelines.draw(timelines.of_policy(policy), alone=True))
    assert tree.find(f"{SVG}script") is None
    assert tree.find(f"{SVG}text").text == policy.name  # type: ignore[union-attr]


def test_the_page_of_a_policy_shows_it(client: Client) -> None:
    client.force_login(make_reviewer("Root", role=Role.ADMIN))
    policy = Policy.objects.get(priority="medium")
    page = client.get(f"/escalations/policy/{policy.pk}/change/").content.decode()
    assert 'class="line-of-time"' in page
    assert "1 d: if it is not answered: notify the manager of the pool, once" in page
    assert "<style" not in page.partition("<svg")[2]
