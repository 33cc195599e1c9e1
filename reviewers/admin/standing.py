"""How people stand, in the list: active, inactive, or invited and not in yet; and by which they can be found."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewers import reach
from reviewers.admin.seats import signed_in
from reviewers.models import Invitation, Letter, Pool, Reviewer, Seat

State = Invitation.State

MOMENT = timedelta(minutes=1)
NOT_IN = Q(invitation__isnull=False, invitation__accepted_at=None)


def with_letters(people: QuerySet[Reviewer]) -> QuerySet[Reviewer]:
    """Each with what became of the latest invitation in the mail: `mailed` (a Letter.Status) and `mail_error`."""
    latest = Letter.objects.filter(kind=Letter.Kind.INVITATION, reviewer=OuterRef("pk")).order_by("-created_at")
    mailed = {"mailed": Subquery(latest.values("status")[:1]), "mail_error": Subquery(latest.values("error")[:1])}
    return people.select_related("invitation").annotate(**mailed)


def in_words(person: Reviewer) -> str:
    if person.has_come_in:
        return _("Active") if person.is_active else _("Inactive")
    invitation = person.invitation
    match invitation.state:
        case State.WITHDRAWN:
            return _("Invitation withdrawn")
        case State.EXPIRED:
            return _("Invited %(ago)s, never accepted: the link is too old.") % {"ago": _ago(invitation)}
        case _other:
            return _("Invited %(ago)s, not yet accepted.") % {"ago": _ago(invitation)}


def mail_in_words(person: Reviewer) -> str:
    """What an inviter should know of the mail; empty where there is nothing to know."""
    mailed, error = getattr(person, "mailed", None), getattr(person, "mail_error", "")
    if person.has_come_in or person.invitation.state != State.OPEN or mailed is None:
        return ""
    if mailed == Letter.Status.DEAD:
        return _("The mail did not go out. %(error)s") % {"error": error}
    if mailed == Letter.Status.PENDING:
        return (
            _("The mail is still on its way. %(error)s") % {"error": error} if error else _("The mail is on its way.")
        )
    return ""


def buttons(person: Reviewer) -> SafeString:
    """What can be done about an invitation. The list is one form already: each button says where it goes instead."""
    offers = [("again", _("Send again"))]
    if person.invitation.state == State.OPEN:
        offers.append(("withdraw", _("Withdraw")))
    rows = (
        (reverse(f"admin:reviewers_invitation_{verb}", args=[person.pk]), f"{label} {person.display_name}", label)
        for verb, label in offers
    )
    one = '<button type="submit" class="button" formaction="{}" aria-label="{}">{}</button>'
    return format_html('<span class="row-buttons">{}</span>', format_html_join(" ", one, rows))


class ByStanding(admin.SimpleListFilter):
    title = gettext_lazy("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401, ARG002
        return [
            ("active", _("Active")),
            ("invited", _("Invited, not in yet")),
            ("inactive", _("Inactive")),
            ("unreached", _("Cannot be reached")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's own
        match self.value():
            case "active":
                return queryset.filter(is_active=True)
            case "invited":
                return queryset.filter(NOT_IN)
            case "inactive":
                return queryset.filter(is_active=False).exclude(NOT_IN)
            case "unreached":
                return queryset.filter(pk__in=reach.lost())
        return queryset


class ByPool(admin.SimpleListFilter):
    title = gettext_lazy("pool")
    parameter_name = "pool"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401, ARG002
        pools = Pool.objects.visible_to(signed_in(request))
        return [(str(pk), name) for pk, name in pools.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        chosen = self.value()
        if chosen not in {value for value, _name in self.lookup_choices}:
            return queryset
        return queryset.filter(Exists(Seat.objects.filter(reviewer=OuterRef("pk"), pool=int(chosen))))


def _ago(invitation: Invitation) -> str:
    now = timezone.now()
    if now - invitation.invited_at < MOMENT:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(invitation.invited_at, now, depth=1)}
