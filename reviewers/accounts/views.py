"""The pages. None of them waits for the mail server, and none tells a stranger who has an account."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import login, views
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from reviewers import invitations
from reviewers.accounts.forms import ChangePassword, Coming, ResetRequest
from reviewers.mail import outbox
from reviewers.models import Invitation, Letter, Reviewer

NOTICE = timedelta(days=2)  # a notice of a changed password is of use for so long


class Framed:
    """In the frame of the desk, without its navigation."""

    title: Any = ""

    def get_context_data(self, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - Django's own
        request: HttpRequest = self.request  # type: ignore[attr-defined]
        frame = admin.site.each_context(request) | {"title": self.title, "has_email": outbox.is_open()}
        return super().get_context_data(**frame | given)  # type: ignore[misc, no-any-return]


@method_decorator(never_cache, name="dispatch")
class Forgotten(Framed, FormView[ResetRequest]):
    """Asks for the address. Whether anybody has it is found out afterwards, by the sender of letters."""

    template_name = "registration/password_reset_form.html"
    form_class = ResetRequest
    success_url = reverse_lazy("password_reset_done")
    title = gettext_lazy("Forgot your password?")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: ResetRequest) -> HttpResponse:
        if outbox.is_open():
            useful_for = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
            outbox.queue(Letter.Kind.RESET, form.cleaned_data["email"], useful_for=useful_for)
        return super().form_valid(form)

    def form_invalid(self, form: ResetRequest) -> HttpResponse:
        return refused_for_now(super().form_invalid(form), form.wait)


class ForgottenDone(Framed, TemplateView):
    template_name = "registration/password_reset_done.html"
    title = gettext_lazy("Look into your mail")


class NewPassword(Framed, views.PasswordResetConfirmView):
    """Ends every session of this person. They sign in with the new password: a link in a mail is not a sign-in."""

    template_name = "registration/password_reset_confirm.html"
    success_url = reverse_lazy("password_reset_complete")
    title = gettext_lazy("Choose a new password")

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - generic for type checkers only
        response = super().form_valid(form)
        _tell(form.user)
        return response


class NewPasswordDone(Framed, TemplateView):
    template_name = "registration/password_reset_complete.html"
    title = gettext_lazy("Your new password is set")


class ChangedPassword(Framed, views.PasswordChangeView):
    """This session goes on under a new key; all others of this person end."""

    template_name = "registration/password_change_form.html"
    form_class = ChangePassword
    success_url = reverse_lazy("admin:index")
    title = gettext_lazy("Change your password")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_invalid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        return refused_for_now(super().form_invalid(form), form.wait)

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        response = super().form_valid(form)
        _tell(form.user)
        messages.success(self.request, _("Your password is changed. You are signed out everywhere else."))
        return response


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class Invited(Framed, FormView[Coming]):
    """Opening the link uses nothing up: mail scanners open links, too. Only the password does."""

    template_name = "registration/invited.html"
    form_class = Coming
    success_url = reverse_lazy("admin:index")
    title = gettext_lazy("Welcome")
    invitation: Invitation

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        try:
            self.invitation = invitations.find(self.kwargs["token"])
            return super().dispatch(request, *args, **kwargs)
        except invitations.NotOpen as refusal:
            return self._over(refusal.state)

    def get_form_kwargs(self) -> dict[str, Any]:
        person = self.invitation.reviewer
        return super().get_form_kwargs() | {"user": person, "initial": {"name": person.name}}

    def form_valid(self, form: Coming) -> HttpResponse:
        given = form.cleaned_data
        person = invitations.accept(self.kwargs["token"], name=given["name"], password=given["new_password1"])
        login(self.request, person)
        messages.success(self.request, _("Welcome, %(name)s. This is the live queue.") % {"name": person.display_name})
        return super().form_valid(form)

    def _over(self, state: Invitation.State | None) -> TemplateResponse:
        context = admin.site.each_context(self.request) | {
            "title": _("This link does not work any more"),
            "state": state,
        }
        return TemplateResponse(self.request, "registration/invitation_over.html", context, status=HTTPStatus.GONE)


def refused_for_now(response: HttpResponse, wait: int) -> HttpResponse:
    """The page as it is, with the status that says when to come back, if there is something to wait for (seconds)."""
    if wait:
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response.headers["Retry-After"] = str(wait)
    return response


def way_back(request: HttpRequest) -> str:
    """Where somebody was before they had to sign in, if that is here; else the start page."""
    asked = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else reverse("admin:index")


def _tell(person: Reviewer) -> None:
    if outbox.is_open():
        outbox.queue(Letter.Kind.CHANGED, person.email, about=person, useful_for=NOTICE)
