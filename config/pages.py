"""Pages that belong to no app: errors, each with the id of its request, and whether we are ready.

Who is signed in sees what went wrong inside the desk, with its navigation. When we have failed, the page needs nothing
that may be broken: no database, no session, no address.
"""

import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from config.front.answers import is_api
from config.readiness import probe
from escalations.api import problems
from escalations.api.problems import Problem

RETRY_AFTER = "1"  # seconds

# What a page says instead of the phrase of the status, and what may be the reason.
TITLES = {
    HTTPStatus.BAD_REQUEST: gettext_lazy("That could not be read"),
    HTTPStatus.FORBIDDEN: gettext_lazy("You may not do this"),
    HTTPStatus.NOT_FOUND: gettext_lazy("There is nothing here"),
    HTTPStatus.INTERNAL_SERVER_ERROR: gettext_lazy("Something went wrong on our side"),
    HTTPStatus.SERVICE_UNAVAILABLE: gettext_lazy("The desk is away for a moment"),
}

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
    status = HTTPStatus(problem.status)
    is_safe = request.method in {"GET", "HEAD"}
    context = {
        "title": TITLES.get(status, status.phrase),
        "detail": problem.detail,
        "request_id": getattr(request, "request_id", ""),
        "again": request.get_full_path() if status >= HTTPStatus.INTERNAL_SERVER_ERROR and is_safe else "",
        "back": _back(request),
    }
    return HttpResponse(_page(request, status, context), status=problem.status, headers=problem.headers)


def _page(request: HttpRequest, status: HTTPStatus, context: dict[str, Any]) -> str:
    """Inside the desk for whoever is signed in, unless we have failed."""
    user = None if status >= HTTPStatus.INTERNAL_SERVER_ERROR else getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return render_to_string("error.html", context)
    context |= admin.site.each_context(request) | {"why": _why(user, status)}
    return render_to_string("admin/error.html", context, request)


def _why(user: Any, status: HTTPStatus) -> str:  # noqa: ANN401 - whoever is signed in
    role = {"role": user.get_role_display()}
    if status == HTTPStatus.FORBIDDEN:
        return _("Your role here is %(role)s. A lead or an administrator can say who may do it.") % role
    if status == HTTPStatus.NOT_FOUND:
        return _("It may have been removed, or belong to a pool you do not sit in.")
    return ""


def _back(request: HttpRequest) -> str:
    """The path of the page one came from, if that was one of ours and another one."""
    came_from = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.META.get("HTTP_HOST", "")}):
        return ""
    parts = urlsplit(came_from)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if path != request.get_full_path() or request.method == "POST" else ""
