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

from projects.api import (
    exports,
    lines,
    manuscripts,
    people,
    problems,
    projects,
    reviews,
    runs,
    takes,
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
        for acts in document["paths"].values():
            for act in acts.values():
                for status, answer in act["responses"].items():
                    if int(status) >= 400 and "application/json" in answer.get("content", {}):
                        answer["content"] = {problems.MEDIA_TYPE: answer["content"]["application/json"]}
        return document


api = Api(
    title="Narrator",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)
for noun in (people, manuscripts, projects, lines, runs, takes, reviews, exports, usage):
    api.add_router("", noun.router)
problems.handle_all(api)


@login_not_required
@csrf_exempt
def missing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """There is no such address; a program gets a problem, not a page."""
    sentence = "There is no such address. All of them stand in openapi.json, beside them."
    return problems.answer(problems.Problem(404, "not_found", sentence))


def _addresses() -> Iterator[URLPattern]:
    """Every address, without the sign-in of browsers: each asks for a token, but for the document."""
    for address in api.urls[0]:
        if isinstance(address, URLPattern) and address.name != "api-root":
            address.callback.login_required = False  # type: ignore[attr-defined]
            yield address
    yield path("", missing, name="api-root")
    yield path("<path:rest>", missing, name="missing")


urls = (list(_addresses()), "api")
