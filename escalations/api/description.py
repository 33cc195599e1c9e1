"""The description of the API for machines (OpenAPI 3.1) and, made from it, for people. Neither needs a key."""

import hashlib
import json
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import condition, require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

from escalations.api.codes import TITLES
from escalations.api.shapes import COMPONENTS

MAX_AGE = "max-age=300"


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # how the package registers it
    """How to show a key."""

    target_class = "escalations.api.authentication.KeyAuthentication"
    name = ["bearer", "header"]

    def get_security_requirement(self, _auto_schema: object) -> list[dict[str, list[str]]]:
        return [{name: []} for name in self.name]

    def get_security_definition(self, _auto_schema: object) -> list[dict[str, str]]:
        return [{"type": "http", "scheme": "bearer"}, {"type": "apiKey", "in": "header", "name": "X-API-Key"}]


class Field(NamedTuple):
    name: str
    kind: str
    is_required: bool
    description: str


class Call(NamedTuple):
    """One call, as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Field]
    responses: list[tuple[str, str]]


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, made once per process."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for shape in schemas.values():
        if shape.get("type") == "object":
            shape["additionalProperties"] = False
    schemas |= COMPONENTS
    return found


@cache
def _text() -> str:
    return json.dumps(document(), indent=1)


def _etag(_request: HttpRequest) -> str:
    return f'"{hashlib.sha256(_text().encode()).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=_etag)
def schema(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_text(), content_type="application/json", headers={"Cache-Control": MAX_AGE})


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """A page of plain HTML, complete without scripts and without anything from elsewhere."""
    context = {"calls": calls(), "shapes": shapes(), "codes": sorted(TITLES.items()), "base": settings.PUBLIC_URL}
    return render(request, "api/docs.html", context)


@cache
def calls() -> dict[str, list[Call]]:
    """By who makes them."""
    found: dict[str, list[Call]] = {"Agents": [], "Reviewers": [], "Everybody": []}
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_call(path, method, operation))
    return found


@cache
def shapes() -> list[tuple[str, str, list[Field]]]:
    return [(name, _plain(shape), _fields(shape)) for name, shape in COMPONENTS.items() if not name.endswith("Page")]


def _call(path: str, method: str, operation: dict[str, Any]) -> Call:
    parameters = [
        Field(each["name"], each["in"], each.get("required", False), _plain(each))
        for each in operation.get("parameters", [])
    ]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    responses = [(status, _plain(response)) for status, response in operation["responses"].items()]
    return Call(
        operation["operationId"],
        method.upper(),
        path,
        operation.get("summary", ""),
        _plain(operation),
        parameters,
        _fields(_resolved(content.get("schema", {}))),
        responses,
    )


def _resolved(shape: dict[str, Any]) -> dict[str, Any]:
    name = shape.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document()["components"]["schemas"][name] if name else shape
    return found


def _fields(shape: dict[str, Any]) -> list[Field]:
    required = shape.get("required", [])
    return [
        Field(name, _kind(each) + _bound(each), name in required, _plain(each))
        for name, each in shape.get("properties", {}).items()
    ]


def _plain(described: dict[str, Any]) -> str:
    """The description, which is Markdown elsewhere, as plain text."""
    return str(described.get("description", "")).replace("`", "")


def _bound(shape: dict[str, Any]) -> str:
    most = shape.get("maxLength") or shape.get("maxItems")
    return f", at most {most:,}" if most else ""


def _kind(shape: dict[str, Any]) -> str:
    """The type in words, such as "string or null (date-time)"."""
    options = shape.get("anyOf") or shape.get("oneOf") or shape.get("allOf")
    if options:
        return " or ".join(_kind(option) for option in options)
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    if "enum" in shape:
        return ", ".join(str(word) for word in shape["enum"])
    kinds = shape.get("type", "anything")
    words = kinds if isinstance(kinds, str) else " or ".join(kinds)
    return f"{words} ({shape['format']})" if "format" in shape else words
