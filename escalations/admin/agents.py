"""Agents: made with their keys, paused and resumed. Their secrets are shown once."""

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from escalations import addresses, agents
from escalations.admin.keylist import Keys
from escalations.models import Agent, ApiKey, Escalation
from reviewers import once
from reviewers.models import Reviewer, Role

LATELY = timedelta(days=1)
LINE = forms.TextInput(attrs={"class": "vTextField"})


class AgentForm(forms.ModelForm[Agent]):
    class Meta:
        model = Agent
        fields = ("name", "webhook_url")
        widgets = {"name": LINE, "webhook_url": LINE}
        labels = {"webhook_url": "Webhook URL"}

    def clean_name(self) -> str:
        return agents.checked_name(self.cleaned_data["name"])

    def clean_webhook_url(self) -> str:
        url = str(self.cleaned_data["webhook_url"])
        try:
            addresses.validate(url) if url else None
        except addresses.UnusableAddress as error:
            raise ValidationError(error.text) from error
        return url


@admin.register(Agent)
class AgentAdmin(once.ShownOnce):
    form = AgentForm
    shown = ("paused_at", "seen", "asked_lately", "created_at")
    list_display = ("name", "webhook_url", "is_running", "seen", "asked_lately", "created_at")
    search_fields = ("name",)
    change_form_template = "admin/escalations/agent/change_form.html"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        """With the last use of its keys, and what it asked in 24 hours, which is a range of the index `of_agent`."""
        of_agent = Escalation.objects.for_people().filter(agent=OuterRef("pk"), created_at__gt=Now() - LATELY)
        used = ApiKey.objects.filter(agent=OuterRef("pk"))
        last_seen = Subquery(_grouped(used).annotate(value=Max("last_used_at")).values("value"))
        lately = Subquery(_grouped(of_agent).annotate(value=Count("pk")).values("value"))
        found: QuerySet[Agent] = super().get_queryset(request)
        return found.annotate(last_seen=last_seen, lately=Coalesce(lately, 0))

    def get_inlines(self, request: HttpRequest, obj: Agent | None) -> list[Any]:
        """The keys are for whoever may mint them."""
        return [Keys] if obj and is_theirs(cast("Reviewer", request.user), obj) else []

    def get_fields(self, request: HttpRequest, obj: Agent | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's own
        return ("name", "webhook_url", *self.shown) if obj else ("name", "webhook_url")

    def get_readonly_fields(self, request: HttpRequest, obj: Agent | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """The name is what the agent's escalations are found by."""
        return ("name", *self.shown) if obj else ()

    def get_urls(self) -> list[Any]:
        ours = [
            path(f"<int:pk>/{verb}/", self.admin_site.admin_view(view), name=f"escalations_agent_{verb}")
            for verb, view in (("pause", self.pause), ("resume", self.resume))
        ]
        return [*ours, *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj: Agent | None = None) -> bool:
        """A lead changes the agents they added; another lead's agent is not theirs to pause."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or is_theirs(cast("Reviewer", request.user), obj))

    def has_delete_permission(self, request: HttpRequest, obj: Agent | None = None) -> bool:  # noqa: ARG002
        """What it asked stays; it is paused, and its keys are revoked."""
        return False

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: Any) -> None:  # noqa: ANN401
        if change:
            super().save_model(request, obj, form, change)
            return
        new = agents.create(obj.name, webhook_url=obj.webhook_url)
        obj.__dict__.update(new.agent.__dict__, made=new)

    def response_add(self, request: HttpRequest, obj: Agent, post_url_continue: str | None = None) -> HttpResponse:  # noqa: ARG002
        new: agents.NewAgent = obj.__dict__.pop("made")
        secrets = [
            (_("API key"), new.api_key),
            (_("Key for the sandbox"), new.test_key),
            (_("Secret that signs its webhooks"), new.webhook_secret),
        ]
        title = _("Keys of %(name)s") % {"name": obj.name}
        return once.show(request, title, secrets, back=reverse("admin:escalations_agent_change", args=[obj.pk]))

    def pause(self, request: HttpRequest, pk: int) -> HttpResponse:
        agent = self._theirs(request, pk)
        agents.pause(agent)
        return self._done(request, agent, _("%(name)s is paused: it can ask nothing new, and its webhooks wait."))

    def resume(self, request: HttpRequest, pk: int) -> HttpResponse:
        agent = self._theirs(request, pk)
        agents.resume(agent)
        return self._done(request, agent, _("%(name)s goes on."))

    @admin.display(description=_lazy("last seen"))
    def seen(self, agent: Agent) -> datetime | str:
        """When one of its keys was last used."""
        seen: datetime | None = agent.__dict__["last_seen"]
        return seen or _("never")

    @admin.display(description=_lazy("asked in 24 hours"))
    def asked_lately(self, agent: Agent) -> int:
        return int(agent.__dict__["lately"])

    @admin.display(boolean=True, description=_lazy("running"))
    def is_running(self, agent: Agent) -> bool:
        return agent.paused_at is None

    def _theirs(self, request: HttpRequest, pk: int) -> Agent:
        agent: Agent = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST" or not self.has_change_permission(request, agent):
            raise PermissionDenied
        return agent

    def _done(self, request: HttpRequest, agent: Agent, said: str) -> HttpResponse:
        text = said % {"name": agent.name}
        self.log_change(request, agent, text)
        messages.success(request, text)
        return HttpResponseRedirect(reverse("admin:escalations_agent_change", args=[agent.pk]))


def _grouped(rows: QuerySet[Any]) -> Any:  # noqa: ANN401 - rows of values
    """One row for all that belong to the agent, ready to be aggregated."""
    return rows.order_by().values("agent")


def added_by(person: Reviewer) -> QuerySet[Agent]:
    kind = ContentType.objects.get_for_model(Agent)
    added = LogEntry.objects.filter(user=person, content_type=kind, action_flag=ADDITION)
    return Agent.objects.filter(pk__in=[int(each.object_id) for each in added if each.object_id])


def is_theirs(person: Reviewer, agent: Agent) -> bool:
    """Whose agent it is: every admin's, and whoever added it."""
    return person.role == Role.ADMIN or added_by(person).filter(pk=agent.pk).exists()
