"""Proposed reasons: a lead names them, or says that they are none."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalations.models import Reason
from metrics.reasons import proposals
from metrics.reasons.models import Proposal

if TYPE_CHECKING:
    from reviewers.models import Reviewer

NAME_AT_MOST, TEXT_AT_MOST = 100, 2000  # characters
ACCEPT, DISMISS = "accept", "dismiss"


class ProposalForm(forms.ModelForm[Proposal]):
    name = forms.CharField(max_length=NAME_AT_MOST, widget=forms.TextInput(attrs={"class": "vTextField"}))
    description = forms.CharField(
        max_length=TEXT_AT_MOST,
        required=False,
        widget=forms.Textarea(attrs={"class": "vLargeTextField", "rows": 3}),
        help_text=gettext_lazy("What belongs here. Left empty, it is the words above."),
    )
    decision = forms.ChoiceField(
        choices=[(ACCEPT, gettext_lazy("Make it a reason")), (DISMISS, gettext_lazy("It is none"))],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Proposal
        fields = ("name",)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        is_taken = Reason.objects.filter(name=given.get("name")).exists()
        if given.get("decision") == ACCEPT and is_taken:
            self.add_error("name", _("There is a reason of this name. Choose another name."))
        return given


@admin.register(Proposal)
class ProposalAdmin(admin.ModelAdmin[Proposal]):
    form = ProposalForm
    list_display = ("name", "size", "said", "made_at")
    readonly_fields = ("said", "size", "read")
    fields = ("said", "size", "read", "name", "description", "decision")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        return super().get_queryset(request).filter(dismissed_at=None, reason=None)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Proposal | None = None) -> bool:  # noqa: ARG002
        return request.user.has_perm("escalations.change_reason")

    def has_change_permission(self, request: HttpRequest, obj: Proposal | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Proposal | None = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Proposal, form: Any, change: bool) -> None:  # noqa: ANN401, ARG002, FBT001
        if form.cleaned_data["decision"] == DISMISS:
            proposals.dismiss(obj)
            return
        name, description = form.cleaned_data["name"], form.cleaned_data["description"]
        try:
            proposals.accept(obj, by=cast("Reviewer", request.user), name=name, description=description)
        except proposals.AlreadyThere:
            messages.error(request, _("There is a reason of this name already. Nothing was changed."))

    @admin.display(description=gettext_lazy("words in common"))
    def said(self, proposal: Proposal) -> str:
        return ", ".join(proposal.words)

    @admin.display(description=gettext_lazy("tasks"))
    def size(self, proposal: Proposal) -> int:
        return len(proposal.escalations)

    @admin.display(description=gettext_lazy("examples"))
    def read(self, proposal: Proposal) -> str:
        return "\n".join(f"• {text}" for text in proposal.examples)
