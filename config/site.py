"""The one admin site: the desk. It starts with the live queue, and its navigation says what people do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from escalations.desk import pages, queue, urls

# What the desk sets up by itself and nobody needs to edit: what a role may do, and the beat's rows.
KEPT_OUT = {"auth", "django_celery_beat"}
TITLES: dict[str, dict[str, str | Promise]] = {
    "escalations": {
        "Escalation": _("All escalations"),
        "Agent": _("Agents"),
        "ApiKey": _("API keys"),
        "Event": _("Audit log"),
    },
    "reviewers": {"Pool": _("Reviewer pools"), "Reviewer": _("People"), "Tag": _("Tags")},
    "notifications": {"Endpoint": _("Webhook endpoints"), "Delivery": _("Webhook deliveries")},
}
WORK = ("Escalation",)
CONFIGURE = ("Pool", "Reviewer", "Tag", "Agent", "ApiKey", "Endpoint", "Delivery", "Event")


@dataclass(frozen=True)
class Item:
    title: str | Promise
    url: str
    is_current: bool
    key: str = ""
    count: int | None = None


class DeskSite(AdminSite):
    site_header = _("Escalation desk")
    site_title = _("Escalation desk")
    index_title = _("Live queue")
    site_url = None
    # An address that nobody knows is not found; it does not ask for a sign-in first.
    final_catch_all_view = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,  # noqa: ANN401 - Django's own signature
    ) -> None:
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        shown = [each for each in models if each._meta.app_label not in KEPT_OUT]  # noqa: SLF001
        super().register(shown, admin_class, **options)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [*urls.patterns(self), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:  # noqa: ARG002
        return pages.live_queue(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if context["has_permission"]:
            groups = self._navigation(request, context["available_apps"])
            items = [item for group in groups for item in group["items"]]
            context |= {"navigation": groups, "here": next((item for item in items if item.is_current), None)}
        return context

    def _navigation(self, request: HttpRequest, apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found = {
            each["object_name"]: _item(request, app["app_label"], each)
            for app in apps
            for each in app["models"]
            if each["admin_url"]
        }
        work = [_live_queue(request), *(found.pop(name) for name in WORK if name in found)]
        configure = [found.pop(name) for name in CONFIGURE if name in found]
        groups = [
            {"title": _("Work"), "items": work},
            {"title": _("Configure"), "items": [*configure, *found.values()]},
        ]
        return [group for group in groups if group["items"]]


def _live_queue(request: HttpRequest) -> Item:
    counts = queue.counts(request.user)  # type: ignore[arg-type] # has_permission: somebody is signed in
    home = reverse("admin:index")
    is_current = request.path == home or request.path.startswith(f"{home}desk/")
    return Item(_("Live queue"), home, is_current, "to-do", counts.to_do)


def _item(request: HttpRequest, app: str, model: dict[str, Any]) -> Item:
    title = TITLES.get(app, {}).get(model["object_name"], model["name"])
    return Item(title, model["admin_url"], request.path.startswith(model["admin_url"]))
