"""The addresses of the whole site."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from narrator.teams.forms import SignInForm


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; it touches neither rows nor the broker."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path(
        "sign-in/",
        LoginView.as_view(
            template_name="teams/sign_in.html",
            authentication_form=SignInForm,
            redirect_authenticated_user=True,
        ),
        name="sign-in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("admin/", admin.site.urls),
    path("", include("projects.urls")),
]
