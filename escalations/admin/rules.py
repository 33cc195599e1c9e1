"""Routing rules. They move work between pools, so admins write them; leads and reviewers read them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalations import rules, trial
from escalations.models import RoutingRule

LINE = forms.TextInput(attrs={"class": "vTextField"})
TAG_AT_MOST = 100  # characters


class RoutingRuleForm(forms.ModelForm[RoutingRule]):
    tag = forms.CharField(max_length=TAG_AT_MOST, required=False, widget=LINE, label=gettext_lazy("With the tag"))
    extra_tags = SimpleArrayField(
        forms.CharField(max_length=TAG_AT_MOST),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Words with commas between them. Only somebody who has all tags gets it."),
    )

    class Meta:
        model = RoutingRule
        fields = (
            *("name", "position", "is_active", "agent", "tag", "priority", "path", "operator", "value"),
            *("pool", "overrules_agent", "new_priority", "extra_tags"),
        )
        widgets = {"name": LINE, "path": LINE, "value": LINE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        empty = {"agent": _("Any"), "priority": _("Any"), "operator": _("Not asked"), "pool": _("As without this rule")}
        for name, label in (empty | {"new_priority": _("As the agent asked")}).items():
            if name in self.fields:
                chosen: Any = self.fields[name]
                chosen.choices = [("", label), *(each for each in chosen.choices if each[0])]

    def clean_path(self) -> str:
        """As a JSON pointer, also where it was typed as `customer.tier`."""
        typed = str(self.cleaned_data["path"]).strip()
        if not typed or typed.startswith("/"):
            return typed
        steps = typed.removeprefix("$").replace("[", ".").replace("]", "").split(".")
        return "/" + "/".join(step for step in steps if step)

    def clean_extra_tags(self) -> list[str]:
        return sorted({word.strip() for word in self.cleaned_data["extra_tags"] or [] if word.strip()})

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        place, operator = given.get("path"), given.get("operator")
        if place and not operator:
            self.add_error("operator", _("Say how the value there is compared."))
        if operator and not place:
            self.add_error("path", _("Say where in the context to look."))
        if operator in {"equals", "contains"} and not given.get("value"):
            self.add_error("value", _("Say what it is compared with."))
        if not any(given.get(name) for name in ("pool", "new_priority", "extra_tags")):
            self.add_error(None, _("Say what the rule does: a pool, a priority, or tags."))
        return given


@admin.register(RoutingRule)
class RoutingRuleAdmin(admin.ModelAdmin[RoutingRule]):
    form = RoutingRuleForm
    change_list_template = "admin/escalations/routingrule/change_list.html"
    change_form_template = "admin/escalations/routingrule/change_form.html"
    list_display = ("name", "position", "when", "then", "is_active")
    list_select_related = ("agent", "pool")
    search_fields = ("name",)
    ordering = ("position", "id")
    actions = None
    fieldsets = (
        (None, {"fields": ("name", "position", "is_active")}),
        (gettext_lazy("When all of this holds"), {"fields": ("agent", "tag", "priority", "path", "operator", "value")}),
        (gettext_lazy("Then"), {"fields": ("pool", "overrules_agent", "new_priority", "extra_tags")}),
    )

    def get_form(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Django's own
        form: Any = super().get_form(*args, **kwargs)
        for name in ("agent", "pool"):
            if name in form.base_fields:
                widget = form.base_fields[name].widget
                widget.can_add_related = widget.can_change_related = False
                widget.can_view_related = widget.can_delete_related = False
        return form

    def get_urls(self) -> list[Any]:
        dry_run = path("dry-run/", self.admin_site.admin_view(self.dry_run), name="escalations_routingrule_dry_run")
        return [dry_run, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: RoutingRule, form: Any, change: Any) -> None:  # noqa: ANN401
        super().save_model(request, obj, form, change)
        rules.forget()

    def delete_model(self, request: HttpRequest, obj: RoutingRule) -> None:
        super().delete_model(request, obj)
        rules.forget()

    @admin.display(description=gettext_lazy("when"))
    def when(self, rule: RoutingRule) -> str:
        words = [
            (rule.agent, _("from %(it)s") % {"it": rule.agent}),
            (rule.tag, _("with the tag %(it)s") % {"it": rule.tag}),
            (rule.priority, _("of priority %(it)s") % {"it": rule.get_priority_display()}),
            (rule.path, f"{rule.path} {rule.get_operator_display()} {rule.value}".strip()),
        ]
        return ", ".join(text for holds, text in words if holds) or _("always")

    @admin.display(description=gettext_lazy("then"))
    def then(self, rule: RoutingRule) -> str:
        words = [
            (rule.pool, _("to %(it)s") % {"it": rule.pool}),
            (rule.pool and rule.overrules_agent, _("also where the agent names a pool")),
            (rule.new_priority, _("priority %(it)s") % {"it": rule.get_new_priority_display()}),
            (rule.extra_tags, _("tags %(it)s") % {"it": ", ".join(rule.extra_tags)}),
        ]
        return ", ".join(text for holds, text in words if holds)

    def dry_run(self, request: HttpRequest) -> HttpResponse:
        """What the rules would have done with the last hundred; `rule` is one that counts as active."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("rule", "")
        tried = get_object_or_404(RoutingRule, pk=int(asked)) if _is_number(asked) else None
        found = trial.run(request.user, tried)  # type: ignore[arg-type] # somebody is signed in
        shown = {
            **self.admin_site.each_context(request),
            "title": _("Dry run of the routing rules"),
            "tried": tried,
            "found": found,
            "at_most": trial.AT_MOST,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/escalations/routingrule/dry_run.html", shown)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
