"""The addresses of the whole site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from narrator import health
from narrator.accounts import urls as accounts
from narrator.teams import urls as teams
from projects import urls as work
from projects.api import site as api

# The administration has no sign-in of its own: ours counts attempts and asks for the second step.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Fewer than these are as quickly compared one by one.
FEW = 4


def by_beginning(patterns: list[URLPattern]) -> list[URLPattern | URLResolver]:
    """The same addresses, those with the same beginning together: a request is compared with forty, not with 230."""
    beginnings: dict[str, list[URLPattern]] = {}
    for one in patterns:
        beginning, slash, _ = str(one.pattern).partition("/")
        beginnings.setdefault(beginning + slash if slash else "", []).append(one)
    found: list[URLPattern | URLResolver] = []
    for beginning, some in beginnings.items():
        if len(some) < FEW or not beginning or beginning.startswith("^"):
            found += some
        else:
            rest = [_behind(beginning, one) for one in some]
            found.append(path(beginning, include(by_beginning(rest))))
    return found


def _behind(beginning: str, one: URLPattern) -> URLPattern:
    return path(str(one.pattern).removeprefix(beginning), one.callback, one.default_args, one.name)


urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", include(work.metrics_patterns)),
    path("admin/", admin.site.urls),
    path("mail/", include(work.mail_patterns)),
    path("guest/<str:token>/", include(work.guest_patterns)),
    path("api/v1/", include(api.urls)),
    path("feed/<str:token>/", include(work.feed_patterns)),
    *by_beginning([*work.urlpatterns, *teams.urlpatterns, *accounts.urlpatterns]),
]
