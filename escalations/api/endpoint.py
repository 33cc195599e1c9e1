"""What every endpoint of the API shares: JSON only, problems for refusals, rate headers, versions, and repeats."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from escalations import intake, refusals
from escalations.api.authentication import Caller
from escalations.api.problems import Flaw, Problem, flawed
from escalations.api.representation import moment, represent_one
from escalations.api.strict_json import MEDIA_TYPE
from escalations.models import Escalation

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
ETAG = re.compile(r'"(\d{1,9})"')
# A refusal is a conflict with what stands (409), except where it speaks of the person, the version or the request.
STATUSES = {refusals.NotAllowed: 403, refusals.Stale: 412, refusals.CannotTake: 422}

Answer = TypeVar("Answer", bound=HttpResponseBase | Response)


class Endpoint(APIView):
    """A view of the API. Its handlers answer with `answer` and raise what is wrong."""

    metadata_class = None  # no OPTIONS
    default_response_headers: ClassVar[dict[str, str]] = {}  # Allow is for 405 alone
    body_limit: ClassVar[int] = 64 * 1024  # bytes

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().initial(request, *args, **kwargs)
        size = _content_length(request)
        if size > self.body_limit:
            detail = f"The body has {size:,} bytes; at most {self.body_limit:,} are taken here. Shorten it."
            raise Problem(413, "body_too_large", detail, size=size, limit=self.body_limit)

    def handle_exception(self, exc: Exception) -> Response:
        match exc:
            case refusals.Refusal():
                exc = refused(exc)
            case ObjectDoesNotExist():
                exc = Http404()
            case MethodNotAllowed():
                allowed = ", ".join(method for method in self.allowed_methods if method != "OPTIONS")
                detail = f"{self.request.method} is not possible here, only {allowed}."
                exc = Problem(405, "method_not_allowed", detail).with_headers(Allow=allowed)
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Answer, *args: Any, **kwargs: Any) -> Answer:  # noqa: ANN401
        caller = getattr(request, "_auth", None)  # without asking who it is, should that be what failed
        if isinstance(caller, Caller) and caller.allowance:
            for name, value in caller.allowance.headers().items():
                response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type, return-value]


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:  # noqa: ANN401
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, status=status, content_type=MEDIA_TYPE, headers=headers)


def answer_one(escalation: Escalation, status: int = 200) -> HttpResponse:
    """The escalation, with its version as ETag, and with its address when it is new."""
    headers = {"ETag": etag(escalation)}
    if status == 201:
        headers["Location"] = escalation.url
    return answer(represent_one(escalation), status, headers)


def etag(escalation: Escalation) -> str:
    return f'"{escalation.version}"'


def checked(request: Request, serializer: BaseSerializer[Any]) -> dict[str, Any]:
    """The body, as the serializer allows it. Serializers hold no state between two calls and are made once."""
    if not isinstance(request.data, dict):
        raise Problem(400, "not_an_object", "The body must be a JSON object, such as {}.")
    fields: dict[str, Any] = serializer.run_validation(dict(request.data))
    return fields


def expected_version(request: Request) -> int | None:
    """The version that If-Match asks for (RFC 9110, section 13.1.1); None if any will do."""
    header = request.META.get("HTTP_IF_MATCH")
    if header is None or header.strip() == "*":
        return None
    found = ETAG.fullmatch(header.strip())
    if found is None:
        raise flawed([Flaw("If-Match", "invalid_header", 'Send one ETag as GET returned it, such as "3".', "header")])
    return int(found[1])


def once(request: Request, caller: Caller, run: Callable[[], tuple[int, Escalation | None]]) -> HttpResponse:
    """Carry the request out; with an Idempotency-Key at most once, and a repeat gets the same answer."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return _told(*run())
    if not IDEMPOTENCY_KEY.fullmatch(key):
        detail = "Send 1 to 255 visible ASCII characters, such as a UUID."
        raise flawed([Flaw("Idempotency-Key", "invalid_header", detail, "header")])
    body = f"{request.method} {request.path}\n{json.dumps(request.data, sort_keys=True)}"
    try:
        done = intake.once(caller.principal, key, body.encode(), run)
    except intake.KeyReused as reused:
        first = str(reused.escalation.pk) if reused.escalation else None
        detail = "This Idempotency-Key came before with another body. Use a new key for a new request."
        raise Problem(422, "idempotency_key_reused", detail, escalation_id=first) from reused
    except intake.StillRunning as running:
        detail = "The first request with this Idempotency-Key has not ended. Try again in a moment."
        raise Problem(409, "idempotency_key_busy", detail).with_headers(Retry_After="1") from running
    response = _told(done.status, done.escalation)
    if done.is_replay:
        response["Idempotent-Replayed"] = "true"
    return response


def refused(refusal: refusals.Refusal) -> Problem:
    """The problem that tells why a verb was refused; a lost claim names the holder."""
    if isinstance(refusal, refusals.UnfitAnswer):
        return flawed(Flaw(flaw.pointer, flaw.code, flaw.detail) for flaw in refusal.flaws)
    problem = Problem(STATUSES.get(type(refusal), 409), refusal.code, refusal.detail)
    match refusal:
        case refusals.Held():
            holder = {"id": str(refusal.holder_id), "name": refusal.holder_name, "since": moment(refusal.since)}
            problem.extra["holder"] = holder
        case refusals.Finished():
            problem.extra["escalation_status"] = refusal.status
        case refusals.Stale():
            problem.extra["version"] = refusal.version
    return problem


def _told(status: int, escalation: Escalation | None) -> HttpResponse:
    if escalation is None:
        return HttpResponse(status=204)
    return answer_one(escalation, status)


def _content_length(request: Request) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() and len(length) < 20 else 0
