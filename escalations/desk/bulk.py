"""One verb for many escalations: those that are selected, or all that match what the page lists.

Each is done by itself, through its verb, so one that cannot be done stops none of the others; the report says how many
were done, and how many were skipped and why. What needs more words (to whom, until when, which answer) asks for them on
a page that lists what is meant, before anything is done.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from escalations import export, lifecycle
from escalations.answers import Answer
from escalations.desk import queue, rows, skipped, undo
from escalations.desk.listing import Listing
from escalations.desk.people import may_lead, viewer_of, wants_json
from escalations.desk.snoozing import SnoozeForm
from escalations.models import ANSWER_AT_MOST, REASON_AT_MOST, Escalation, EscalationQuerySet
from escalations.refusals import Refusal
from reviewers.models import Pool, Reviewer, Role

AT_MOST = 500
UNREAD = ("context_data", "digest", "metadata")


class Do(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    CSV = "csv"


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(
        Reviewer.objects.none(), label=gettext_lazy("Give them to"), empty_label=gettext_lazy("Choose somebody")
    )
    note = forms.CharField(max_length=REASON_AT_MOST, required=False, label=gettext_lazy("Note for them"))


class ResolveForm(forms.Form):
    notes = forms.CharField(
        max_length=ANSWER_AT_MOST,
        label=gettext_lazy("The one answer to all of them"),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write the answer first. The agents get exactly what stands here.")},
    )


class Work(NamedTuple):
    """What is done to each, and how it is taken back."""

    verb: Callable[[Escalation], Escalation]
    did: undo.Did | None = None


class Report(NamedTuple):
    words: str
    before: list[Escalation]  # of those that were done
    done: list[Escalation]


def bulk(request: HttpRequest) -> HttpResponse:
    """`n`: the numbers that are selected, or `all`: what `query` lists; `do`: the verb."""
    listing = Listing.of_text(request.POST.get("query", ""))
    wish = request.POST.get("do", "")
    if request.method != "POST" or wish not in set(Do):
        return HttpResponseRedirect(listing.address)
    chosen = _chosen(request, listing)
    count = chosen.count()
    if not 0 < count <= AT_MOST:
        said = _("Select some escalations first.") if not count else _too_many(count)
        return _answer(request, listing, said, status=400)
    if wish == Do.CSV:
        return export.response(chosen)
    return _do(request, Do(wish), listing, list(chosen.defer(*UNREAD)))


def form_for(wish: Do, viewer: Reviewer, data: Any = None) -> forms.Form | None:  # noqa: ANN401 - Django's own data
    """What else must be said; None for a verb that needs no words."""
    if wish == Do.SNOOZE:
        return SnoozeForm(data)
    if wish == Do.RESOLVE:
        return ResolveForm(data)
    if wish == Do.ASSIGN:
        form = AssignForm(data)
        form.fields["to"].queryset = _people(viewer)  # type: ignore[attr-defined] # a choice of models
        return form
    return None


def carry_out(chosen: list[Escalation], work: Work, wish: Do) -> Report:
    before, done, reasons = [], [], []
    for each in chosen:
        try:
            after = work.verb(each)
        except (Refusal, Escalation.DoesNotExist) as refusal:
            reasons.append(skipped.reason(refusal))
        else:
            before.append(each)
            done.append(after)
    return Report(_said(wish, len(done), skipped.words(reasons)), before, done)


def _do(request: HttpRequest, wish: Do, listing: Listing, chosen: list[Escalation]) -> HttpResponse:
    viewer = viewer_of(request)
    is_sent = request.POST.get("sent") == "yes"  # from the page that asks, or from the dialog
    form = form_for(wish, viewer, request.POST if is_sent else None)
    if form is not None and not form.is_valid():
        return _ask(request, wish, listing, chosen, form)
    work = _work(wish, viewer, form.cleaned_data if form else {}, form)
    report = carry_out(chosen, work, wish)
    token = undo.remember(request, work.did, report.before) if work.did and report.done else ""
    return _answer(request, listing, report.words, done=report.done, token=token)


def _work(wish: Do, viewer: Reviewer, said: dict[str, Any], form: forms.Form | None) -> Work:
    if isinstance(form, SnoozeForm):
        until = form.until_when
        return Work(lambda each: lifecycle.snooze(each, by=viewer, until=until), undo.Did.SNOOZED)
    if wish == Do.RESOLVE:
        answer = Answer(said["notes"])
        return Work(lambda each: lifecycle.resolve(each, by=viewer, answer=answer))
    if wish == Do.ASSIGN:
        to, note = said["to"], said["note"]
        return Work(lambda each: lifecycle.assign(each, to=to, by=viewer, note=note), undo.Did.ASSIGNED)
    if wish == Do.RELEASE:
        return Work(lambda each: lifecycle.release(each, by=viewer), undo.Did.RELEASED)
    return Work(lambda each: _claim(each, viewer), undo.Did.CLAIMED)


def _claim(escalation: Escalation, viewer: Reviewer) -> Escalation:
    """Claiming one's own again changes nothing, so it is not counted, nor given back by an undo."""
    if escalation.assigned_to_id == viewer.pk and escalation.claimed_at:
        raise skipped.YoursAlready
    return lifecycle.claim(escalation, by=viewer)


def _chosen(request: HttpRequest, listing: Listing) -> EscalationQuerySet:
    viewer = viewer_of(request)
    if request.POST.get("all"):
        return queue.in_order(viewer, listing).with_names()
    numbers = [
        int(text) for text in request.POST.getlist("n") if text.isascii() and text.isdecimal() and len(text) < 19
    ]
    visible = Escalation.objects.visible_to(viewer).filter(number__in=numbers)
    return queue.ordered(visible.with_names(), viewer, listing)


def _people(viewer: Reviewer) -> QuerySet[Reviewer]:
    pools = Pool.objects.visible_to(viewer)
    able = Reviewer.objects.active().exclude(role=Role.READ_ONLY).filter(seats__pool__in=pools)
    return able.distinct().order_by("name", "email")


def _ask(request: HttpRequest, wish: Do, listing: Listing, chosen: list[Escalation], form: forms.Form) -> HttpResponse:
    """The page that asks for the rest of it and shows what will be done to which."""
    status = 400 if form.is_bound else 200
    if wants_json(request):
        said = " ".join(str(flaw) for flaws in form.errors.values() for flaw in flaws)
        return JsonResponse({"message": said, "rows": {}}, status=400)
    viewer, now = viewer_of(request), timezone.now()
    page = {
        **admin.site.each_context(request),
        "title": _title(wish, len(chosen)),
        "do": wish.value,
        "form": form,
        "listing": listing,
        "chosen": [(rows.facts(each, now), _obstacle(each, viewer, wish)) for each in chosen],
        "may_lead": may_lead(viewer),
    }
    return TemplateResponse(request, "desk/bulk.html", page, status=status)


def _obstacle(escalation: Escalation, viewer: Reviewer, wish: Do) -> str:
    """Why this one will probably be skipped; empty when nothing is in the way."""
    if escalation.is_finished:
        return _("It is finished.")
    is_with_another = escalation.claimed_at is not None and escalation.assigned_to_id != viewer.pk
    if wish != Do.ASSIGN and is_with_another:
        return _("%(name)s has it.") % {"name": escalation.assignee_name}
    if wish == Do.RESOLVE and (escalation.allowed_decisions or escalation.response_schema is not None):
        return _("It asks for a decision or a form: answer it on its own page.")
    return ""


def _answer(
    request: HttpRequest,
    listing: Listing,
    said: str,
    *,
    done: Sequence[Escalation] = (),
    token: str = "",
    status: int = 200,
) -> HttpResponse:
    if wants_json(request):
        fresh = {str(each.pk): rows.render(each) for each in done}
        return JsonResponse({"message": said, "rows": fresh, "undo": token}, status=status)
    messages.add_message(request, messages.SUCCESS if done else messages.WARNING, said)
    return HttpResponseRedirect(listing.address)


def _said(wish: Do, done: int, why_not: str) -> str:
    words = {
        Do.CLAIM: _("%(count)s claimed"),
        Do.RELEASE: _("%(count)s given back"),
        Do.ASSIGN: _("%(count)s handed over"),
        Do.SNOOZE: _("%(count)s snoozed"),
        Do.RESOLVE: _("%(count)s answered"),
    }[wish] % {"count": done}
    return f"{words}, {why_not}" if why_not else f"{words}."


def _title(wish: Do, count: int) -> str:
    words = {
        Do.SNOOZE: ngettext("Snooze %(count)s escalation", "Snooze %(count)s escalations", count),
        Do.RESOLVE: ngettext("Answer %(count)s escalation", "Answer %(count)s escalations", count),
        Do.ASSIGN: ngettext("Hand over %(count)s escalation", "Hand over %(count)s escalations", count),
    }
    return words[wish] % {"count": count}


def _too_many(count: int) -> str:
    said = {"count": count, "most": AT_MOST}
    return _("That is %(count)s at once; %(most)s are the most. Narrow the list by a filter.") % said
