"""What every view may lean on: the typed request, pages that answer with one of their parts, redirects for htmx."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request behind the sign-in: it has a user and htmx's details."""

    user: Any
    htmx: HtmxDetails


def page_or_part(
    request: Request, template: str, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Answer htmx with the named part of a page, and anybody else with the whole page."""
    name = f"{template}#{part}" if request.htmx and not request.htmx.boosted else template
    return render(request, name, context, status=status)


def go(request: Request, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Send the browser to another page, whether it asked by itself or through htmx."""
    response = redirect(to, *args, **kwargs)
    return HttpResponseClientRedirect(response.url) if request.htmx else response


def tell(response: HttpResponse, event: str, detail: dict[str, Any]) -> HttpResponse:
    """Let the page's scripts hear of something, as an event with this detail."""
    return trigger_client_event(response, event, detail)


def say(response: HttpResponse, sentence: str) -> HttpResponse:
    """Show the person a sentence, where the page shows why something did not come about."""
    return tell(response, "say", {"value": sentence})


def client_address(request: HttpRequest) -> str | None:
    """The address that asks, as far as our own proxies vouch for it (NARRATOR_TRUSTED_PROXIES); None where unknown."""
    try:
        address: str = get_adapter().get_client_ip(request)
    except (PermissionDenied, ImproperlyConfigured):
        return None
    return address
