"""Every error of the API is a problem (RFC 9457): one shape, a stable `code`, a JSON pointer for each field.

`settings.REST_FRAMEWORK` names this module, so it must not import `rest_framework.views`. `answer` and `body`
serve callers outside of REST framework, too.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from rest_framework import exceptions

from escalations.api.codes import TITLES

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
# REST framework's own codes, in our words.
CODES = {
    "null": "wrong_type",
    "invalid": "wrong_type",
    "not_a_list": "wrong_type",
    "not_a_dict": "wrong_type",
    "max_length": "too_long",
    "empty": "blank",
}


@dataclass(frozen=True)
class Flaw:
    """What is wrong with one value.

    `at` is a JSON pointer into the body (RFC 6901), or the name of a `parameter` or `header`: see `where`.
    """

    at: str
    code: str
    detail: str
    where: str = "pointer"

    def as_json(self) -> dict[str, str]:
        return {self.where: self.at, "code": self.code, "detail": self.detail}


class Problem(Exception):
    """The request is answered with this problem. `extra` are further members of its body."""

    def __init__(self, status: int, code: str, detail: str, **extra: Any) -> None:  # noqa: ANN401 - any JSON
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.extra = extra
        self.flaws: list[Flaw] = []
        self.headers: dict[str, str] = {}

    def with_headers(self, **headers: str) -> "Problem":
        """`Retry_After="1"` sets the header `Retry-After`."""
        self.headers |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self


def flawed(flaws: Iterable[Flaw], status: int = 400) -> Problem:
    """One problem for all that is wrong with a request; it has the code of its flaws if they share one."""
    found = list(flaws)
    codes = {flaw.code for flaw in found}
    code = codes.pop() if len(codes) == 1 else "invalid_request"
    problem = Problem(status, code, " ".join(f"{flaw.at.lstrip('/') or 'body'}: {flaw.detail}" for flaw in found[:5]))
    problem.flaws = found
    return problem


def body(problem: Problem, *, request_id: str | None) -> dict[str, Any]:
    """The problem as JSON. `type` leads to the page that lists the codes."""
    members: dict[str, Any] = {
        "type": f"{settings.PUBLIC_URL}/api/docs#{problem.code}",
        "title": TITLES.get(problem.code) or HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "request_id": request_id,
    }
    if problem.flaws:
        members["errors"] = [flaw.as_json() for flaw in problem.flaws]
    return members | problem.extra


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    content = json.dumps(body(problem, request_id=getattr(request, "request_id", None)))
    return HttpResponse(content, status=problem.status, content_type=MEDIA_TYPE, headers=problem.headers)


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """REST framework's exception handler. An error nobody expected gives None: handler500 answers."""
    problem = translate(error)
    return answer(context["request"]._request, problem) if problem else None  # noqa: SLF001 - the plain request


def translate(error: Exception) -> Problem | None:
    """The problem that tells of the error; None for one that nobody expected."""
    match error:
        case Problem():
            return error
        case Http404():
            return Problem(404, "not_found", "There is nothing here that this key may see.")
        case PermissionDenied():
            return Problem(403, "forbidden", "This key may not do this.")
        case exceptions.APIException():
            return _of_framework(error)
        case RequestDataTooBig():
            return Problem(413, "body_too_large", "The body is too large.")
        case SuspiciousOperation() | UnreadablePostError():
            return Problem(400, "bad_request", "The request cannot be read.")
    return _of_database(error)


def _of_framework(error: exceptions.APIException) -> Problem:
    match error:
        case exceptions.ValidationError():
            return flawed(flaws_of(error.detail))
        case exceptions.MethodNotAllowed():
            return Problem(405, "method_not_allowed", str(error.detail))
        case exceptions.UnsupportedMediaType():
            return Problem(415, "unsupported_media_type", "Send JSON with Content-Type: application/json.")
        case exceptions.NotFound():
            return Problem(404, "not_found", "There is nothing here that this key may see.")
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return unauthorized()
        case exceptions.PermissionDenied():
            return Problem(403, "forbidden", str(error.detail))
    return Problem(error.status_code, "bad_request", str(error.detail))


def _of_database(error: Exception) -> Problem | None:
    if isinstance(error, DataError):
        return Problem(400, "invalid_value", "A value of the request cannot be stored or compared.")
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    logger.warning("The database cannot answer", exc_info=error)
    detail = "Nothing was changed, or it is not known. Try again, with the same Idempotency-Key if there was one."
    return Problem(503, "temporarily_unavailable", detail).with_headers(Retry_After="1")


def unauthorized() -> Problem:
    """The same for every key that does not work, so that nobody learns why."""
    problem = Problem(401, "unauthorized", "Send a valid API key as Authorization: Bearer esc_…")
    return problem.with_headers(WWW_Authenticate='Bearer realm="api"')


def flaws_of(detail: Any, at: str = "") -> Iterator[Flaw]:  # noqa: ANN401 - REST framework nests lists and dicts at will
    """Each message of a validation error with the place it speaks of."""
    match detail:
        case exceptions.ErrorDetail():
            code = detail.code or "invalid_value"
            yield Flaw(at, CODES.get(code, code), str(detail))
        case dict():
            for key, inner in detail.items():
                yield from flaws_of(inner, at if key == "non_field_errors" else f"{at}/{escaped(str(key))}")
        case list():
            for index, inner in enumerate(detail):
                is_message = isinstance(inner, exceptions.ErrorDetail)
                yield from flaws_of(inner, at if is_message else f"{at}/{index}")


def escaped(key: str) -> str:
    """A key as a JSON pointer writes it (RFC 6901, section 4)."""
    return key.replace("~", "~0").replace("/", "~1")
