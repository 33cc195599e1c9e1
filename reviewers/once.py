"""Secrets are shown once: in the answer to the request that made them, never in a message, a session or a cache."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import Promise

Named = tuple[str | Promise, str]


def show(request: HttpRequest, title: str, secrets: Iterable[Named], back: str) -> TemplateResponse:
    """A page with each secret by its name and a way on to `back`."""
    context = {**admin.site.each_context(request), "title": title, "secrets": list(secrets), "back": back}
    return TemplateResponse(request, "desk/secret.html", context, headers={"Cache-Control": "no-store"})
