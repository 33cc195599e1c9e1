"""Lists: filters, orders, pages."""

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from escalations import reasons
from escalations.models import Agent, Escalation, Labeller, Priority
from escalations.reasons import Label
from reviewers import people
from reviewers.models import Role
from tests import factories
from tests.escalations.api.calls import ALL, Api, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot() -> Agent:
    return factories.make_agent("bot")


@pytest.fixture
def api(bot: Agent) -> Api:
    return as_agent(bot)


def ids(api: Api, query: str = "") -> list[str]:
    response = api.get(f"{ALL}?{query}")
    assert response.status_code == 200, response.json()
    return [row["id"] for row in response.json()["results"]]


def made(bot: Agent, count: int = 1, **facts: Any) -> list[str]:
    return [str(factories.make_escalation(agent=bot, **facts).pk) for _ in range(count)]


def local(url: str) -> str:
    return "/api/" + url.partition("/api/")[2]


def test_the_newest_comes_first_and_the_context_stays_away(api: Api, bot: Agent) -> None:
    rows = made(bot, 3)
    response = api.get(ALL)
    assert [row["id"] for row in response.json()["results"]] == rows[::-1]
    assert "context_data" not in response.json()["results"][0]
    assert (response.json()["next"], response.json()["previous"]) == (None, None)
    assert "Link" not in response


def test_the_context_comes_when_asked_for(api: Api, bot: Agent) -> None:
    factories.make_escalation(agent=bot, context={"a": 1})
    assert api.get(f"{ALL}?include=context_data").json()["results"][0]["context_data"] == {"a": 1}


def test_a_row_of_a_list_is_what_get_returns(api: Api, bot: Agent) -> None:
    factories.make_reviewer("")
    (pk,) = made(bot)
    one = api.get(path_of(pk)).json()
    assert (one.pop("messages"), one.pop("availability")["state"]) == ([], "staffed")
    assert api.get(f"{ALL}?include=context_data").json()["results"] == [one]


@pytest.mark.parametrize("ordering", ["", "age", "-age", "priority", "-priority", "status", "-status"])
def test_pages_hold_every_row_once_in_both_directions(api: Api, bot: Agent, ordering: str) -> None:
    for priority in ("low", "urgent", "medium", "high"):
        made(bot, 2, priority=priority)
    for pk in made(bot, 3)[:2]:
        api.patch(path_of(pk, "cancel"))
    query = f"ordering={ordering}&" if ordering else ""
    everything = ids(api, f"{query}limit=200")
    url, seen, last = f"{ALL}?{query}limit=4", [], {}
    while url:
        last = api.get(local(url)).json()
        seen.append([row["id"] for row in last["results"]])
        url = last["next"]
    assert [pk for page in seen for pk in page] == everything
    back = [seen[-1]]
    while url := last["previous"]:
        last = api.get(local(url)).json()
        back.insert(0, [row["id"] for row in last["results"]])
    assert back == seen


def test_a_row_that_comes_meanwhile_moves_no_page(api: Api, bot: Agent) -> None:
    rows = made(bot, 4)
    first = api.get(f"{ALL}?limit=2").json()
    made(bot)
    second = api.get(local(first["next"])).json()
    assert [row["id"] for page in (first, second) for row in page["results"]] == rows[::-1]


def test_the_link_header_says_where_to_go(api: Api, bot: Agent) -> None:
    made(bot, 3)
    first = api.get(f"{ALL}?limit=1&status=open")
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert "status=open" in first["Link"]
    second = api.get(local(first.json()["next"]))
    assert 'rel="prev"' in second["Link"]


def test_priority_is_the_order_of_the_queue(api: Api, bot: Agent) -> None:
    rows = {priority: made(bot, priority=priority)[0] for priority in ("low", "urgent", "high", "medium")}
    assert ids(api, "ordering=priority") == [rows[priority] for priority in Priority.values]


def test_status_goes_from_open_to_finished(api: Api, bot: Agent) -> None:
    (cancelled,) = made(bot)
    api.patch(path_of(cancelled, "cancel"))
    (opened,) = made(bot)
    ada = factories.make_reviewer("Ada", pool=factories.make_pool("p"))
    (assigned,) = made(bot, pool=ada.seats.get().pool)
    assert ids(api, "ordering=status") == [opened, assigned, cancelled]


def test_each_filter_finds_what_it_says(api: Api, bot: Agent) -> None:
    pool = factories.make_pool("refunds")
    ada = factories.make_reviewer("Ada", pool=pool, tags=("german",))
    (plain,) = made(bot, issue_description="Plain words")
    (mine,) = made(bot, pool=pool, tags=("german",), priority="high", issue_description="May I refund the order?")
    assert ids(api, "status=assigned") == [mine]
    assert ids(api, "status=open,assigned") == [mine, plain]
    assert ids(api, "priority=high") == [mine]
    assert ids(api, "pool=refunds") == [mine]
    assert ids(api, "pool=nowhere") == []
    assert ids(api, "tag=german") == [mine]
    assert ids(api, f"assigned_to={ada.pk}") == [mine]
    assert ids(api, "assigned_to=none") == [plain]
    assert ids(as_reviewer(ada), "assigned_to=me") == [mine]
    assert ids(api, "source_agent=bot") == [mine, plain]
    assert ids(api, "source_agent=other") == []
    assert ids(api, "q=refund") == [mine]
    assert ids(api, f"q={quote('words -refund')}") == [plain]
    assert ids(api, f"q={quote(chr(34) + 'the order' + chr(34))}") == [mine]


@pytest.mark.parametrize("part", ["-", "- ", "-(", "-\t", "-'", '-"', "-_", "--a "])
def test_a_search_of_punctuation_finds_nothing_and_breaks_nothing(api: Api, bot: Agent, part: str) -> None:
    made(bot)
    assert api.get(f"{ALL}?q={quote(part * 50)}").status_code in {200, 400}
    assert api.get(f"{ALL}?q={quote(part * 300)}").status_code in {200, 400}


def test_late_ones_are_told_apart(api: Api, bot: Agent) -> None:
    late, early = made(bot, 2)
    Escalation.objects.filter(pk=late).update(due_at=Escalation.objects.get(pk=late).created_at - timedelta(hours=1))
    assert ids(api, "overdue=true") == [late]
    assert ids(api, "overdue=false") == [early]
    assert api.get(path_of(late)).json()["overdue"] is True
    api.patch(path_of(late, "cancel"))
    assert ids(api, "overdue=true") == []


def test_moments_bound_the_list(api: Api, bot: Agent) -> None:
    old, new = made(bot, 2)
    at = api.get(path_of(new)).json()["created_at"]
    Escalation.objects.filter(pk=old).update(created_at="2026-01-01T00:00:00Z")
    assert ids(api, "created_after=2026-01-02T00:00:00Z") == [new]
    assert ids(api, f"created_before={quote('2026-01-01T01:00:00+00:30')}") == [old]
    assert ids(api, f"created_after={at}") == []


@pytest.mark.parametrize(("limit", "count"), [("1", 1), ("50", 3), ("201", 3), ("1000000000000000000000", 3)])
def test_a_large_limit_is_clamped(api: Api, bot: Agent, limit: str, count: int) -> None:
    made(bot, 3)
    assert len(ids(api, f"limit={limit}")) == count


def _cursor(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


BAD = {
    "an unknown parameter": "sort=age",
    "a lookup": "status__in=open",
    "an unknown status": "status=done",
    "an empty status": "status=",
    "a status among others": "status=open,done",
    "an unknown priority": "priority=1",
    "an unknown order": "ordering=created_at",
    "two orders": "ordering=age,status",
    "an assignee that is no id": "assigned_to=ada",
    "the assignee of an agent": "assigned_to=me",
    "a flag of another kind": "overdue=1",
    "an unknown inclusion": "include=events",
    "a limit of nothing": "limit=0",
    "a limit below": "limit=-1",
    "a limit in words": "limit=ten",
    "a limit in other digits": f"limit={quote('٣')}",
    "a moment without zone": "created_after=2026-01-01T00:00:00",
    "a date": "created_after=2026-01-01",
    "a plus that became a space": "created_after=2026-01-01T00:00:00+00:00",
    "the year 0": "created_after=0000-01-01T00:00:00Z",
    "the year 1 further east": f"created_after={quote('0001-01-01T00:00:00+14:00')}",
    "the year 9999 further west": "created_after=9999-12-31T23:59:59-14:00",
    "the year 99999": "created_after=99999-01-01T00:00:00Z",
    "a leap second": "created_before=2016-12-31T23:59:60Z",
    "an impossible zone": f"created_before={quote('2026-01-01T00:00:00+99:99')}",
    "seconds since 1970": "created_before=1767225600",
    "NUL in words": "q=a%00b",
    "NUL in a name": "source_agent=%00",
    "10 KB": f"q={'x' * 10_000}",
    "nothing to search for": "q=",
    "a parameter twice": "status=open&status=open",
    "an empty reason": "reason=",
    "no cursor": "cursor=",
    "a cursor that is none": "cursor=abc",
    "a cursor of other bytes": "cursor=%ff%fe",
    "a cursor of another order": f"ordering=age&cursor={_cursor(['-age', False, ['2026-01-01T00:00:00Z', '0' * 32]])}",
    "a cursor of no order": f"cursor={_cursor(['x', False, []])}",
    "a cursor with no place": f"cursor={_cursor(['-age', False, []])}",
    "a cursor without zone": f"cursor={_cursor(['-age', False, ['2026-01-01T00:00:00', '0' * 32]])}",
    "a cursor at the end of time": f"cursor={_cursor(['-age', False, ['9999-12-31T23:59:59-14:00', '0' * 32]])}",
    "a cursor to no id": f"cursor={_cursor(['-age', False, ['2026-01-01T00:00:00Z', 5]])}",
    "a cursor in no direction": f"cursor={_cursor(['-age', 1, ['2026-01-01T00:00:00Z', '0' * 32]])}",
    "a cursor of another kind": f"cursor={_cursor({'a': 1})}",
    "a number as cursor": f"cursor={_cursor(5)}",
    "a rank that is none": f"cursor={_cursor(['status', False, [99, '2026-01-01T00:00:00Z', '0' * 32]])}",
    "a nested order": f"cursor={_cursor([['status'], False, []])}",
    "a deep cursor": f"cursor={base64.urlsafe_b64encode(b'[' * 300).decode()}",
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_is_refused(api: Api, case: str) -> None:
    response = api.get(f"{ALL}?{BAD[case]}")
    told = response.json()
    assert response.status_code == 400
    assert told["errors"][0]["parameter"] == BAD[case].rpartition("&")[2].partition("=")[0]


def test_reasons_are_a_filter(api: Api, bot: Agent) -> None:
    known, unknown = made(bot, 2)
    reasons.categorise([Label(UUID(known), "money", 0.9)], source=Labeller.LOCAL)
    assert (ids(api, "reason=money"), ids(api, "reason=none"), ids(api, "reason=billing")) == ([known], [unknown], [])


def test_an_agent_sees_its_own_only(api: Api, bot: Agent) -> None:
    (own,) = made(bot)
    foreign = made(factories.make_agent())[0]
    assert ids(api) == [own]
    assert api.get(path_of(foreign)).status_code == 404


@pytest.mark.parametrize("role", [Role.LEAD, Role.REVIEWER, Role.READ_ONLY])
def test_a_person_sees_the_pools_they_sit_in(bot: Agent, role: Role) -> None:
    refunds, sales = factories.make_pool("refunds"), factories.make_pool("sales")
    ada = factories.make_reviewer("Ada", pool=refunds, role=role)
    inside, _ = made(bot, pool=refunds)[0], made(bot, pool=sales)
    assert ids(as_reviewer(ada)) == [inside]
    people.join(ada, sales)
    assert len(ids(as_reviewer(ada))) == 2


def test_an_admin_sees_all_but_the_sandbox(bot: Agent) -> None:
    admin = as_reviewer(factories.make_reviewer("Root", role=Role.ADMIN))
    seen, _ = made(bot, pool=factories.make_pool()), made(bot, sandbox=True)
    assert ids(admin) == seen
