"""An answer that was given before, put into the form for somebody to read again; never sent by itself."""

from django.http import HttpRequest

from escalations import drafts
from escalations.desk.answering.form import NOTES, AnswerForm
from escalations.desk.answering.panel import typed_of
from escalations.desk.people import viewer_of
from escalations.models import Escalation, Status

DIGITS = 18  # of a number that a bigint column holds


def form(request: HttpRequest, escalation: Escalation) -> AnswerForm | None:
    """The form with the words of the escalation that the address names; what was begun beside them stays."""
    number = request.GET.get("use", "")
    if not (number.isascii() and number.isdecimal() and len(number) <= DIGITS):
        return None
    viewer = viewer_of(request)
    answered = Escalation.objects.visible_to(viewer).filter(number=int(number), status=Status.RESOLVED)
    words = answered.values_list("resolution_notes", flat=True).first()
    if not words:
        return None
    begun = typed_of(drafts.of(escalation, by=viewer), is_correction=False) or AnswerForm(escalation).begun()
    return AnswerForm(escalation, typed={**begun, NOTES: [words]})
