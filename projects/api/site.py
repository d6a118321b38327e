"""The whole API: its nouns, under one address with a version, and its document."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from narrator import limits
from projects.api import (
    activity,
    archives,
    cast,
    characters,
    clips,
    covers,
    deliveries,
    destinations,
    doors,
    edits,
    endpoints,
    exports,
    feeds,
    finishes,
    guests,
    lexicons,
    lines,
    manuscripts,
    notifications,
    people,
    pickups,
    problems,
    projects,
    returns,
    reviews,
    revisions,
    runs,
    takes,
    teams,
    usage,
)

ABOUT = """Everything that the pages do, for programs: docs/api.md.

A token (made on the page of your account) goes into each request: `Authorization: Bearer narrator_…`. What is refused
is answered as a problem, with a sentence. Amounts of money are whole millionths of the currency's unit, moments are
UTC, lengths are milliseconds."""


class Api(NinjaAPI):
    """Ninja's, with a document that calls acts as the code does, and problems by their media type."""

    _document: OpenAPISchema | None = None

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **_: Any) -> OpenAPISchema:
        """Made once: there is one place where it is served, and it never changes."""
        if self._document is None:
            self._document = self._made()
        return self._document

    def _made(self) -> OpenAPISchema:
        document = super().get_openapi_schema()
        problems.describe(document)
        return document


api = Api(
    title="Narrator",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)
NOUNS = (
    *(
        people,
        manuscripts,
        projects,
        revisions,
        covers,
        cast,
        characters,
        lexicons,
        lines,
        edits,
        clips,
        runs,
    ),
    *(takes, pickups, returns, reviews, finishes, destinations, exports, deliveries, archives, guests, feeds),
    *(teams, endpoints, activity, notifications, usage),
)
MORE = (activity.of_project, endpoints.of_cast)
for router in (*(noun.router for noun in NOUNS), *MORE):
    api.add_router("", router)
problems.handle_all(api)


@login_not_required
@csrf_exempt
def missing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """There is no such address; a program gets a problem, not a page."""
    sentence = "There is no such address. All of them stand in openapi.json, beside them."
    return problems.answer(problems.Problem(404, "not_found", sentence))


limits.refuses_by(problems.refused, missing)


def _addresses() -> Iterator[URLPattern]:
    """Every address, without the sign-in of browsers: each asks for a token, but for the document."""
    found = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    # Several acts at one address are one view to Django.
    large = {str(one.pattern): doors.LARGE[one.name] for one in found if one.name in doors.LARGE}
    for address in found:
        view: Any = address.callback
        view.login_required = False
        limits.refuses_by(problems.refused, view)
        if most_bytes := large.get(str(address.pattern)):
            limits.takes_bodies_of(most_bytes)(view)
        yield address
    yield path("", missing, name="api-root")
    yield path("<path:rest>", missing, name="missing")


urls = (list(_addresses()), "api")
