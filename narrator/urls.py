"""The addresses of the whole site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from projects.api import site as api
from projects.urls import guest_patterns, mail_patterns

# The administration has no sign-in of its own: ours counts attempts and asks for the second step.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; it touches neither rows nor the broker."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("", include("narrator.accounts.urls")),
    path("", include("narrator.teams.urls")),
    path("mail/", include(mail_patterns)),
    path("guest/<str:token>/", include(guest_patterns)),
    path("api/v1/", include(api.urls)),
    path("", include("projects.urls")),
]
