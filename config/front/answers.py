"""Answers that the front gives itself: problems for the API, small plain pages for people."""

import json
from collections.abc import Iterable
from html import escape
from typing import NamedTuple, TypeAlias

from asgiref.typing import ASGISendCallable
from django.conf import settings

from config.logs import request_id
from escalations.api import problems
from escalations.api.problems import Problem

Headers = list[tuple[bytes, bytes]]
Given: TypeAlias = Iterable[tuple[bytes, bytes]]  # the headers of a request as they came

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{detail}</p><p>Request {request}</p></main></body>
</html>
"""


class Answer(NamedTuple):
    """A whole answer, ready to be sent."""

    status: int
    headers: Headers
    body: bytes


def of_json(status: int, content: object, media_type: str = "application/json") -> Answer:
    return _answer(status, json.dumps(content).encode(), media_type)


def of_bytes(status: int, body: bytes, media_type: str) -> Answer:
    return _answer(status, body, media_type)


def of_problem(problem: Problem, path: str) -> Answer:
    """The problem in the form that fits the path."""
    content = problems.body(problem, request_id=request_id.get() or None)
    answer = of_json(problem.status, content, problems.MEDIA_TYPE) if is_api(path) else _page(problem.status, content)
    answer.headers.extend((name.lower().encode(), value.encode()) for name, value in problem.headers.items())
    return answer


def is_api(path: str) -> bool:
    return path.startswith("/api/") or path == "/api"


async def send_answer(answer: Answer, send: ASGISendCallable, *, is_last: bool = True) -> None:
    """With `is_last` false the connection stays open after the whole answer, until an empty last part follows."""
    await send_start(answer.status, answer.headers, send)
    await send({"type": "http.response.body", "body": answer.body, "more_body": not is_last})


async def send_start(status: int, headers: Iterable[tuple[bytes, bytes]], send: ASGISendCallable) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})


def _page(status: int, content: dict[str, object]) -> Answer:
    values = {"title": content["title"], "detail": content["detail"], "request": content["request_id"]}
    page = PAGE.format(**{name: escape(str(value)) for name, value in values.items()})
    return _answer(status, page.encode(), "text/html; charset=utf-8")


def _answer(status: int, body: bytes, media_type: str) -> Answer:
    headers: Headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", settings.SECURE_REFERRER_POLICY.encode()),
        (b"content-security-policy", settings.CONTENT_SECURITY_POLICY.encode()),
    ]
    if settings.SECURE_HSTS_SECONDS:
        headers.append((b"strict-transport-security", f"max-age={settings.SECURE_HSTS_SECONDS}".encode()))
    return Answer(status, headers, body)
