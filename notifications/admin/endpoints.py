"""Webhook endpoints: how they have been doing; tested, switched off and on, and given a new secret by buttons."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from escalations.admin.agents import added_by, is_theirs
from escalations.admin.filters import Choice
from escalations.models import Agent
from notifications import channels, deliveries, endpoints
from notifications.models import Endpoint, Kind
from reviewers import once
from reviewers.admin.seats import signed_in
from reviewers.models import Reviewer, Role


class OfKind(Choice):
    title = _("channel")
    parameter_name = "kind"
    words = tuple((kind.value, kind.label) for kind in Kind)


@admin.register(Endpoint)
class EndpointAdmin(admin.ModelAdmin[Endpoint]):
    list_display = ("url", "kind", "of", "state", "failures", "trouble")
    list_filter = (OfKind,)
    search_fields = ("url", "agent__name", "reviewer__email")
    fields = (
        "url",
        "kind",
        "of",
        "state",
        "cap",
        "failures",
        "failing_since",
        "trouble",
        "old_secret_until",
        "created_at",
    )
    readonly_fields = tuple(name for name in fields if name != "cap")
    change_form_template = "admin/notifications/endpoint/change_form.html"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        """A lead's are those of the agents they added."""
        return seen_by(signed_in(request))

    def get_urls(self) -> list[Any]:
        verbs = {"test": self.test, "disable": self.disable, "enable": self.enable, "rotate": self.rotate}
        ours = [
            path(f"<int:pk>/{verb}/", self.admin_site.admin_view(view), name=f"notifications_endpoint_{verb}")
            for verb, view in verbs.items()
        ]
        everywhere = path(
            "agent/<int:pk>/rotate/",
            self.admin_site.admin_view(self.rotate_all),
            name="notifications_endpoint_rotate_all",
        )
        return [everywhere, *ours, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's own
        """One comes with the first message to a URL."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Endpoint | None = None) -> bool:
        """A URL may hold a token, so it is for those who configure agents."""
        return super().has_view_permission(request, obj) and self._is_configuring(request)

    def has_change_permission(self, request: HttpRequest, obj: Endpoint | None = None) -> bool:
        allowed = super().has_change_permission(request, obj) and self._is_configuring(request)
        return allowed and (obj is None or _is_theirs(signed_in(request), obj))

    def has_delete_permission(self, request: HttpRequest, obj: Endpoint | None = None) -> bool:  # noqa: ARG002
        """What was sent there stays known; it is switched off instead."""
        return False

    def test(self, request: HttpRequest, pk: int) -> HttpResponse:
        endpoint = self._theirs(request, pk)
        agent = endpoint.agent
        sent = deliveries.send_test(agent, endpoint.url) if agent else channels.send_test(endpoint)
        messages.success(request, _("A test is on its way. Load this page again to see how it went."))
        return HttpResponseRedirect(reverse("admin:notifications_delivery_change", args=[sent.pk]))

    def disable(self, request: HttpRequest, pk: int) -> HttpResponse:
        who = signed_in(request).display_name
        reason = _("Switched off by %(name)s.") % {"name": who}
        return self._do(request, pk, lambda endpoint: endpoints.disable(endpoint, reason=reason), reason)

    def enable(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._do(request, pk, endpoints.enable, _("Switched on. What has waited is sent now."))

    def rotate(self, request: HttpRequest, pk: int) -> HttpResponse:
        endpoint = self._theirs(request, pk)
        if not endpoint.secret:
            raise PermissionDenied
        secret = endpoints.rotate_secret(endpoint)
        self.log_change(request, endpoint, _("New secret."))
        return _show(request, secret, back=_page(endpoint))

    def rotate_all(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new secret wherever the agent hears, from the agent's own page."""
        agent = get_object_or_404(Agent, pk=pk)
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        if not is_theirs(signed_in(request), agent):
            raise PermissionDenied
        secret = endpoints.rotate_secrets(agent)
        self.admin_site.get_model_admin(Agent).log_change(request, agent, _("New webhook secret."))
        return _show(request, secret, back=reverse("admin:escalations_agent_change", args=[agent.pk]))

    @admin.display(description=_("of"))
    def of(self, endpoint: Endpoint) -> str:
        return str(endpoint.owner)

    @admin.display(description="state")
    def state(self, endpoint: Endpoint) -> str:
        if endpoint.disabled_at:
            return _("off: %(reason)s") % {"reason": endpoint.disabled_reason}
        if endpoint.breaker_until and endpoint.breaker_until > timezone.now():
            return _("rests until %(moment)s UTC") % {"moment": f"{endpoint.breaker_until:%H:%M:%S}"}
        return _("failing") if endpoint.failures else _("works")

    def _is_configuring(self, request: HttpRequest) -> bool:
        return signed_in(request).role in {Role.ADMIN, Role.LEAD}

    def _theirs(self, request: HttpRequest, pk: int) -> Endpoint:
        endpoint = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST" or not self.has_change_permission(request, endpoint):
            raise PermissionDenied
        return endpoint

    def _do(self, request: HttpRequest, pk: int, verb: Callable[[Endpoint], None], said: str) -> HttpResponse:
        endpoint = self._theirs(request, pk)
        verb(endpoint)
        self.log_change(request, endpoint, said)
        messages.success(request, said)
        return HttpResponseRedirect(_page(endpoint))


def _is_theirs(viewer: Reviewer, endpoint: Endpoint) -> bool:
    """Where people hear is theirs and the admins'."""
    return is_theirs(viewer, endpoint.agent) if endpoint.agent else viewer.role == Role.ADMIN


def seen_by(viewer: Reviewer) -> QuerySet[Endpoint]:
    """Those of everybody for an admin, of the agents they added for a lead; a URL may hold a token."""
    found = Endpoint.objects.select_related("agent", "reviewer", "pool")
    if viewer.role == Role.ADMIN:
        return found
    return found.filter(agent__in=added_by(viewer).values("pk")) if viewer.role == Role.LEAD else found.none()


def _show(request: HttpRequest, secret: str, *, back: str) -> HttpResponse:
    hours = endpoints.OVERLAP.total_seconds() // 3600
    name = _("New secret (for %(hours)d hours messages carry both signatures)") % {"hours": hours}
    return once.show(request, _("New signing secret"), [(name, secret)], back=back)


def _page(endpoint: Endpoint) -> str:
    return reverse("admin:notifications_endpoint_change", args=[endpoint.pk])
