"""What happens around every view. Sessions, CSRF and messages are for people; under /api there is only the key."""

import re
import secrets
import select
from collections.abc import Awaitable, Callable

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware

from config import logs
from config.front.answers import is_api
from config.front.figures import ROUTE
from escalations.api import problems
from escalations.api.problems import Problem

GetResponse = Callable[[HttpRequest], HttpResponseBase]
Response = HttpResponseBase | Awaitable[HttpResponseBase]

REQUEST_ID = re.compile(r"[A-Za-z0-9._:=+/-]{1,100}")
PROBES = ("/livez", "/readyz")  # asked by machines beside us, also over plain http


class RequestId:
    """Names the request, in the client's words if they can be used, in the answer and in every line that is logged."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        name = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        # Left in place afterwards: Django logs what failed when the middleware is done.
        logs.request_id.set(name)
        request.request_id = name  # type: ignore[attr-defined]  # read by the problems of the API and by the pages
        response = self.get_response(request)
        response.headers["X-Request-Id"] = name
        if request.resolver_match is not None and "asgi.scope" in request.META:
            request.META["asgi.scope"]["state"][ROUTE] = request.resolver_match.route
        return response


class KeptConnections:
    """Trusts a kept database connection whose socket is silent, which takes 4 microseconds to see instead of 70.

    A connection that was cut has something to read: the server's farewell, or the end of the stream. Only then Django
    asks PostgreSQL whether it still works (CONN_HEALTH_CHECKS).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        for kept in connections.all(initialized_only=True):
            if kept.connection is not None and not kept.connection.closed and _is_silent(kept.connection.fileno()):
                kept.health_check_done = True  # type: ignore[attr-defined]  # the stubs leave it out
        return self.get_response(request)


def _is_silent(socket: int) -> bool:
    waiting = select.poll()
    waiting.register(socket, select.POLLIN)
    return not waiting.poll(0)


class SecurityHeaders:
    """One content security policy everywhere, and https wherever the product is reached by https."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = _insist_on_tls(request) or self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response


def _insist_on_tls(request: HttpRequest) -> HttpResponse | None:
    """A page moves to https. The API does not: a redirect would hide that the key went over the wire in clear."""
    if not settings.IS_TLS or request.is_secure() or request.path_info in PROBES:
        return None
    if is_api(request.path_info):
        detail = f"The key was sent in clear and should be replaced. Call {settings.PUBLIC_URL} instead."
        return problems.answer(request, Problem(403, "tls_required", detail))
    return HttpResponseRedirect(settings.PUBLIC_URL + request.get_full_path())


class Sessions(SessionMiddleware):
    def __call__(self, request: HttpRequest) -> Response:
        return self.get_response(request) if is_api(request.path_info) else super().__call__(request)


class Csrf(CsrfViewMiddleware):
    def __call__(self, request: HttpRequest) -> Response:
        return self.get_response(request) if is_api(request.path_info) else super().__call__(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:  # type: ignore[override]
        return None if is_api(request.path_info) else super().process_view(request, *view)  # type: ignore[arg-type]


class Authentication(AuthenticationMiddleware):
    def __call__(self, request: HttpRequest) -> Response:
        return self.get_response(request) if is_api(request.path_info) else super().__call__(request)


class Messages(MessageMiddleware):
    def __call__(self, request: HttpRequest) -> Response:
        return self.get_response(request) if is_api(request.path_info) else super().__call__(request)
