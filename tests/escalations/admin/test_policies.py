"""Policies in the admin: in plain words, checked, and written by admins alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from escalations.models import Policy
from reviewers.models import Reviewer
from tests.escalations.admin.conftest import As
from tests.factories import make_pool

LIST = "/escalations/policy/"
pytestmark = pytest.mark.django_db


def write(client: Client, **given: Any) -> Any:
    fields = {
        "name": "Ours",
        "is_active": "on",
        "condition": "unclaimed",
        "after": "1 h 30 min",
        "action": "notify_manager",
        "position": 5,
    }
    return client.post(f"{LIST}add/", fields | given)


def errors(response: Any) -> dict[str, Any]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def test_an_admin_writes_one(as_: As, admin: Reviewer) -> None:
    assert write(as_(admin), repeat_every="1 day").status_code == 302
    policy = Policy.objects.get(name="Ours")
    assert (policy.after, policy.repeat_every, policy.priority) == (timedelta(minutes=90), timedelta(days=1), None)


@pytest.mark.parametrize("typed", ["soon", "4", "1 h or so", "9999 days", "-1 h"])
def test_a_length_is_a_length(as_: As, admin: Reviewer, typed: str) -> None:
    assert "after" in errors(write(as_(admin), after=typed))


def test_what_an_action_needs_is_asked_for(as_: As, admin: Reviewer) -> None:
    client, pool = as_(admin), make_pool()
    assert "target_pool" in errors(write(client, action="move"))
    assert "target_pool" in errors(write(client, action="move", pool=pool.pk, target_pool=pool.pk))
    assert "channel" in errors(write(client, action="notify_channel"))
    assert "repeat_every" in errors(write(client, action="bump", repeat_every="1 h"))
    assert "repeat_every" in errors(write(client, repeat_every="0 min"))


def test_the_list_says_each_in_words(as_: As, admin: Reviewer) -> None:
    page = as_(admin).get(LIST).content.decode()
    assert "After 4 h, if it is not answered: move it up the queue by 24 hours" in page


def test_a_page_shows_lengths_as_they_are_typed(as_: As, admin: Reviewer) -> None:
    policy = Policy.objects.get(action="bump")
    assert 'value="4 h"' in as_(admin).get(f"{LIST}{policy.pk}/change/").content.decode()


def test_a_lead_changes_none(as_: As, lead: Reviewer) -> None:
    assert write(as_(lead)).status_code == 403
