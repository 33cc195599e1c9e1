"""RFC 9457 problems: their shape, and which error becomes which."""

import ast
import json
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, OperationalError
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions

from escalations import refusals
from escalations.api import problems
from escalations.api.codes import TITLES
from escalations.api.problems import Flaw, Problem


def test_a_problem_says_what_where_and_which_request() -> None:
    request = RequestFactory().get("/api/escalations")
    setattr(request, "request_id", "r1")  # noqa: B010 - a middleware does
    response = problems.answer(request, problems.flawed([Flaw("/tags/0", "blank", "Say something.")]))
    assert response["Content-Type"] == "application/problem+json"
    assert response.status_code == 400
    body = json.loads(response.content)
    assert body.pop("type").endswith("/api/docs#blank")
    assert body == {
        "title": "A text is empty",
        "status": 400,
        "code": "blank",
        "detail": "tags/0: Say something.",
        "request_id": "r1",
        "errors": [{"pointer": "/tags/0", "code": "blank", "detail": "Say something."}],
    }


def test_mistakes_of_several_kinds_share_one_code() -> None:
    flaws = [Flaw("/a", "blank", "Say something."), Flaw("/b", "required", "It is missing.")]
    assert problems.flawed(flaws).code == "invalid_request"


def test_nested_messages_become_pointers() -> None:
    detail = exceptions.ValidationError({"tags": {"0": ["x"]}, "a/b": ["y"], "non_field_errors": ["z"]}).detail
    assert [flaw.at for flaw in problems.flaws_of(detail)] == ["/tags/0", "/a~1b", ""]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "forbidden"),
        (exceptions.NotFound(), 404, "not_found"),
        (exceptions.PermissionDenied(), 403, "forbidden"),
        (exceptions.NotAuthenticated(), 401, "unauthorized"),
        (exceptions.AuthenticationFailed(), 401, "unauthorized"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
        (exceptions.ParseError(), 400, "bad_request"),
        (exceptions.ValidationError({"a": ["x"]}), 400, "wrong_type"),
        (RequestDataTooBig(), 413, "body_too_large"),
        (SuspiciousOperation(), 400, "bad_request"),
        (DataError(), 400, "invalid_value"),
        (OperationalError(), 503, "temporarily_unavailable"),
    ],
)
def test_an_error_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    problem = problems.translate(error)
    assert problem is not None
    assert (problem.status, problem.code) == (status, code)


def test_an_unexpected_error_is_left_to_the_error_page() -> None:
    assert problems.translate(KeyError("x")) is None


def test_an_unanswering_database_asks_for_a_retry() -> None:
    problem = problems.translate(OperationalError())
    assert problem is not None
    assert problem.headers == {"Retry-After": "1"}


def test_every_code_in_use_has_a_title() -> None:
    trees = [ast.parse(source.read_text()) for source in Path(problems.__file__).parent.glob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) > 1]
    used = {kind.code for kind in refusals.Refusal.__subclasses__()}
    for call in calls:
        name, code = ast.unparse(call.func), call.args[1]
        if name.rpartition(".")[2] in {"Problem", "Flaw", "note"} and isinstance(code, ast.Constant):
            used.add(str(code.value))
    assert len(used) > 30
    assert used - TITLES.keys() == set()


def test_a_problem_is_an_exception_with_its_detail_as_text() -> None:
    assert str(Problem(409, "held_by_another", "Ada holds it.")) == "Ada holds it."
