"""What the admin site has of its own around the account: the sign-in, and the change of one's password."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from reviewers.accounts import views
from reviewers.accounts.forms import SignIn


class AccountPages(AdminSite):
    """Sign-ins are limited and lead back to where one was; a new password ends all other sessions."""

    login_form = SignIn

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(views.way_back(request))
        response = super().login(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        return views.refused_for_now(response, getattr(context.get("form"), "wait", 0))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - narrower in the stubs than in Django
        return views.ChangedPassword.as_view(extra_context=extra_context)(request)
