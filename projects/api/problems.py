"""Why something was not done: one shape for every refusal, with the sentences that pages say."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.db import OperationalError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic import ConfigDict

from narrator.busy import RETRY_AFTER_S, sentence_for
from narrator.teams import invitations, members
from projects.actions import (
    asking,
    cast,
    clips,
    connecting,
    directing,
    discards,
    edits,
    exports,
    lexicons,
    lines,
    locks,
    paragraphs,
    pickups,
    returns,
    reviews,
    revising,
    searching,
    trims,
)
from projects.archive.manifest import BadArchive
from projects.audio.cover import BadCover
from projects.audio.recording import Unreadable as NoSound
from projects.audio.trim import Impossible
from projects.manuscript.manuscript import Unreadable as NoText
from projects.speech.errors import SpeechError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
# Every address may refuse in these ways.
REFUSALS = (400, 401, 403, 404, 409, 413, 422, 429, 503)
NOT_SIGNED_IN = (
    "Send a token that is alive: Authorization: Bearer narrator_…  Make one on the page of your account."
)


class FieldError(Schema):
    """What is wrong with one value that was sent; ``field`` is empty where it is all of them together."""

    field: str
    message: str


class ProblemOut(Schema):
    """A refusal (RFC 9457). ``code`` is for programs, ``detail`` a sentence for people; some codes say more."""

    model_config = ConfigDict(extra="allow")

    status: int
    code: str
    title: str
    detail: str
    errors: list[FieldError] = []


def describe(document: dict[str, Any]) -> None:
    """Write the refusals into an OpenAPI document: one shape, which every act may answer."""
    shape = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = {**shape.pop("$defs"), ProblemOut.__name__: shape}
    document["components"].setdefault("schemas", {}).update(parts)
    content = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}}}
    refusals = {status: {"description": HTTPStatus(status).phrase, "content": content} for status in REFUSALS}
    for acts in document["paths"].values():
        for act in acts.values():
            act["responses"] |= refusals


class Problem(Exception):
    """Something is not done, and nothing was changed."""

    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.more = status, code, detail, more


def invalid(form: BaseForm, names: dict[str, str] | None = None) -> Problem:
    """What a form refuses, by the names that the API gives its fields."""
    names = names or {}
    errors = [
        {"field": "" if field == "__all__" else names.get(field, field), "message": str(message)}
        for field, messages in form.errors.items()
        for message in messages
    ]
    return Problem(422, "invalid", errors[0]["message"], errors=errors)


def answer(problem: Problem) -> HttpResponse:
    body = {
        "status": problem.status,
        "code": problem.code,
        "title": HTTPStatus(problem.status).phrase,
        "detail": problem.detail,
        "errors": [],
        **problem.more,
    }
    response = JsonResponse(body, status=problem.status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    if problem.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Narrator"'
    if problem.status == 503:
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def refused(status: int, sentence: str) -> HttpResponse:
    """What narrator.limits answers for us to a body that is too large, unread, and to a client that asks too often."""
    return answer(Problem(status, {413: "too_large", 429: "too_many"}[status], sentence))


def _invalid_shape(error: ValidationError) -> Problem:
    """What is sent in another shape than the document says."""
    errors = [{"field": _place(one["loc"]), "message": one["msg"]} for one in error.errors]
    first = errors[0]
    detail = f"{first['field']}: {first['message']}." if first["field"] else f"{first['message']}."
    return Problem(422, "invalid", detail, errors=errors)


def _place(location: tuple[str | int, ...]) -> str:
    """The name of a value as whoever sent it calls it: of a body without what our code calls all of it."""
    is_in_body = location[0] == "body" and len(location) > 2
    return ".".join(str(part) for part in location[2 if is_in_body else 1 :])


def _http_error(error: HttpError) -> Problem:
    if error.status_code == 400:
        return Problem(
            400, "unreadable", "The request's body could not be read: send JSON as the document says."
        )
    return Problem(error.status_code, "refused", str(error))


def _not_ready(error: exports.NotReady) -> Problem:
    lines = [{"id": line.pk, "script_id": line.script_id} for line in error.lines[:200]]
    detail = "Lines are not ready. Generate them, or ask for a partial export."
    return Problem(409, "not_ready", detail, count=len(error.lines), lines=lines)


def _gone(error: Exception) -> Problem:
    return Problem(409, "gone", f"{error} Nothing was changed.")


def _name_taken(error: cast.NameTaken) -> Problem:
    return Problem(409, "name_taken", f"There is a character {error} already. Choose it, or another name.")


def _narrator_taken(error: cast.NarratorTaken) -> Problem:
    return Problem(
        409, "narrator_taken", f"{error} speaks the narrator's lines already. Only one character can."
    )


def _same(code: str, *, status: int = 409) -> Callable[[Any], Problem]:
    """For errors whose text is a sentence for people."""
    return lambda error: Problem(status, code, str(error))


def _saying(code: str, sentence: str, *, status: int = 409) -> Callable[[Any], Problem]:
    return lambda error: Problem(status, code, sentence)


MEANT: dict[type[Exception], Callable[[Any], Problem]] = {
    Problem: lambda error: error,
    AuthenticationError: _saying("not_signed_in", NOT_SIGNED_IN, status=401),
    PermissionDenied: _same("forbidden", status=403),
    Http404: _saying("not_found", "There is no such thing, or it is not yours to see.", status=404),
    ValidationError: _invalid_shape,
    HttpError: _http_error,
    Throttled: _saying("too_many", "This token asks too often. Ask again later.", status=429),
    RequestDataTooBig: _saying("too_large", "This is more than one request may send.", status=413),
    TooManyFilesSent: _saying("too_large", "These are more files than one request may send.", status=413),
    NoText: _same("unreadable", status=422),
    NoSound: _same("unreadable", status=422),
    paragraphs.Locked: _same("locked"),
    paragraphs.Gone: _gone,
    paragraphs.Overtaken: _same("overtaken"),
    lines.OtherProject: _same("other_project"),
    lines.NoNeighbour: _saying("no_neighbour", "There is no line on that side to merge with."),
    locks.NothingToLock: _saying(
        "nothing_to_lock", "Only a line with a take of what it says now can be locked. Generate it first."
    ),
    edits.NothingLeft: _saying("nothing_left", "There is nothing of yours to take back or to do again here."),
    edits.ChangedSince: _same("changed_since"),
    directing.TooLong: _saying(
        "too_long", "With these words the direction of a line is too long. Shorten them."
    ),
    cast.NameTaken: _name_taken,
    cast.NarratorTaken: _narrator_taken,
    lexicons.Unfit: _same("unfit"),
    Impossible: _same("invalid", status=422),
    trims.NotThere: _saying(
        "not_found", "The sound of this take is not in the store. Generate the line again.", status=404
    ),
    searching.BadQuery: _same("invalid", status=422),
    members.LastOwner: _same("last_owner"),
    members.TooFewRights: _same("forbidden", status=403),
    invitations.TooMany: _same("too_many_open"),
    SpeechError: lambda error: Problem(409, "endpoint", connecting.reason(error)),
    BadArchive: _same("unreadable", status=422),
    returns.NothingToTakeIn: _same("unreadable", status=422),
    pickups.NothingToFile: _same("unreadable", status=422),
    revising.ChangedSince: _same("changed_since"),
    revising.Undecided: _same("undecided"),
    revising.NotTheLast: _same("not_the_last"),
    BadCover: _same("unreadable", status=422),
    clips.NameTaken: _saying("name_taken", "Another clip has this name. Choose another one."),
    asking.TooDear: _same("too_dear"),
    discards.Needed: _same("needed"),
    reviews.NotHeard: _same("not_heard", status=422),
    exports.NotReady: _not_ready,
    exports.NothingToExport: _saying("nothing_to_export", "No line has a take yet. Generate some first."),
}


def _unexpected(error: Exception) -> Problem:
    """A database that is busy, away or full says so; anything else is a fault of ours, and stands in the log."""
    if isinstance(error, OperationalError) and (sentence := sentence_for(error)):
        return Problem(503, "busy", sentence)
    logger.error("an API request failed", exc_info=error)
    return Problem(500, "fault", "The studio failed at this. Whoever runs it finds the reason in its log.")


def handle_all(api: NinjaAPI) -> None:
    """Let the API answer these errors, and every other one, as problems."""

    def handler(meant: Callable[[Any], Problem]) -> Callable[[HttpRequest, Any], HttpResponse]:
        return lambda request, error: answer(meant(error))

    for kind, meant in MEANT.items():
        api.add_exception_handler(kind, handler(meant))
    api.add_exception_handler(Exception, handler(_unexpected))
