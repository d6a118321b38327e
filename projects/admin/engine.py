"""The page of the engine in the admin: what waits, who speaks how fast, what fails, what it costs, what is kept."""

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from projects.actions import engine


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """How the engine stands; asked by htmx, the figures alone. For who may look at calls, which is money."""
    if not request.user.has_perm("projects.view_call"):
        raise PermissionDenied
    context = {**admin.site.each_context(request), "title": gettext("The engine"), **engine.look()}
    context["kept"] = [
        (gettext("Discarded takes"), settings.KEEP_DISCARDED_DAYS),
        (gettext("Other takes of no use"), settings.KEEP_TAKES_DAYS),
        (gettext("Older exports"), settings.KEEP_EXPORTS_DAYS),
    ]
    part = "#figures" if request.headers.get("HX-Request") else ""
    return TemplateResponse(request, f"admin/engine.html{part}", context)
