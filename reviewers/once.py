"""Secrets are shown once: in the answer to the request that made them, never in a message, a session or a cache."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise

Named = tuple[str | Promise, str]


class ShownOnce(admin.ModelAdmin[Any]):
    """What comes with a secret is added one at a time, since the page after it shows that secret."""

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002 - Django's own signature
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Any | None = None,  # noqa: ANN401
    ) -> HttpResponse:
        single = {"show_save_and_add_another": False, "show_save_and_continue": False} if add else {}
        return super().render_change_form(request, context | single, add, change, form_url, obj)


def show(request: HttpRequest, title: str, secrets: Iterable[Named], *, back: str, note: str = "") -> TemplateResponse:
    """A page with each secret by its name, what to know about them (`note`), and a way on to `back`."""
    shown = {"title": title, "secrets": list(secrets), "back": back, "note": note}
    context = {**admin.site.each_context(request), **shown}
    return TemplateResponse(request, "desk/secret.html", context, headers={"Cache-Control": "no-store"})
