"""API keys: minted for one agent or one reviewer, shown once, revoked; never edited and never deleted."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from escalations import keys
from escalations.admin.agents import added_by
from escalations.admin.keylist import scopes_of, state_of
from escalations.models import Agent, ApiKey, Scope
from reviewers import once
from reviewers.models import Pool, Reviewer, Role

OVERLAPS = ((0, _lazy("None: it stops at once")), (1, _lazy("1 hour")), (24, _lazy("1 day")), (168, _lazy("7 days")))
ORDINARY = (Role.REVIEWER, Role.READ_ONLY)


class KeyForm(forms.ModelForm[ApiKey]):
    """Who may be chosen depends on who asks (`ApiKeyAdmin.get_form`)."""

    agent = forms.ModelChoiceField(Agent.objects.all(), required=False, help_text="For a program that asks.")
    reviewer = forms.ModelChoiceField(Reviewer.objects.active(), required=False, help_text="For a person who answers.")
    scopes = forms.MultipleChoiceField(choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    sandbox = forms.BooleanField(required=False, help_text="Its escalations reach no person.")
    pools = forms.ModelMultipleChoiceField(
        Pool.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="A reviewer's key works in these pools only. None chosen: all of theirs.",
    )
    expires_on = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="Empty: it works until it is revoked."
    )

    class Meta:
        model = ApiKey
        fields = ()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("agent")) == bool(given.get("reviewer")):
            raise ValidationError("Choose either an agent or a person.")
        if given.get("agent") and Scope.REVIEW in given.get("scopes", ()):
            raise ValidationError("An agent's key cannot claim and answer. Choose a person for that.")
        if given.get("reviewer") and given.get("sandbox"):
            raise ValidationError("Only an agent's key can be for the sandbox.")
        if given.get("expires_on") and given["expires_on"] <= timezone.now().date():
            raise ValidationError("Choose a day in the future.")
        return given


class RotateForm(forms.Form):
    overlap = forms.TypedChoiceField(
        coerce=int,
        choices=OVERLAPS,
        initial=24,
        widget=forms.RadioSelect,
        label=_lazy("How long the old key goes on working"),
    )


@admin.register(ApiKey)
class ApiKeyAdmin(once.ShownOnce):
    list_display = ("__str__", "whose", "scope_names", "state", "last_used_at", "created_at", "expires_at")
    list_select_related = ("agent", "reviewer")
    search_fields = ("id", "agent__name", "reviewer__email")
    fields = ("whose", "scope_names", "pool_names", "state", "created_at", "expires_at", "last_used_at", "revoked_at")
    change_form_template = "admin/escalations/apikey/change_form.html"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        """Those of the agents and people whose keys one may mint, and one's own."""
        viewer = cast("Reviewer", request.user)
        found = super().get_queryset(request)
        if viewer.role == Role.ADMIN:
            return found
        people, agents = _people(viewer).values("pk"), _agents(viewer).values("pk")
        return found.filter(Q(reviewer__in=people) | Q(reviewer=viewer) | Q(agent__in=agents))

    def get_urls(self) -> list[Any]:
        ours = [
            path(f"<slug:pk>/{verb}/", self.admin_site.admin_view(view), name=f"escalations_apikey_{verb}")
            for verb, view in (("revoke", self.revoke), ("rotate", self.rotate))
        ]
        return [*ours, *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:  # noqa: ANN401, ARG002 - Django's own
        return self.fields if obj else tuple(KeyForm.base_fields)

    def get_form(
        self,
        request: HttpRequest,
        obj: ApiKey | None = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's own signature
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        if obj:
            return super().get_form(request, obj, change, **kwargs)
        viewer = cast("Reviewer", request.user)
        form: Any = super().get_form(request, obj, change, **kwargs | {"form": KeyForm})
        form.base_fields["agent"].queryset = _agents(viewer)
        form.base_fields["reviewer"].queryset = _people(viewer)
        form.base_fields["pools"].queryset = Pool.objects.visible_to(viewer)
        return form

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:  # noqa: ARG002
        """It is revoked instead, so that the log still knows it."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: Any) -> None:  # noqa: ANN401, ARG002
        given = form.cleaned_data
        expires_on = given["expires_on"]
        new = keys.mint(
            agent=given["agent"],
            reviewer=given["reviewer"],
            scopes=[Scope(word) for word in given["scopes"]],
            sandbox=given["sandbox"],
            pools=given["pools"],
            expires_at=datetime.combine(expires_on, time.min, tzinfo=UTC) if expires_on else None,
        )
        obj.__dict__.update(new.key.__dict__, plain=new.plain)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:  # noqa: ARG002
        back = reverse("admin:escalations_apikey_change", args=[obj.pk])
        return once.show(request, _("A new API key"), [(_("API key"), obj.__dict__.pop("plain"))], back=back)

    def revoke(self, request: HttpRequest, pk: str) -> HttpResponse:
        key = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        keys.revoke(key)
        self.log_change(request, key, _("Revoked."))
        messages.success(request, _("%(key)s no longer works.") % {"key": key})
        return HttpResponseRedirect(reverse("admin:escalations_apikey_change", args=[key.pk]))

    def rotate(self, request: HttpRequest, pk: str) -> HttpResponse:
        """First how long both are to work, then the new key, once."""
        key = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = RotateForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            page = {"title": _("A new key in place of %(key)s") % {"key": key}, "key": key, "form": form}
            context = self.admin_site.each_context(request) | page
            return TemplateResponse(request, "admin/escalations/apikey/rotate.html", context)
        try:
            new = keys.rotate(key, overlap=timedelta(hours=form.cleaned_data["overlap"]))
        except keys.KeyEnded as refusal:
            messages.warning(request, str(refusal.__doc__))
            return HttpResponseRedirect(reverse("admin:escalations_apikey_change", args=[key.pk]))
        self.log_change(request, key, _("Rotated: %(key)s takes its place.") % {"key": new.key})
        self.log_addition(request, new.key, _("In place of %(key)s.") % {"key": key})
        back = reverse("admin:escalations_apikey_change", args=[new.key.pk])
        return once.show(request, _("A new API key"), [(_("API key"), new.plain)], back=back)

    @admin.display(description="of")
    def whose(self, key: ApiKey) -> str:
        return str(key.agent or key.reviewer)

    @admin.display(description="scopes")
    def scope_names(self, key: ApiKey) -> str:
        return scopes_of(key)

    @admin.display(description="pools")
    def pool_names(self, key: ApiKey) -> str:
        names = Pool.objects.filter(pk__in=key.pool_ids).values_list("name", flat=True)
        return ", ".join(names) if key.pool_ids else _("all of theirs")

    @admin.display
    def state(self, key: ApiKey) -> str:
        return state_of(key)


def _agents(viewer: Reviewer) -> QuerySet[Agent]:
    return Agent.objects.all() if viewer.role == Role.ADMIN else added_by(viewer)


def _people(viewer: Reviewer) -> QuerySet[Reviewer]:
    """A key acts as its person, so a lead mints none for another lead or for an admin."""
    shared = Reviewer.objects.visible_to(viewer).active()
    return shared if viewer.role == Role.ADMIN else shared.filter(Q(role__in=ORDINARY) | Q(pk=viewer.pk))
