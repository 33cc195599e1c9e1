"""An agent's keys, beside the agent. They are made, rotated and revoked on pages of their own."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from escalations.models import ApiKey, Scope


class Keys(admin.TabularInline[ApiKey, Model]):
    model = ApiKey
    extra = 0
    max_num = 0
    can_delete = False
    ordering = ("-created_at",)
    verbose_name_plural = _("API keys")
    fields = ("key", "may", "state", "created_at", "last_used_at", "expires_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 - Django's own
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002
        return False

    @admin.display(description=_("key"))
    def key(self, key: ApiKey) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:escalations_apikey_change", args=[key.pk]), key)

    @admin.display(description=_("may"))
    def may(self, key: ApiKey) -> str:
        return scopes_of(key)

    @admin.display(description=_("state"))
    def state(self, key: ApiKey) -> str:
        return state_of(key)


def scopes_of(key: ApiKey) -> str:
    return ", ".join(str(Scope(word).label) for word in key.scopes)


def state_of(key: ApiKey) -> str:
    if key.revoked_at:
        return _now("revoked")
    return _now("expired") if key.expires_at and key.expires_at <= timezone.now() else _now("works")
