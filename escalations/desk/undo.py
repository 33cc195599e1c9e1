"""Taking back what one did last: claims, releases, snoozes and hand-overs, one or a whole batch.

What was done is remembered in the session. It is taken back through the verbs, so nobody else's work is ever undone:
what has moved on meanwhile stays as it is, and is counted.
"""

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from escalations import lifecycle
from escalations.desk import neighbours, rows
from escalations.desk.people import viewer_of, wants_json
from escalations.models import Escalation
from escalations.refusals import NotHeld, Refusal
from reviewers.models import Reviewer

WITHIN = 300  # seconds
KEPT_AS = "undo"  # in the session


class Did(StrEnum):
    CLAIMED = "claimed"
    RELEASED = "released"
    SNOOZED = "snoozed"
    ASSIGNED = "assigned"


@dataclass(frozen=True)
class Step:
    """One escalation, and how it stood before."""

    id: str
    holder: str | None
    was_claimed: bool

    @classmethod
    def of(cls, before: Escalation) -> "Step":
        holder = before.assigned_to_id
        return cls(str(before.pk), str(holder) if holder else None, before.claimed_at is not None)


@dataclass(frozen=True)
class Offer:
    token: str
    words: str


def remember(request: HttpRequest, did: Did, before: Iterable[Escalation]) -> str:
    """Keep what was done to the escalations, as they stood before, as the last thing done. Returns its token."""
    steps = [asdict(Step.of(each)) for each in before]
    token = secrets.token_urlsafe(8)
    request.session[KEPT_AS] = {"token": token, "did": did.value, "at": time.time(), "steps": steps}
    return token


def forget(request: HttpRequest) -> None:
    """Something else is the last thing done now, such as an answer, which is corrected and not taken back."""
    request.session.pop(KEPT_AS, None)


def offered(request: HttpRequest) -> Offer | None:
    """What could be taken back now."""
    kept = _kept(request)
    return Offer(kept["token"], _words(Did(kept["did"]), len(kept["steps"]))) if kept else None


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    kept = _kept(request)
    back = neighbours.whence(request.POST)
    if kept is None or request.POST.get("token", kept["token"]) not in {"", kept["token"]}:
        return _answer(request, _("There is nothing left to undo."), back, status=409)
    del request.session[KEPT_AS]
    viewer, take_back = viewer_of(request), BACK[Did(kept["did"])]
    steps = [Step(**step) for step in kept["steps"]]
    done = [each for step in steps if (each := _taken_back(take_back, step, viewer))]
    return _answer(request, _said(len(done), len(steps)), back, done=done)


def _taken_back(verb: Callable[[Step, Reviewer], Escalation], step: Step, viewer: Reviewer) -> Escalation | None:
    try:
        return verb(step, viewer)
    except (Refusal, Escalation.DoesNotExist, Reviewer.DoesNotExist):
        return None


def _unclaim(step: Step, viewer: Reviewer) -> Escalation:
    """A lead could take it even from somebody else, who has got it since."""
    current = Escalation.objects.visible_to(viewer).get(pk=step.id)
    if current.assigned_to_id != viewer.pk:
        raise NotHeld
    return lifecycle.release(current, by=viewer)


def _reclaim(step: Step, viewer: Reviewer) -> Escalation:
    return lifecycle.claim(UUID(step.id), by=viewer)


def _wake(step: Step, viewer: Reviewer) -> Escalation:
    """Snoozing a free one claims it, so that goes back, too."""
    held = step.was_claimed and step.holder == str(viewer.pk)
    return lifecycle.wake(UUID(step.id), by=viewer) if held else _unclaim(step, viewer)


def _unassign(step: Step, viewer: Reviewer) -> Escalation:
    """Back to whoever had it; but not out of the hands of somebody who has begun."""
    current = Escalation.objects.visible_to(viewer).get(pk=step.id)
    if current.claimed_at is not None:
        raise NotHeld
    if step.holder is None:
        return lifecycle.release(current, by=viewer)
    if step.holder == str(viewer.pk) and step.was_claimed:
        return lifecycle.claim(current, by=viewer)
    return lifecycle.assign(current, to=Reviewer.objects.get(pk=step.holder), by=viewer)


BACK: dict[Did, Callable[[Step, Reviewer], Escalation]] = {
    Did.CLAIMED: _unclaim,
    Did.RELEASED: _reclaim,
    Did.SNOOZED: _wake,
    Did.ASSIGNED: _unassign,
}


def _kept(request: HttpRequest) -> dict[str, Any] | None:
    kept = request.session.get(KEPT_AS)
    return kept if kept and time.time() - kept["at"] < WITHIN else None


def _words(did: Did, count: int) -> str:
    said = {
        Did.CLAIMED: ngettext("You claimed %(count)s.", "You claimed %(count)s.", count),
        Did.RELEASED: ngettext("You gave %(count)s back.", "You gave %(count)s back.", count),
        Did.SNOOZED: ngettext("You snoozed %(count)s.", "You snoozed %(count)s.", count),
        Did.ASSIGNED: ngettext("You gave %(count)s to somebody.", "You gave %(count)s to somebody.", count),
    }
    return said[did] % {"count": count}


def _said(done: int, asked: int) -> str:
    if done == asked:
        return ngettext("Undone.", "All %(count)s are as they were.", done) % {"count": done}
    left = {"done": done, "asked": asked}
    return _("%(done)s of %(asked)s are as they were; the others have moved on meanwhile.") % left


def _answer(
    request: HttpRequest, said: str, back: str, *, status: int = 200, done: Iterable[Escalation] = ()
) -> HttpResponse:
    if wants_json(request):
        fresh = {str(each.pk): rows.render(each) for each in done}
        return JsonResponse({"message": said, "rows": fresh}, status=status)
    (messages.success if status == 200 else messages.warning)(request, said)
    return HttpResponseRedirect(back)
