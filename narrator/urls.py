"""The addresses of the whole site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from narrator import health
from projects.api import site as api
from projects.urls import feed_patterns, guest_patterns, mail_patterns, metrics_patterns

# The administration has no sign-in of its own: ours counts attempts and asks for the second step.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", include(metrics_patterns)),
    path("admin/", admin.site.urls),
    path("", include("narrator.accounts.urls")),
    path("", include("narrator.teams.urls")),
    path("mail/", include(mail_patterns)),
    path("guest/<str:token>/", include(guest_patterns)),
    path("api/v1/", include(api.urls)),
    path("feed/<str:token>/", include(feed_patterns)),
    path("", include("projects.urls")),
]
