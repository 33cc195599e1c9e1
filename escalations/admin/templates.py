"""Answers written once. A lead writes those of the pools they lead; those for everybody are an admin's."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalations import canned
from escalations.models import ANSWER_AT_MOST, AnswerTemplate, Decision, Escalation
from reviewers.models import Pool, Reviewer, Role

NAME_AT_MOST = 100  # characters
FOR_EVERYBODY = gettext_lazy("Everybody")


class AnswerTemplateForm(forms.ModelForm[AnswerTemplate]):
    name = forms.CharField(max_length=NAME_AT_MOST, widget=forms.TextInput(attrs={"class": "vTextField"}))
    text = forms.CharField(max_length=ANSWER_AT_MOST, widget=forms.Textarea(attrs={"class": "vLargeTextField"}))

    decision = forms.TypedChoiceField(
        choices=[("", gettext_lazy("Any, or none")), *Decision.choices],
        required=False,
        empty_value=None,
        help_text=gettext_lazy("Offered only where this decision may be taken, and chosen with the text."),
    )

    class Meta:
        model = AnswerTemplate
        fields = ("name", "text", "pool", "decision", "position", "is_active")

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if strangers := canned.unknown(text):
            said = _("Nothing fills in %(names)s. The variables are listed below.")
            raise ValidationError(said % {"names": ", ".join(f"{{{{{name}}}}}" for name in strangers)})
        return text


@admin.register(AnswerTemplate)
class AnswerTemplateAdmin(admin.ModelAdmin[AnswerTemplate]):
    form = AnswerTemplateForm
    change_form_template = "admin/escalations/answertemplate/change_form.html"
    list_display = ("name", "for_whom", "decision", "start", "position", "is_active")
    list_filter = ("is_active", "decision")
    list_select_related = ("pool",)
    search_fields = ("name", "text")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[AnswerTemplate]:
        return (
            super().get_queryset(request).filter(Q(pool=None) | Q(pool__in=Pool.objects.visible_to(_person(request))))
        )

    def get_form(
        self,
        request: HttpRequest,
        obj: AnswerTemplate | None = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's own signature
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        form: Any = super().get_form(request, obj, change, **kwargs)
        if pool := form.base_fields.get("pool"):
            pool.queryset = Pool.objects.visible_to(_person(request))
            pool.required = _person(request).role != Role.ADMIN
            pool.empty_label = None if pool.required else FOR_EVERYBODY
            pool.widget.can_add_related = pool.widget.can_change_related = pool.widget.can_view_related = False
        return form

    def has_change_permission(self, request: HttpRequest, obj: AnswerTemplate | None = None) -> bool:
        return super().has_change_permission(request, obj) and _is_theirs(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: AnswerTemplate | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_theirs(request, obj)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002 - Django's own signature
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: AnswerTemplate | None = None,
    ) -> HttpResponse:
        context |= {"variables": canned.VARIABLES, "preview": preview(obj, _person(request)) if obj else None}
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(ordering="pool__name", description=gettext_lazy("for"))
    def for_whom(self, template: AnswerTemplate) -> str:
        return template.pool.name if template.pool else str(FOR_EVERYBODY)

    @admin.display(description=gettext_lazy("text"))
    def start(self, template: AnswerTemplate) -> str:
        return template.text if len(template.text) <= 80 else f"{template.text[:79]}…"


def preview(template: AnswerTemplate, by: Reviewer) -> dict[str, Any] | None:
    """The text as it would be inserted for the newest escalation that it is offered for; None where there is none."""
    found = Escalation.objects.visible_to(by)
    if template.pool_id:
        found = found.filter(pool=template.pool_id)
    newest = found.with_names().order_by("-created_at", "-id").first()
    return {"escalation": newest, "text": canned.render(template.text, newest, by=by)} if newest else None


def _person(request: HttpRequest) -> Reviewer:
    return cast("Reviewer", request.user)


def _is_theirs(request: HttpRequest, template: AnswerTemplate | None) -> bool:
    """What is for everybody is an admin's; that the pool is theirs, the list of templates has seen to."""
    return template is None or template.pool_id is not None or _person(request).role == Role.ADMIN
