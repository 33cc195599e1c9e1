"""Every address of the product: the API under /api, the desk at the root."""

from django.contrib import admin
from django.urls import include, path

from config import pages

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.not_found
handler500 = pages.server_error

urlpatterns = [
    path("readyz", pages.readyz),
    path("api/", include("escalations.api.urls")),
    path("api/", include("notifications.urls")),
    path("api/", include("metrics.urls")),
    path("slack/", include("notifications.slack.urls")),
    path("", include("reviewers.accounts.urls")),
    path("", admin.site.urls),
]
