"""What people type on the desk. The fields refuse what no column can hold."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from escalations.models import ANSWER_AT_MOST, REASON_AT_MOST, Escalation
from reviewers.models import Reviewer, Role


class AnswerForm(forms.Form):
    notes = forms.CharField(
        max_length=ANSWER_AT_MOST,
        label=_("Answer to the agent"),
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write an answer first. The agent gets exactly what stands here.")},
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=REASON_AT_MOST, required=False, label=_("Reason"))


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(
        Reviewer.objects.none(),
        label=_("Give it to"),
        error_messages={"invalid_choice": _("Choose somebody of its pool.")},
    )
    note = forms.CharField(max_length=REASON_AT_MOST, required=False, label=_("Note for them"))

    def __init__(self, escalation: Escalation, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["to"].queryset = colleagues(escalation)  # type: ignore[attr-defined]


def colleagues(escalation: Escalation) -> QuerySet[Reviewer]:
    """Who could take it: active people of its pool who may act."""
    return (
        Reviewer.objects.active()
        .filter(seats__pool=escalation.pool_id)
        .exclude(role=Role.READ_ONLY)
        .order_by("name", "email")
    )
