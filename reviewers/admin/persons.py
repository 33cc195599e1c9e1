"""People: they come by invitation, and are deactivated, never deleted."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib import admin, messages
from django.contrib.postgres.aggregates import StringAgg
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewers import invitations, once, people, reach, tokens
from reviewers.admin import standing, together
from reviewers.admin.duty import HoursInline, TimeOffInline, settle
from reviewers.admin.forms import LED, NewPersonForm, PersonForm
from reviewers.admin.seats import seat, signed_in
from reviewers.mail import outbox
from reviewers.models import Invitation, Pool, Reviewer, Role


@admin.register(Reviewer)
class ReviewerAdmin(once.ShownOnce):
    list_filter = (standing.ByStanding, "role", standing.ByPool)
    search_fields = ("email", "name")
    readonly_fields = ("held", "last_login", "created_at")
    change_form_template = "admin/reviewers/reviewer/change_form.html"
    change_list_template = "admin/reviewers/reviewer/change_list.html"
    show_facets = admin.ShowFacets.NEVER
    actions = (together.deactivate, together.activate)
    inlines = (HoursInline, TimeOffInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reviewer]:
        viewer = signed_in(request)
        shown = Q(seats__pool__in=Pool.objects.visible_to(viewer).values("pk"))
        mine = Reviewer.objects.visible_to(viewer).values("pk")
        names = StringAgg(
            "seats__pool__name", Value(", "), filter=shown, default=Value(""), order_by="seats__pool__name"
        )
        found = super().get_queryset(request).filter(pk__in=mine).annotate(pool_names=names)
        return standing.with_letters(found)

    def get_urls(self) -> list[Any]:
        def verb(address: str, view: Callable[..., HttpResponse], name: str) -> Any:  # noqa: ANN401 - a URL pattern
            return path(f"<uuid:pk>/{address}/", self.admin_site.admin_view(view), name=name)

        return [
            verb("password", self.new_password, "reviewers_new_password"),
            verb("invitation/again", self.invite_again, "reviewers_invitation_again"),
            verb("invitation/link", self.show_link, "reviewers_invitation_link"),
            verb("invitation/withdraw", self.withdraw, "reviewers_invitation_withdraw"),
            *super().get_urls(),
        ]

    def get_list_display(self, request: HttpRequest) -> Any:  # noqa: ANN401 - names, and a function of this request
        lost = cache(reach.lost)

        @admin.display(description=gettext_lazy("standing"))
        def how(person: Reviewer) -> str:
            may = not person.has_come_in and self.has_change_permission(request, person)
            said = " ".join(filter(None, (standing.in_words(person), standing.mail_in_words(person))))
            if person.pk in lost():
                said = format_html('{} <strong class="unreached">{}</strong>', said, _("Cannot be reached"))
            return format_html("{} {}", said, standing.buttons(person)) if may else said

        return ("display_name", how, "role", "pools", "holds", "email", "last_seen")

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def display_name(self, person: Reviewer) -> str:
        return person.display_name

    @admin.display(description=gettext_lazy("pools"))
    def pools(self, person: Reviewer) -> str:
        return getattr(person, "pool_names", "") or "–"

    @admin.display(description=gettext_lazy("holds"), ordering="held")
    def holds(self, person: Reviewer) -> str:
        if person.capacity is None:
            return str(person.held)
        return _("%(held)s of %(limit)s") % {"held": person.held, "limit": person.capacity}

    @admin.display(description=gettext_lazy("last sign-in"), ordering="last_login")
    def last_seen(self, person: Reviewer) -> str:
        return date_format(person.last_login) if person.last_login else _("never")

    def get_fields(self, request: HttpRequest, obj: Reviewer | None = None) -> tuple[str, ...]:  # noqa: ARG002
        if obj is None:
            return ("email", "name", "role", "pools", "tags", "capacity")
        return ("email", "name", "role", "is_active", "pools", "tags", "capacity", "time_zone", *self.readonly_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Reviewer | None = None) -> tuple[str, ...]:
        """Nobody locks themselves out, or lifts themselves up; who has not come in is not made active by others."""
        if obj is None:
            return ()
        own = ("role", "is_active") if obj == request.user else ()
        return (*self.readonly_fields, *own, *(() if obj.has_come_in else ("is_active",)))

    def get_form(
        self,
        request: HttpRequest,
        obj: Reviewer | None = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's own signature
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        form: Any = super().get_form(request, obj, change, **kwargs | {"form": PersonForm if obj else NewPersonForm})
        viewer = signed_in(request)
        if "pools" in form.base_fields:
            form.base_fields["pools"].queryset = Pool.objects.visible_to(viewer)
            form.base_fields["pools"].required = obj is None and viewer.role != Role.ADMIN
        if "role" in form.base_fields and viewer.role != Role.ADMIN:
            form.base_fields["role"].choices = [(role.value, role.label) for role in LED]
        return form

    def get_actions(self, request: HttpRequest) -> Any:  # noqa: ANN401 - Django's own
        return super().get_actions(request) if super().has_change_permission(request) else {}

    def has_change_permission(self, request: HttpRequest, obj: Reviewer | None = None) -> bool:
        viewer = signed_in(request)
        if obj is None or viewer.role == Role.ADMIN or obj == viewer:
            return super().has_change_permission(request, obj)
        return obj.role in LED and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Reviewer | None = None) -> bool:  # noqa: ARG002
        """What they did stays theirs; who leaves is deactivated."""
        return False

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002 - Django's own signature
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Reviewer | None = None,
    ) -> HttpResponse:
        said = " ".join(filter(None, (standing.in_words(obj), standing.mail_in_words(obj)))) if obj else ""
        known = context | {"standing": said, "has_email": outbox.is_open()}
        return super().render_change_form(request, known, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Reviewer, form: Any, change: Any) -> None:  # noqa: ANN401
        if not change:
            self._invite(request, obj, form.cleaned_data)
            return
        # Only what was edited: `held` counts on while the form is open.
        edited = [name for name in form.changed_data if name not in {"pools", "is_active"}]
        obj.save(update_fields=edited)
        people.know(obj.tags)
        if "pools" in form.changed_data:
            seat(obj, chosen=form.cleaned_data["pools"], among=form.fields["pools"].queryset)
        if "is_active" in form.changed_data:
            (people.activate if obj.is_active else people.deactivate)(obj)
        if "email" in edited and not obj.has_come_in:
            self._renew(request, obj, is_sent=True)

    def get_inlines(self, request: HttpRequest, obj: Reviewer | None) -> Any:  # noqa: ANN401, ARG002 - Django's own
        return self.inlines if obj else ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:  # noqa: ANN401
        super().save_related(request, form, formsets, change)
        if change:
            settle(form.instance, formsets)

    def response_add(self, request: HttpRequest, obj: Reviewer, post_url_continue: str | None = None) -> HttpResponse:  # noqa: ARG002
        if not outbox.is_open():
            return self._show_link(request, obj.invitation)
        self._say_sent(request, obj)
        return HttpResponseRedirect(reverse("admin:reviewers_reviewer_changelist"))

    def new_password(self, request: HttpRequest, pk: object) -> HttpResponse:
        person = self._posted(request, pk)
        if not person.has_come_in:
            raise PermissionDenied
        password = people.new_password(person)
        self.log_change(request, person, _("Made a new password."))
        title = _("Password of %(name)s") % {"name": person.display_name}
        shown = [(_("Email"), person.email), (_("Password"), password)]
        return once.show(request, title, shown, back=reverse("admin:reviewers_reviewer_change", args=[person.pk]))

    def invite_again(self, request: HttpRequest, pk: object) -> HttpResponse:
        person = self._posted(request, pk)
        invitation = self._renew(request, person, is_sent=True)
        if invitation and not outbox.is_open():
            return self._show_link(request, invitation)
        return HttpResponseRedirect(reverse("admin:reviewers_reviewer_changelist"))

    def show_link(self, request: HttpRequest, pk: object) -> HttpResponse:
        person = self._posted(request, pk)
        invitation = self._renew(request, person, is_sent=False)
        if invitation:
            return self._show_link(request, invitation)
        return HttpResponseRedirect(reverse("admin:reviewers_reviewer_change", args=[person.pk]))

    def withdraw(self, request: HttpRequest, pk: object) -> HttpResponse:
        person = self._posted(request, pk)
        try:
            invitations.withdraw(person)
        except invitations.HasComeIn:
            self.message_user(request, _("%(name)s has come in meanwhile.") % {"name": person}, messages.WARNING)
        else:
            self.log_change(request, person, _("Withdrew the invitation."))
            said = _("The invitation of %(name)s is withdrawn: its link works no more.") % {"name": person}
            self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:reviewers_reviewer_changelist"))

    def _posted(self, request: HttpRequest, pk: object) -> Reviewer:
        """The person a button was pressed for. Raises Http404 and PermissionDenied."""
        person = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST" or not self.has_change_permission(request, person):
            raise PermissionDenied
        return person

    def _invite(self, request: HttpRequest, obj: Reviewer, given: dict[str, Any]) -> None:
        pools, tags = tuple(given["pools"]), tuple(given["tags"])
        facts = {name: given[name] for name in ("email", "name", "role", "capacity")}
        invitation = invitations.invite(people.Newcomer(**facts, pools=pools, tags=tags), by=signed_in(request))
        obj.__dict__.update(invitation.reviewer.__dict__)

    def _renew(self, request: HttpRequest, person: Reviewer, *, is_sent: bool) -> Invitation | None:
        try:
            invitation = invitations.renew(person, by=signed_in(request), is_sent=is_sent)
        except invitations.HasComeIn:
            said = _("%(name)s is here already, and needs no invitation.") % {"name": person}
            self.message_user(request, said, messages.WARNING)
            return None
        self.log_change(request, person, _("Invited again."))
        if is_sent and outbox.is_open():
            self._say_sent(request, person)
        return invitation

    def _say_sent(self, request: HttpRequest, person: Reviewer) -> None:
        said = _("%(name)s is invited. The mail leaves within seconds; its link works for a week.")
        self.message_user(request, said % {"name": person.display_name}, messages.SUCCESS)

    def _show_link(self, request: HttpRequest, invitation: Invitation) -> HttpResponse:
        person = invitation.reviewer
        title = _("Invitation of %(name)s") % {"name": person.display_name}
        shown = [(_("Email"), person.email), (_("Link"), tokens.link(invitation) or "")]
        note = _("Hand the link over yourself, safely: whoever has it comes in. It works once, for a week.")
        if not outbox.is_open():
            note = _("This desk sends no email (EMAIL_URL is not set).") + " " + note
        return once.show(request, title, shown, back=reverse("admin:reviewers_reviewer_changelist"), note=note)
