"""A client of the API, as an agent or a reviewer would write it."""

import json
from typing import Any
from uuid import UUID

from django.test import Client

from escalations import keys
from escalations.models import Agent, Escalation, Scope
from reviewers.models import Pool, Reviewer
from tests import factories

ALL = "/api/escalations"
NEXT = "/api/escalations/next"


def path_of(escalation: Escalation | UUID | str, verb: str = "") -> str:
    pk = escalation.pk if isinstance(escalation, Escalation) else escalation
    return f"{ALL}/{pk}{'/' if verb else ''}{verb}"


class Api:
    """Calls with one set of headers. Bodies are JSON unless they are bytes already."""

    def __init__(self, headers: dict[str, str] | None = None) -> None:
        self._client = Client(headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        return self._client.get(path, headers=_named(headers))

    def post(self, path: str = ALL, body: Any = None, **headers: str) -> Any:
        return self._send("POST", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("PATCH", path, body, headers)

    def create(self, issue_description: str = "May I refund order 6144?", **fields: Any) -> Any:
        return self.post(ALL, {"issue_description": issue_description, **fields})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        content_type = headers.pop("content_type", "application/json")
        return self._client.generic(method, path, data, content_type=content_type, headers=_named(headers))


def as_agent(agent: Agent, *, sandbox: bool = False) -> Api:
    return Api(factories.agent_headers(agent, sandbox=sandbox))


def as_reviewer(reviewer: Reviewer) -> Api:
    return Api(factories.reviewer_headers(reviewer))


def acting_for(agent: Agent, reviewer: Reviewer, *pools: Pool) -> Api:
    """An agent's key that names the person it acts for."""
    minted = keys.mint(agent=agent, scopes=[Scope.READ, Scope.REVIEW], pools=pools)
    return Api({"authorization": f"Bearer {minted.plain}", "x-reviewer": reviewer.email})


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
