"""What people type to sign in, to come in, and to get a new password."""

import math
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviewers import tries

TOO_MANY = "too_many"


class SignIn(AuthenticationForm):
    """`wait` are the seconds until the next try is allowed, if this one was not."""

    wait = 0
    error_messages = {
        "invalid_login": _("This email and password do not go together. Mind upper and lower case in the password."),
        "inactive": _("This account is not active."),
    }

    def clean(self) -> dict[str, Any]:
        who = {"email": str(self.cleaned_data.get("username") or ""), "ip": _ip(self.request)}
        self.wait = tries.seconds_to_wait(tries.SIGN_IN, **who)
        if self.wait:
            raise _too_many(self.wait)
        try:
            cleaned = super().clean()
        except ValidationError:
            tries.note(tries.SIGN_IN, **who)
            raise
        tries.forgive(tries.SIGN_IN, **who)
        return cleaned


class ChangePassword(PasswordChangeForm):
    """Whoever finds a screen unlocked guesses no longer here than at the sign-in."""

    wait = 0

    def __init__(self, *args: Any, request: Any = None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        who = {"email": self.user.email, "ip": _ip(self.request)}
        self.wait = tries.seconds_to_wait(tries.SIGN_IN, **who)
        if self.wait:
            raise _too_many(self.wait)
        try:
            old: str = super().clean_old_password()
        except ValidationError:
            tries.note(tries.SIGN_IN, **who)
            raise
        return old


class ResetRequest(forms.Form):
    """Says the same of every address, in the same time: nobody learns here who has an account."""

    wait = 0
    email = forms.EmailField(
        label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True})
    )

    def __init__(self, *args: Any, request: Any = None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        who = {"email": email, "ip": _ip(self.request)}
        self.wait = tries.seconds_to_wait(tries.RESET, **who)
        if self.wait:
            raise _too_many(self.wait)
        tries.note(tries.RESET, **who)
        return email


class Coming(SetPasswordForm):  # type: ignore[type-arg]  # generic for type checkers only
    """What a person who was invited gives: how they are called, and a password."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        help_text=_("Colleagues see it beside what you claim."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "new_password1", "new_password2"]


def _ip(request: Any) -> str:  # noqa: ANN401 - None where Django calls the form without one
    return str(request.META.get("REMOTE_ADDR") or "") if request else ""


def _too_many(wait: int) -> ValidationError:
    minutes = math.ceil(wait / 60)
    said = ngettext(
        "That was tried too often. Try again in %(minutes)s minute.",
        "That was tried too often. Try again in %(minutes)s minutes.",
        minutes,
    )
    return ValidationError(said % {"minutes": minutes}, code=TOO_MANY)
