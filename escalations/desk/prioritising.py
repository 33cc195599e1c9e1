"""A lead says how urgent it is."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalations import priorities
from escalations.desk.acting import Deed, by_form, do, unfit
from escalations.desk.people import viewer_of
from escalations.desk.workbench import visible
from escalations.models import Escalation, Priority


class PriorityForm(forms.Form):
    priority = forms.ChoiceField(
        choices=Priority, error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose one."))
    )


@by_form
def prioritise(request: HttpRequest, number: int) -> HttpResponse:
    escalation = visible(request, number)
    form = PriorityForm(request.POST)
    if not form.is_valid():
        return unfit(request, escalation, Deed(lambda: escalation, "", "priority", form))
    to = Priority(form.cleaned_data["priority"])
    said = _("The priority of %(reference)s is %(priority)s now.") % {
        "reference": escalation.reference,
        "priority": to.label.lower(),
    }

    def verb() -> Escalation:
        return priorities.change(escalation, to=to, by=viewer_of(request))

    return do(request, escalation, Deed(verb, said, "priority", form))
