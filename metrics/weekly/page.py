"""The page of the weekly report: what it would say now, and whether one gets it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from escalations.desk.people import may_lead, viewer_of
from metrics.weekly import letter, schedule
from metrics.weekly.models import WeeklyReport
from reviewers import clock
from reviewers.mail import outbox


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    if not may_lead(viewer):
        raise PermissionDenied
    if request.method == "POST":
        is_wanted = request.POST.get("is_wanted") == "on"
        due_at = schedule.next_after(clock.now(), viewer)
        wish = {"is_wanted": is_wanted}
        WeeklyReport.objects.update_or_create(reviewer=viewer, defaults=wish, create_defaults=wish | {"due_at": due_at})
        said = _("You get the weekly report.") if is_wanted else _("You no longer get the weekly report.")
        messages.success(request, said)
        return HttpResponseRedirect(reverse("admin:desk_metrics_report"))
    known = WeeklyReport.objects.filter(reviewer=viewer).first()
    written = letter.message(letter.of(viewer, clock.now()))
    shown = {
        **admin.site.each_context(request),
        "title": _("Weekly report"),
        "is_wanted": known is None or known.is_wanted,
        "due_at": known.due_at if known else schedule.next_after(clock.now(), viewer),
        "has_email": outbox.is_open(),
        "written": written,
    }
    return TemplateResponse(request, "metrics/report.html", shown)
