"""Every call by every kind of caller: what they may not see is 404, what they may not do is 403, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from django.urls import URLResolver, get_resolver

from escalations import keys
from escalations.models import Agent, Escalation, Scope
from reviewers.models import Reviewer, Role
from tests import factories
from tests.escalations.api.calls import ALL, NEXT, Api, acting_for, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db


class World(NamedTuple):
    """An escalation of `bot` in the pool `refunds`, assigned to Ada; Grace sits there, too."""

    bot: Agent
    ada: Reviewer
    grace: Reviewer
    escalation: Escalation


@pytest.fixture
def world() -> World:
    bot, pool = factories.make_agent("bot"), factories.make_pool("refunds")
    ada = factories.make_reviewer("Ada", pool=pool)
    escalation = factories.make_escalation(agent=bot, pool=pool)
    return World(bot, ada, factories.make_reviewer("Grace", pool=pool), escalation)


def person(role: Role, *, inside: bool) -> Callable[[World], Api]:
    def made(world: World) -> Api:
        pool = world.escalation.pool if inside else factories.make_pool("elsewhere")
        return as_reviewer(factories.make_reviewer("Person", pool=pool, role=role))

    return made


def revoked(world: World) -> Api:
    minted = keys.for_agent(world.bot)
    keys.revoke(minted.key)
    return Api({"authorization": f"Bearer {minted.plain}"})


def scoped(*scopes: Scope) -> Callable[[World], Api]:
    return lambda world: Api({"authorization": f"Bearer {keys.mint(agent=world.bot, scopes=scopes).plain}"})


def elsewhere(world: World) -> Api:
    """An agent's key that acts for Ada, but in another pool."""
    return acting_for(world.bot, world.ada, factories.make_pool("elsewhere"))


CALLERS: dict[str, Callable[[World], Api]] = {
    "own agent": lambda world: as_agent(world.bot),
    "own agent's sandbox key": lambda world: as_agent(world.bot, sandbox=True),
    "other agent": lambda _: as_agent(factories.make_agent("other")),
    "key that only reads": scoped(Scope.READ),
    "key that only writes": scoped(Scope.WRITE),
    "review key naming nobody": scoped(Scope.REVIEW),
    "assignee": lambda world: as_reviewer(world.ada),
    "agent for the assignee": lambda world: acting_for(world.bot, world.ada),
    "agent for the assignee elsewhere": elsewhere,
    "reviewer in the pool": person(Role.REVIEWER, inside=True),
    "reviewer of another pool": person(Role.REVIEWER, inside=False),
    "lead of the pool": person(Role.LEAD, inside=True),
    "lead of another pool": person(Role.LEAD, inside=False),
    "read-only in the pool": person(Role.READ_ONLY, inside=True),
    "read-only elsewhere": person(Role.READ_ONLY, inside=False),
    "admin": person(Role.ADMIN, inside=False),
    "anonymous": lambda _: Api(),
    "revoked key": revoked,
}

# For each call the answer to each caller, in the order of CALLERS.
EXPECTED = {
    "list": "200 200 200 200 403 403 200 200 200 200 200 200 200 200 200 200 401 401",
    "get": "200 404 404 200 403 403 200 200 404 200 404 200 404 200 404 200 401 401",
    "events of one": "200 404 404 200 403 403 200 200 404 200 404 200 404 200 404 200 401 401",
    "events": "200 200 200 200 403 403 200 200 200 200 200 200 200 200 200 200 401 401",
    "oncall": "200 200 200 200 403 403 200 200 200 200 200 200 200 200 200 200 401 401",
    "create": "201 201 201 403 201 403 403 403 403 403 403 403 403 403 403 403 401 401",
    "next": "403 403 403 403 403 403 200 200 204 204 204 204 204 403 403 204 401 401",
    "claim": "403 403 403 403 403 403 200 200 404 200 404 200 404 403 403 200 401 401",
    "resolve": "403 403 403 403 403 403 200 200 404 200 404 200 404 403 403 200 401 401",
    "release": "403 403 403 403 403 403 200 200 404 409 404 200 404 403 403 200 401 401",
    "decline": "403 403 403 403 403 403 200 200 404 409 404 409 404 403 403 409 401 401",
    "reassign": "403 403 403 403 403 403 403 403 403 403 403 200 404 403 403 200 401 401",
    "cancel": "200 404 404 403 200 403 403 403 403 403 403 403 403 403 403 403 401 401",
    "correct": "403 403 403 403 403 403 409 409 404 409 404 409 404 403 403 409 401 401",
    "messages": "200 404 404 403 200 403 200 200 404 200 404 200 404 403 403 200 401 401",
    "receipt": "409 404 404 403 409 403 403 403 403 403 403 403 403 403 403 403 401 401",
    "extend": "200 404 404 403 200 403 403 403 403 403 403 403 403 403 403 403 401 401",
    "priority": "200 404 404 403 200 403 403 403 403 403 403 200 404 403 403 200 401 401",
    "reopen": "409 404 404 403 409 403 403 403 403 403 403 409 404 403 403 409 401 401",
}
BODIES = {
    "create": {"issue_description": "May I?"},
    "resolve": {"resolution_notes": "Yes"},
    "correct": {"resolution_notes": "Yes"},
    "extend": {"expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()},
    "priority": {"priority": "urgent"},
    "messages": {"message": "Which order?"},
    "receipt": {"outcome": "applied"},
    "reassign": {"assigned_to": "grace@example.com"},
}
CELLS = [
    (call, caller, int(status))
    for call, statuses in EXPECTED.items()
    for caller, status in zip(CALLERS, statuses.split(), strict=True)
]


def send(api: Api, call: str, world: World) -> int:
    reads = {"list": ALL, "get": path_of(world.escalation), "events": "/api/events", "oncall": "/api/oncall"}
    reads["events of one"] = path_of(world.escalation, "events")
    if call in reads:
        status: int = api.get(reads[call]).status_code
        return status
    if call in {"create", "next"}:
        return int(api.post(ALL if call == "create" else NEXT, BODIES.get(call)).status_code)
    tell = api.post if call in {"messages", "receipt"} else api.patch
    return int(tell(path_of(world.escalation, call), BODIES.get(call)).status_code)


@pytest.mark.parametrize(("call", "caller", "status"), CELLS)
def test_a_caller_gets_what_they_may(world: World, call: str, caller: str, status: int) -> None:
    assert send(CALLERS[caller](world), call, world) == status


@pytest.mark.parametrize(
    "caller", [caller for caller, status in zip(CALLERS, EXPECTED["get"].split(), strict=True) if status != "200"]
)
def test_who_may_not_see_it_changes_nothing(world: World, caller: str) -> None:
    api = CALLERS[caller](world)
    before = Escalation.objects.filter(pk=world.escalation.pk).values().get()
    for call in EXPECTED:
        if caller != "key that only writes" or call not in {"cancel", "extend", "priority", "messages"}:
            send(api, call, world)
    assert Escalation.objects.filter(pk=world.escalation.pk).values().get() == before


def test_every_address_of_the_api_is_in_the_matrix() -> None:
    verbs = {
        call for call in EXPECTED if call not in {"list", "create", "get", "events", "events of one", "next", "oncall"}
    }
    one = "api/escalations/<id:pk>"
    expected = {"api/escalations", "api/escalations/next", one, "api/events", "api/oncall", f"{one}/events"}
    expected |= {f"{one}/{verb}" for verb in verbs} | {"api/schema", "api/docs"}
    found = {
        f"{prefix.pattern}{route.pattern}"
        for prefix in get_resolver().url_patterns
        if isinstance(prefix, URLResolver) and str(prefix.pattern) == "api/"
        for route in prefix.url_patterns
    }
    assert {
        path
        for path in found
        if path.startswith(("api/escalations", "api/events", "api/oncall", "api/schema", "api/docs"))
    } == expected


METHODS = {
    ALL: {"GET", "HEAD", "POST"},
    NEXT: {"POST"},
    "/api/events": {"GET", "HEAD"},
    "/api/oncall": {"GET", "HEAD"},
    "one": {"GET", "HEAD"},
    "events": {"GET", "HEAD"},
} | {
    verb: {"PATCH"}
    for verb in (
        *("claim", "resolve", "release", "decline", "reassign", "cancel", "reopen", "correct", "extend"),
        "priority",
    )
}
METHODS |= {call: {"POST"} for call in ("messages", "receipt")}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("address", METHODS)
def test_any_other_method_is_405(world: World, address: str, method: str) -> None:
    if method in METHODS[address]:
        return
    path = address if address.startswith("/") else path_of(world.escalation, address.removeprefix("one"))
    response = as_agent(world.bot)._client.generic(method, path, headers={"x-http-method-override": "GET"})
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert set(response["Allow"].split(", ")) == METHODS[address]
