"""Every address is behind the sign-in, except the few that stand here."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from narrator.accounts import urls as accounts
from narrator.teams import urls as teams
from projects import urls as work

# Who is not signed in may open these, and nothing else. Django's admin asks for itself, and sends to our sign-in; so
# does the API, which asks for a token (tests/projects/api/test_access.py).
OPEN = {
    "healthz",
    "readyz",
    # With a token of the settings, or not at all.
    "metrics",
    "sign-in/",
    "sign-in/code/",
    "sign-in/passkey/",
    "sign-in/inactive/",
    "sign-out/",
    "sign-up/",
    "password/",
    "password/sent/",
    "password/done/",
    r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
    "confirm/",
    r"^confirm/(?P<key>[-:\w]+)/$",
    # Whoever cannot read the sign-in page chooses another language there.
    "language/",
    # Behind an invitation's token; tests/teams/test_invitations.py.
    "join/<str:token>/",
    # In every digest: its token, which is signed, is what counts.
    "mail/stop/<str:token>/",
    # Behind a feed's token: see tests/projects/views/test_podcast.py.
    "feed/<str:token>/",
    "feed/<str:token>/cover.jpg",
    "feed/<str:token>/sounds/<int:export_id>/<int:number>.<slug:ending>",
    "feed/<str:token>/texts/<int:export_id>/<int:number>.<slug:kind>",
    "feed/<str:token>/chapters/<int:export_id>/<int:number>.json",
    # Behind a guest's token, which tests/projects/views/test_guests.py tries to get out of.
    "guest/<str:token>/",
    "guest/<str:token>/password/",
    "guest/<str:token>/scripts/<int:script_id>/",
    "guest/<str:token>/lines/<int:paragraph_id>/takes/<int:take_id>.wav",
    "guest/<str:token>/lines/<int:paragraph_id>/verdict/",
    "guest/<str:token>/lines/<int:paragraph_id>/comments/",
}
ASKS_FOR_ITSELF = ("admin/", "api/")


def doors(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every address below this one, with its view."""
    for entry in resolver.url_patterns:
        address = f"{before}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield address, entry.callback
        else:
            yield from doors(entry, address)


def test_every_address_asks_for_the_sign_in() -> None:
    middleware = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    assert middleware in settings.MIDDLEWARE
    found = dict(doors(get_resolver()))
    assert len(found) > 20, "the addresses were not found"
    not_asked = {address for address, view in found.items() if not getattr(view, "login_required", True)}
    assert {address for address in not_asked if not address.startswith(ASKS_FOR_ITSELF)} == OPEN


def test_sorted_by_their_beginnings_addresses_lead_where_they_did() -> None:
    for urls in (accounts, teams, work):
        for pattern in urls.urlpatterns:
            if not str(pattern.pattern).startswith("^"):
                filled = re.sub(r"<\w+:\w+>", "1", str(pattern.pattern))
                assert resolve(f"/{filled}").func == pattern.callback, filled


def test_a_visitor_is_sent_to_the_sign_in_everywhere(client: Any, db: None) -> None:
    for address in _examples():
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert "next=" in answer["Location"], address


def _examples() -> list[str]:
    """One address of each pattern of the work, with a number in each gap."""
    found = []
    for address, _ in doors(get_resolver()):
        if address not in OPEN and not address.startswith(ASKS_FOR_ITSELF):
            filled = re.sub(r"<(int|slug):\w+>", "1", address)
            assert "<" not in filled, f"say here what to put into {address}"
            found.append(f"/{filled}")
    return found
