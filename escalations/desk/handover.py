"""Giving an escalation away: back to the pool with a reason, or, by a lead, to a colleague with a note."""

from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from escalations.models import REASON_AT_MOST, Escalation
from reviewers.models import Reviewer, ReviewerQuerySet, Role

SHOWN_AT_MOST = 200


class Colleague(NamedTuple):
    """Somebody of the pool, as the list to choose from shows them."""

    person: Reviewer
    may_take: bool
    is_chosen: bool
    has_declined: bool
    is_full: bool


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=REASON_AT_MOST, required=False, label=_("Reason"))


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(
        Reviewer.objects.none(),
        label=_("Give it to"),
        error_messages={"required": _("Choose somebody."), "invalid_choice": _("Choose somebody of its pool.")},
    )
    note = forms.CharField(
        max_length=REASON_AT_MOST,
        required=False,
        label=_("Note for them"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, escalation: Escalation, data: Any = None) -> None:  # noqa: ANN401 - Django's own data
        super().__init__(data)
        self.escalation = escalation
        self.fields["to"].queryset = _of_pool(escalation).active()  # type: ignore[attr-defined]

    @property
    def colleagues(self) -> list[Colleague]:
        """Everybody of its pool who may act, but who has it; who is not active is shown and cannot be chosen."""
        chosen = str(self["to"].value() or "")
        declined = set(self.escalation.declined_by)
        holder, people = self.escalation.assigned_to_id, _of_pool(self.escalation)
        others = people.exclude(pk=holder) if holder else people
        return [
            Colleague(
                person=each,
                may_take=each.is_active,
                is_chosen=str(each.pk) == chosen,
                has_declined=each.pk in declined,
                is_full=each.capacity is not None and each.held >= each.capacity,
            )
            for each in others.order_by("-is_active", "held", "name", "email")[:SHOWN_AT_MOST]
        ]


def _of_pool(escalation: Escalation) -> ReviewerQuerySet:
    return Reviewer.objects.get_queryset().filter(seats__pool=escalation.pool_id).exclude(role=Role.READ_ONLY)
