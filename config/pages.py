"""Pages that belong to no app: errors, each with the id of its request, and whether we are ready."""

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from config.front.answers import is_api
from config.readiness import probe
from escalations.api import problems
from escalations.api.problems import Problem

RETRY_AFTER = "1"  # seconds

BAD_REQUEST = Problem(400, "bad_request", "The request cannot be read.")
FORBIDDEN = Problem(403, "forbidden", "You may not see or do this.")
NOT_FOUND = Problem(404, "not_found", "There is nothing at this address.")
SERVER_ERROR = Problem(500, "server_error", "The error was logged with the id of this request.")
UNAVAILABLE = Problem(
    503, "temporarily_unavailable", "The database does not answer. Nothing is lost; try again in a moment."
).with_headers(Retry_After=RETRY_AFTER)
STALE_FORM = Problem(
    403,
    "forbidden",
    "The form was open for too long, or cookies are switched off. Go back, reload the page, and send it again.",
)


def _always(problem: Problem) -> Callable[[HttpRequest, Exception], HttpResponse]:
    def view(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - as Django calls it
        return _answer(request, problem)

    return view


bad_request = _always(BAD_REQUEST)
forbidden = _always(FORBIDDEN)
not_found = _always(NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Also the answer while the database is away, which is not our error: then 503."""
    is_outage = isinstance(sys.exception(), OperationalError | InterfaceError)
    return _answer(request, UNAVAILABLE if is_outage else SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's words for developers
    return _answer(request, STALE_FORM)


@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    missing = probe.missing()
    if not missing:
        return JsonResponse({"status": "ready"})
    return JsonResponse({"status": "not ready", "detail": missing}, status=503, headers={"Retry-After": RETRY_AFTER})


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    if is_api(request.path_info):
        return problems.answer(request, problem)
    context = {
        "title": HTTPStatus(problem.status).phrase,
        "detail": problem.detail,
        "request_id": getattr(request, "request_id", ""),
    }
    return HttpResponse(render_to_string("error.html", context), status=problem.status, headers=problem.headers)
