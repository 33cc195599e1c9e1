"""What somebody may set for themselves: their name, and whether single letters are keys (WCAG 2.1.4)."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from escalations.desk.people import viewer_of

NAME_AT_MOST = 150


class PreferencesForm(forms.Form):
    name = forms.CharField(max_length=NAME_AT_MOST, required=False, label=gettext_lazy("Name"))
    has_single_keys = forms.BooleanField(required=False, label=gettext_lazy("Single letters act as keys"))


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    begun = {"name": viewer.name, "has_single_keys": viewer.has_single_keys}
    form = PreferencesForm(request.POST) if request.method == "POST" else PreferencesForm(initial=begun)
    if form.is_bound and form.is_valid():
        viewer.name = form.cleaned_data["name"]
        viewer.has_single_keys = form.cleaned_data["has_single_keys"]
        viewer.save(update_fields=["name", "has_single_keys"])
        messages.success(request, _("Your preferences are saved."))
        return HttpResponseRedirect(reverse("admin:desk_preferences"))
    shown = {**admin.site.each_context(request), "title": _("Preferences"), "form": form}
    return TemplateResponse(request, "desk/preferences.html", shown, status=400 if form.errors else 200)
