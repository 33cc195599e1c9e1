"""Configuration changes: what admins changed, seen by admins."""

import pytest

from reviewers.models import Pool, Reviewer, Role
from tests.escalations.admin.conftest import As
from tests.factories import make_agent, make_reviewer

CHANGES = "/admin/logentry/"


def test_who_changed_which_configuration_is_listed(as_: As, admin: Reviewer) -> None:
    agent = make_agent("refund-bot")
    client = as_(admin)
    client.post(f"/escalations/agent/{agent.pk}/pause/")

    page = client.get(CHANGES).content.decode()
    assert f'<a href="/escalations/agent/{agent.pk}/change/">refund-bot</a>' in page
    assert "refund-bot is paused" in page
    assert admin.name in page


@pytest.mark.parametrize(
    ("query", "count"),
    [({}, 2), ({"done": "1"}, 1), ({"done": "2"}, 1), ({"person": "sam@example.com"}, 2), ({"to": "2020-01-01"}, 0)],
)
def test_changes_are_filtered(as_: As, admin: Reviewer, query: dict[str, str], count: int) -> None:
    client = as_(admin)
    client.post("/escalations/agent/add/", {"name": "mine"})
    client.post(f"/escalations/agent/{make_agent().pk}/pause/")

    assert client.get(CHANGES, query).context["cl"].result_count == count


def test_changes_are_filtered_by_kind(as_: As, admin: Reviewer) -> None:
    client = as_(admin)
    client.post("/escalations/agent/add/", {"name": "mine"})
    spec = client.get(CHANGES).context["cl"].filter_specs[0]
    kinds = {title: number for number, title in spec.lookup_choices}

    assert client.get(CHANGES, {"kind": kinds["agent"]}).context["cl"].result_count == 1
    assert client.get(CHANGES, {"kind": kinds["pool"]}).context["cl"].result_count == 0


@pytest.mark.parametrize("role", [Role.LEAD, Role.REVIEWER, Role.READ_ONLY])
def test_only_admins_see_them(as_: As, pool: Pool, role: Role) -> None:
    assert as_(make_reviewer(pool=pool, role=role)).get(CHANGES).status_code == 403


@pytest.mark.parametrize("path", ["add/", "{pk}/change/", "{pk}/delete/"])
def test_nobody_changes_them(as_: As, admin: Reviewer, path: str) -> None:
    client = as_(admin)
    client.post(f"/escalations/agent/{make_agent().pk}/pause/")
    pk = client.get(CHANGES).context["cl"].result_list[0].pk

    assert client.post(CHANGES + path.format(pk=pk), {"post": "yes"}).status_code == 403
