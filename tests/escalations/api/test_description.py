"""The OpenAPI description and the page made of it: they say what the API does."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from escalations.api import serializers
from escalations.api.codes import TITLES
from reviewers.models import Role
from tests import factories
from tests.escalations.api.calls import ALL, NEXT, Api, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> dict[str, Any]:
    found: dict[str, Any] = Api().get("/api/schema").json()
    return found


def validate(document: dict[str, Any], pointer: str, value: Any) -> None:
    """Raises when the value is not as the schema at the pointer says."""
    registry = Registry().with_resource("doc:", Resource.from_contents(document, default_specification=DRAFT202012))
    schema = {"$ref": f"doc:#{pointer}"}
    Draft202012Validator(schema, registry=registry, format_checker=FormatChecker()).validate(value)


def check(document: dict[str, Any], path: str, response: Any) -> None:
    """The answer has a documented status, and the shape documented for it."""
    method = response.request["REQUEST_METHOD"].lower()
    answers = document["paths"][path][method]["responses"]
    content = answers[str(response.status_code)].get("content", {})
    if not content:
        assert response.content == b""
        return
    media_type = response["Content-Type"]
    place = [path, method, "responses", str(response.status_code), "content", media_type, "schema"]
    validate(document, "/paths/" + "/".join(part.replace("/", "~1") for part in place), response.json())


def test_it_is_openapi_3_1_and_needs_no_key(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"].keys() == {"bearer", "header"}


def test_every_answer_is_as_documented(document: dict[str, Any]) -> None:
    one = "/api/escalations/{id}"
    bot, ada = factories.make_agent(), factories.make_reviewer("Ada")
    agent, reviewer = as_agent(bot), as_reviewer(ada)
    lead = as_reviewer(factories.make_reviewer("Lead", role=Role.LEAD))
    created = agent.create(context_data={"a": 1}, dedupe_key="d", webhook_url="https://example.com/")
    pk = created.json()["id"]
    check(document, ALL, created)
    check(document, ALL, agent.create(dedupe_key="d"))
    check(document, ALL, agent.create(priority="soon"))
    check(document, ALL, agent.create(webhook_url="http://localhost/"))
    check(document, ALL, agent.create(context_data=["x" * 270_000]))
    check(document, ALL, agent.post(ALL, b"x", content_type="text/plain"))
    check(document, ALL, Api().get(ALL))
    check(document, ALL, agent.get(ALL))
    check(document, ALL, agent.get(f"{ALL}?include=context_data&limit=1"))
    check(document, ALL, agent.get(f"{ALL}?limit=x"))
    check(document, one, agent.get(path_of(pk)))
    check(document, one, agent.get(path_of(pk), if_none_match=created["ETag"]))
    check(document, one, as_agent(factories.make_agent()).get(path_of(pk)))
    check(document, f"{one}/claim", reviewer.patch(path_of(pk, "claim")))
    check(document, f"{one}/claim", lead.patch(path_of(pk, "claim")))
    check(document, f"{one}/claim", agent.patch(path_of(pk, "claim")))
    check(document, f"{one}/release", reviewer.patch(path_of(pk, "release"), if_match='"1"'))
    check(document, f"{one}/release", reviewer.patch(path_of(pk, "release"), {"reason": "Lunch"}))
    check(
        document, f"{one}/reassign", lead.patch(path_of(pk, "reassign"), {"assigned_to": ada.email, "note": "Please"})
    )
    check(document, f"{one}/resolve", reviewer.patch(path_of(pk, "resolve"), {"resolution_notes": "Yes"}))
    check(document, one, agent.get(path_of(pk)))
    check(document, f"{one}/reopen", agent.patch(path_of(pk, "reopen"), {"reason": "No"}))
    check(document, f"{one}/decline", reviewer.patch(path_of(pk, "decline")))
    check(document, f"{one}/cancel", agent.patch(path_of(pk, "cancel")))
    check(document, NEXT, reviewer.post(NEXT))
    check(document, "/api/events", agent.get("/api/events?limit=2"))
    check(document, f"{one}/events", agent.get(path_of(pk, "events")))


def test_every_field_that_may_be_sent_is_described(document: dict[str, Any]) -> None:
    shape = document["components"]["schemas"]["CreateRequest"]
    assert shape["properties"].keys() == serializers.CREATE.fields.keys()
    assert (shape["required"], shape["additionalProperties"]) == (["issue_description"], False)
    validate(
        document, "/components/schemas/CreateRequest", {"issue_description": "x", "context_data": [], "pool": None}
    )


def test_what_a_verb_needs_is_required(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["MessageRequest"]["required"] == ["message"]
    assert document["components"]["schemas"]["ReportRequest"]["required"] == ["outcome"]


def test_the_description_is_not_sent_twice() -> None:
    first = Api().get("/api/schema")
    again = Api().get("/api/schema", if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_the_page_tells_every_call_and_every_code(document: dict[str, Any]) -> None:
    page = Api().get("/api/docs").content.decode()
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page
    for code in TITLES:
        assert f'id="{code}"' in page


def test_the_page_is_complete_without_scripts_and_without_anybody_else() -> None:
    response = Api().get("/api/docs")
    page = response.content.decode()
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert not re.search(r"<script|<style|style=|\son\w+=", page)
    assert {url for url in re.findall(r'(?:href|src)="([^"#]+)', page) if "//" in url} == set()
