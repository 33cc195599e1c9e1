"""The pages around one's account, but for those that the admin site has itself."""

from django.urls import path

from reviewers import feeds
from reviewers.accounts import views

urlpatterns = [
    path("oncall/feed/<str:token>.ics", feeds.calendar, name="oncall_feed"),
    path("invited/<str:token>/", views.Invited.as_view(), name="invited"),
    path("password/forgotten/", views.Forgotten.as_view(), name="password_reset"),
    path("password/forgotten/done/", views.ForgottenDone.as_view(), name="password_reset_done"),
    path("password/new/done/", views.NewPasswordDone.as_view(), name="password_reset_complete"),
    path("password/new/<uidb64>/<token>/", views.NewPassword.as_view(), name="password_reset_confirm"),
]
