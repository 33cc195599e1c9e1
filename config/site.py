"""The one admin site: the desk. It starts with the live queue, and its navigation says what people do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from escalations.desk import pages, queue, urls
from metrics import desk as figures
from notifications import desk as notified
from reviewers.accounts.site import AccountPages

# What the desk sets up by itself and nobody needs to edit: what a role may do, and the beat's rows.
KEPT_OUT = {"auth", "django_celery_beat"}


@dataclass(frozen=True)
class Page:
    """A page of the desk, by the name of its view; `covers` are the paths that belong to it besides its own.

    `count` is a number of `queue.Counts`; live pages keep it up to date.
    """

    title: str | Promise
    view: str
    covers: tuple[str, ...] = ()
    count: str = ""


@dataclass(frozen=True)
class Records:
    """The list of a model, as `app_label.ObjectName`. It is there for whom permissions let see it."""

    title: str | Promise
    model: str


# What there is to do, in the order in which people look for it. A model that is not named here comes last.
NAVIGATION: tuple[tuple[str | Promise, tuple[Page | Records, ...]], ...] = (
    (
        _("Work"),
        (
            Page(_("Live queue"), "index", covers=("desk/queue/", "desk/e/"), count="to_do"),
            Page(_("My work"), "desk_mine", count="mine"),
            Records(_("All escalations"), "escalations.Escalation"),
        ),
    ),
    (
        _("Team"),
        (
            Page(_("Team"), "desk_team", covers=("desk/team/",)),
            Page(_("On call"), "desk_oncall", covers=("desk/oncall/",)),
            Page(_("Metrics"), "desk_metrics", covers=("desk/metrics/",)),
            Records(_("People"), "reviewers.Reviewer"),
            Records(_("Reviewer pools"), "reviewers.Pool"),
            Records(_("Rotations"), "reviewers.Rotation"),
            Records(_("Tags"), "reviewers.Tag"),
        ),
    ),
    (
        _("Configure"),
        (
            Records(_("Agents"), "escalations.Agent"),
            Records(_("API keys"), "escalations.ApiKey"),
            Records(_("Routing rules"), "escalations.RoutingRule"),
            Records(_("Policies"), "escalations.Policy"),
            Records(_("Answer templates"), "escalations.AnswerTemplate"),
            Records(_("Reasons"), "escalations.Reason"),
            Records(_("Proposed reasons"), "metrics.Proposal"),
            Records(_("Webhook endpoints"), "notifications.Endpoint"),
            Records(_("Webhook deliveries"), "notifications.Delivery"),
            Records(_("Audit log"), "escalations.Event"),
            Records(_("Configuration changes"), "admin.LogEntry"),
        ),
    ),
)


@dataclass(frozen=True)
class Item:
    title: str | Promise
    url: str
    is_current: bool
    key: str = ""
    count: int | None = None


class DeskSite(AccountPages):
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
        return [*urls.patterns(self), *notified.patterns(self), *figures.patterns(self), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:  # noqa: ARG002
        return pages.live_queue(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if context["has_permission"]:
            groups = _navigation(request, context["available_apps"])
            items = [item for group in groups for item in group["items"]]
            context |= {"navigation": groups, "here": next((item for item in items if item.is_current), None)}
        return context


def _navigation(request: HttpRequest, apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    models = {
        f"{app['app_label']}.{each['object_name']}": each for app in apps for each in app["models"] if each["admin_url"]
    }
    counts = queue.counts_of(request)
    groups: list[dict[str, Any]] = []
    for title, entries in NAVIGATION:
        items = [
            _page(request, each, counts) if isinstance(each, Page) else _listed(request, each, models)
            for each in entries
        ]
        groups.append({"title": title, "items": [item for item in items if item]})
    groups[-1]["items"] += [_item(request, each["name"], each["admin_url"]) for each in models.values()]
    return [group for group in groups if group["items"]]


def _page(request: HttpRequest, page: Page, counts: queue.Counts) -> Item:
    url, home = reverse(f"admin:{page.view}"), reverse("admin:index")
    is_current = request.path == url or request.path.startswith(tuple(home + path for path in page.covers))
    count = getattr(counts, page.count) if page.count else None
    return Item(page.title, url, is_current, page.count.replace("_", "-"), count)


def _listed(request: HttpRequest, records: Records, models: dict[str, dict[str, Any]]) -> Item | None:
    """Its item, taken out of the models that are still to be placed; None for who may not see it."""
    found = models.pop(records.model, None)
    return _item(request, records.title, found["admin_url"]) if found else None


def _item(request: HttpRequest, title: str | Promise, url: str) -> Item:
    return Item(title, url, request.path.startswith(url))
