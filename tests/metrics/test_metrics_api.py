"""GET /api/metrics: who sees which figures, and what may be asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalations import keys
from escalations.models import Agent, Escalation, Scope
from metrics import rollups
from reviewers.models import Role
from tests.escalations.api.calls import Api, acting_for, as_agent, as_reviewer
from tests.escalations.api.test_description import check
from tests.escalations.api.test_description import document as document
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db

URL = "/api/metrics"
FIGURES = {
    *("since", "until", "time_to_first_assignment", "time_to_claim", "claim_time", "resolution_time", "in_time"),
    *("recurrence", "loops", "replayed", "inversions", "avoidable", "webhooks", "webhook_lag", "flow"),
    *("escalations_per_agent", "reasons", "reviewers", "fairness", "now"),
}


@pytest.fixture
def agent() -> Agent:
    return make_agent("refunds")


@pytest.fixture
def admin() -> Api:
    return as_reviewer(make_reviewer("Root", role=Role.ADMIN, pool=make_pool("Nobody asks here")))


def asked(api: Api, query: str = "") -> Any:
    """With everything added up that has happened."""
    rollups.run()
    return api.get(f"{URL}{query}")


def created(api: Api, query: str = "") -> dict[str, int]:
    answer = asked(api, query)
    assert answer.status_code == 200, answer.content
    return {each["source_agent"]: each["created"] for each in answer.json()["escalations_per_agent"]}


def problem(api: Api, query: str) -> dict[str, Any]:
    answer = api.get(f"{URL}{query}")
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    return body


def test_the_figures_are_told_with_the_time_they_are_of(admin: Api, agent: Agent) -> None:
    make_escalation(agent=agent)
    body = asked(admin).json()
    assert set(body) == FIGURES
    length = datetime.fromisoformat(body["until"]) - datetime.fromisoformat(body["since"])
    assert length == timedelta(days=30)
    assert body["now"]["medium"] == {"open": 1, "assigned": 0, "overdue": 0}
    told = {"runs": None, "per_100_runs": None, "per_day": pytest.approx(1 / 30)}
    assert body["escalations_per_agent"] == [{"source_agent": "refunds", "created": 1, "resolved": 0} | told]
    nothing = {"count": 0, "mean_seconds": None, "median_seconds": None, "p95_seconds": None}
    assert body["time_to_first_assignment"] == nothing
    assert body["resolution_time"] == dict.fromkeys(("urgent", "high", "medium", "low"), nothing)
    assert body["recurrence"] == {"part": 0, "whole": 1, "share": 0.0}
    assert body["reviewers"] == []


def test_the_answer_is_as_documented(admin: Api, agent: Agent, document: dict[str, Any]) -> None:
    make_escalation(agent=agent)
    check(document, "/api/metrics", asked(admin))


def test_an_admin_sees_the_figures_of_all(admin: Api, agent: Agent) -> None:
    make_escalation(agent=agent)
    make_escalation(agent=make_agent("sql"), pool=make_pool("Data"))
    assert created(admin) == {"refunds": 1, "sql": 1}


@pytest.mark.parametrize("role", [Role.LEAD, Role.REVIEWER, Role.READ_ONLY])
def test_others_see_the_figures_of_their_pools(agent: Agent, role: Role) -> None:
    data = make_pool("Data")
    make_escalation(agent=agent)
    make_escalation(agent=make_agent("sql"), pool=data)
    assert created(as_reviewer(make_reviewer("Ada", pool=data, role=role))) == {"sql": 1}


def test_who_sits_in_two_pools_sees_each_escalation_once(agent: Agent) -> None:
    data = make_pool("Data")
    ada = make_reviewer("Ada", pool=data)
    ada.seats.create(pool=make_pool("Law"))
    make_escalation(agent=agent, pool=data)
    assert created(as_reviewer(ada)) == {"refunds": 1}


def test_an_agent_sees_its_own_figures(agent: Agent) -> None:
    make_escalation(agent=agent)
    make_escalation(agent=make_agent("sql"))
    assert created(as_agent(agent)) == {"refunds": 1}
    assert created(as_agent(agent), "?agent=sql") == {}


def test_a_sandbox_key_sees_no_figures(agent: Agent) -> None:
    make_escalation(agent=agent)
    make_escalation(agent=agent, sandbox=True)
    assert created(as_agent(agent, sandbox=True)) == {}


def test_a_key_limited_to_pools_sees_the_figures_of_these(agent: Agent) -> None:
    data, law = make_pool("Data"), make_pool("Law")
    ada = make_reviewer("Ada", pool=data)
    ada.seats.create(pool=law)
    make_escalation(agent=agent, pool=data)
    make_escalation(agent=make_agent("sql"), pool=law)
    assert created(acting_for(agent, ada, law)) == {"sql": 1}


def test_without_a_key_there_is_nothing_to_see() -> None:
    assert Api().get(URL).status_code == 401


def test_the_scope_read_is_needed(agent: Agent) -> None:
    plain = keys.mint(agent=agent, scopes=[Scope.WRITE]).plain
    assert problem(Api({"authorization": f"Bearer {plain}"}), "")["code"] == "missing_scope"


def test_since_and_until_bound_the_creation(admin: Api, agent: Agent) -> None:
    escalation = make_escalation(agent=agent)
    Escalation.objects.filter(pk=escalation.pk).update(created_at=datetime(2026, 3, 4, tzinfo=UTC))
    assert created(admin, "?since=2026-03-04T00:00:00Z&until=2026-03-04T00:00:01Z") == {"refunds": 1}
    assert created(admin, "?since=2026-03-03T00:00:00Z&until=2026-03-04T00:00:00Z") == {}
    assert created(admin, "?until=2026-03-05T00:00:00%2B01:00") == {"refunds": 1}


def test_what_waits_now_does_not_depend_on_the_time_asked_for(admin: Api, agent: Agent) -> None:
    make_escalation(agent=agent)
    body = admin.get(f"{URL}?until=2020-01-01T00:00:00Z").json()
    assert body["now"]["medium"]["open"] == 1


def test_pool_and_agent_narrow_the_figures(admin: Api, agent: Agent) -> None:
    data = make_pool("Data")
    make_escalation(agent=agent, pool=data)
    make_escalation(agent=agent)
    make_escalation(agent=make_agent("sql"), pool=data)
    assert created(admin, "?pool=Data") == {"refunds": 1, "sql": 1}
    assert created(admin, "?agent=refunds") == {"refunds": 2}
    assert created(admin, "?pool=Data&agent=refunds") == {"refunds": 1}
    assert created(admin, "?pool=Unknown") == {}


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("?from=2026-01-01T00:00:00Z", "from", "unknown_parameter"),
        ("?since=yesterday", "since", "invalid_value"),
        ("?since=2026-01-01T00:00:00", "since", "timezone_required"),
        ("?until=2026-02-30T00:00:00Z", "until", "invalid_value"),
        ("?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "since", "invalid_value"),
        ("?pool=a&pool=b", "pool", "repeated"),
        ("?pool=", "pool", "invalid_value"),
        ("?agent=a%00b", "agent", "invalid_value"),
        ("?priority=soon", "priority", "invalid_choice"),
        ("?since=1900-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", "since", "invalid_value"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(admin: Api, query: str, parameter: str, code: str) -> None:
    body = problem(admin, query)
    assert (body["status"], body["code"]) == (400, code)
    assert body["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize(
    "query", ["?until=0001-01-01T00:00:00Z", "?since=9999-12-31T23:59:59Z", "?until=0001-01-10T00:00:00Z"]
)
def test_the_ends_of_time_do_no_harm(admin: Api, query: str) -> None:
    assert admin.get(f"{URL}{query}").status_code in {200, 400}


def test_an_agent_does_not_get_the_figures_of_people(agent: Agent) -> None:
    make_reviewer("Ada")
    make_escalation(agent=agent)
    body = asked(as_agent(agent)).json()
    assert (body["reviewers"], body["fairness"]) == (None, None)
    assert body["time_to_first_assignment"]["count"] == 1


def test_a_priority_narrows_the_figures(admin: Api, agent: Agent) -> None:
    make_escalation(agent=agent, priority="urgent")
    make_escalation(agent=agent)
    assert created(admin, "?priority=urgent") == {"refunds": 1}


def test_it_takes_a_dozen_statements_whatever_there_is(agent: Agent) -> None:
    data = make_pool("Data")
    ada = make_reviewer("Ada", pool=data)
    for _number in range(3):
        make_escalation(agent=make_agent(), pool=data)
    api = as_reviewer(ada)
    asked(api)
    with CaptureQueriesContext(connection) as statements:
        assert api.get(f"{URL}?pool=Data").json()["reviewers"]
    assert len(statements) <= 14, [each["sql"][:80] for each in statements]


def test_other_methods_are_refused(admin: Api) -> None:
    assert admin.post(URL, {}).status_code == 405
