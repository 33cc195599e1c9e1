"""Take next: the server picks, most urgent first, among what this person may take."""

from django.contrib import messages
from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, F, Func, Q, TextField, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from escalations import lifecycle
from escalations.desk import neighbours, undo
from escalations.desk.listing import Listing
from escalations.desk.people import may_act, viewer_of
from escalations.models import Escalation, Status
from reviewers.models import Reviewer


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    viewer, listing = viewer_of(request), Listing.of_text(request.POST.get("from", ""))
    taken = lifecycle.take_next(by=viewer)
    if taken is None:
        messages.info(request, nothing_for(viewer))
        return HttpResponseRedirect(listing.address)
    undo.remember(request, undo.Did.CLAIMED, [taken])
    messages.success(request, _("%(reference)s is yours now.") % {"reference": taken.reference})
    return HttpResponseRedirect(neighbours.address(taken.number, listing))


def nothing_for(viewer: Reviewer) -> str:
    """That nothing is waiting for them, and why what is there is not theirs to take."""
    if not may_act(viewer):
        return _("You may look on; claiming is for reviewers.")
    waiting = Escalation.objects.visible_to(viewer).unfinished().filter(claimed_at=None)
    words = ArrayField(TextField())
    known = Func(Value(viewer.tags, words), F("pool__tags"), function="array_cat", output_field=words)
    has_tags, has_declined = Q(tags__contained_by=known), Q(declined_by__contains=[viewer.pk])
    is_open = Q(status=Status.OPEN)
    found = waiting.aggregate(
        other_tags=Count("pk", filter=is_open & ~has_tags),
        declined=Count("pk", filter=is_open & has_tags & has_declined),
        assigned=Count("pk", filter=Q(status=Status.ASSIGNED) & ~Q(assigned_to=viewer)),
    )
    reasons = [words % {"count": found[name]} for name, words in _reasons(found).items() if found[name]]
    return " ".join([_("Nothing is waiting for you."), *reasons])


def _reasons(found: dict[str, int]) -> dict[str, str]:
    return {
        "other_tags": ngettext(
            "%(count)s waits for other tags than yours.",
            "%(count)s wait for other tags than yours.",
            found["other_tags"],
        ),
        "declined": ngettext(
            "%(count)s is one that you declined.", "%(count)s are ones that you declined.", found["declined"]
        ),
        "assigned": ngettext(
            "%(count)s is with somebody else, who has not begun.",
            "%(count)s are with others, who have not begun.",
            found["assigned"],
        ),
    }
