"""What leads do to many escalations at once: a form first, then one verb for each, and a report of what was skipped."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from escalations.models import REASON_AT_MOST, Escalation
from escalations.refusals import Refusal
from reviewers.models import Reviewer, Role

AT_MOST = 500
REASONS_SHOWN = 10
NAMED = 20  # escalations named for one reason


class ReleaseForm(forms.Form):
    note = forms.CharField(max_length=REASON_AT_MOST, required=False, label=gettext_lazy("Why (for the log)"))


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(
        Reviewer.objects.none(),
        label=gettext_lazy("Give them to"),
        error_messages={"invalid_choice": gettext_lazy("Choose somebody of your pools.")},
    )
    note = forms.CharField(max_length=REASON_AT_MOST, required=False, label=gettext_lazy("Note for them"))

    def __init__(self, viewer: Reviewer, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        people = Reviewer.objects.visible_to(viewer).active().exclude(role=Role.READ_ONLY)
        self.fields["to"].queryset = people.order_by("name", "email")  # type: ignore[attr-defined]


@dataclass
class Report:
    done: int = 0
    skipped: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def tell(self, request: HttpRequest, said: str) -> None:
        """`said` is the sentence about what was done; why others were skipped follows, one line for each reason."""
        messages.success(request, said) if self.done else None
        for why, names in list(self.skipped.items())[:REASONS_SHOWN]:
            text = ngettext(
                "Skipped %(count)d: %(names)s. %(why)s", "Skipped %(count)d: %(names)s. %(why)s", len(names)
            )
            shown = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
            messages.warning(request, text % {"count": len(names), "names": shown, "why": why})
        if rest := sum(map(len, list(self.skipped.values())[REASONS_SHOWN:])):
            messages.warning(request, _("Skipped %(count)d more for other reasons.") % {"count": rest})


def apply(verb: Callable[[UUID], object], escalations: Iterable[Escalation]) -> Report:
    """Each for itself: one that is refused harms no other."""
    report = Report()
    for escalation in escalations:
        try:
            verb(escalation.pk)
        except Refusal as refusal:
            report.skipped[refusal.detail].append(escalation.reference)
        else:
            report.done += 1
    return report
