"""Every address of the API against every kind of person: the rules are those of the pages, in one table again."""

import functools
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from narrator.teams.models import Role
from projects.api.site import api
from projects.models.tokens import NOUNS
from tests.cast import Cast
from tests.projects.api.programs import HOME, Program
from tests.projects.views.test_access import RIGHTS, cast, house, own_media, rows, store, watched

__all__ = ["cast", "house", "own_media", "rows", "store"]
pytestmark = pytest.mark.one_database
EDIT, REVIEW, SEE = Role.EDITOR, Role.REVIEWER, Role.VIEWER
ADMIN, OWNER = Role.ADMIN, Role.OWNER


@dataclass(frozen=True)
class Door:
    """One act: who may, what those are answered, and what is sent. ``form``: as a form, not as JSON.

    ``refused`` is what members with too few rights get: of what is somebody's own they know nothing.
    """

    least: Role | None
    answer: int
    body: Any = None
    form: bool = False
    refused: int = 403


# By the names in the document. Rows that an act needs are named in the address: {project_id} and so on.
DOORS = {
    "me": Door(None, 200),
    "team_voices": Door(SEE, 200),
    "manuscript_new": Door(EDIT, 201, {"text": "Some words."}, form=True),
    "manuscript_detail": Door(EDIT, 200),
    "manuscript_import": Door(EDIT, 201, {"voice": "Maia"}),
    "project_list": Door(None, 200),
    "project_detail": Door(SEE, 200),
    "project_edit": Door(EDIT, 200, {"title": "Another"}),
    "script_list": Door(SEE, 200),
    "script_detail": Door(SEE, 200),
    "script_direction": Door(EDIT, 409, {"language": "German"}),  # its line is finished
    "cast_detail": Door(SEE, 200),
    "cast_find": Door(EDIT, 200),
    "cast_decide": Door(EDIT, 422, {"names": ["Nobody"]}),
    "cast_change_list": Door(SEE, 200),
    "cast_undo": Door(EDIT, 200),
    "character_list": Door(SEE, 200),
    "character_new": Door(EDIT, 201, {"name": "Weena"}),
    "character_detail": Door(SEE, 200),
    "character_edit": Door(EDIT, 200, {"colour": "red"}),
    "character_merge": Door(EDIT, 404, {"into": 999_999}),
    "character_remove": Door(EDIT, 409, {}),  # it speaks a finished line
    "lexicon_project": Door(SEE, 200),
    "lexicon_team": Door(SEE, 200),
    "lexicon_project_preview": Door(EDIT, 200, {"remove": []}),
    "lexicon_team_preview": Door(EDIT, 200, {"entries": [{"written": "edited", "spoken": "altered"}]}),
    "lexicon_project_change": Door(EDIT, 201, {"entries": [{"written": "xyz", "spoken": "ex"}]}),
    "lexicon_team_change": Door(EDIT, 201, {"entries": [{"written": "xyz", "spoken": "ex"}]}),
    "lexicon_project_import": Door(EDIT, 201, {"file": b"written,say\nxyz,ex\n"}, form=True),
    "lexicon_team_import": Door(EDIT, 422, {"file": b"\n"}, form=True),
    "lexicon_project_change_list": Door(SEE, 200),
    "lexicon_team_change_list": Door(SEE, 200),
    "lexicon_undo": Door(EDIT, 200),
    "lexicon_render": Door(EDIT, 409, {"agreed_micro": 1}),
    "lexicon_project_sample": Door(EDIT, 409, {"remove": []}),
    "lexicon_team_sample": Door(EDIT, 409, {"remove": []}),
    "lexicon_sample": Door(EDIT, 404),
    "line_list": Door(SEE, 200),
    "line_detail": Door(SEE, 200),
    "line_edit": Door(EDIT, 200, {"text": "Other words."}),
    "lines_insert": Door(EDIT, 201, {"text": "Some words."}),
    "lines_remove": Door(EDIT, 409, {"lines": [999_999]}),
    "lines_pause": Door(EDIT, 409, {"lines": [999_999], "pause_ms": 500}),
    "lines_mark": Door(EDIT, 409, {"lines": [999_999], "kind": "title"}),
    "lines_move": Door(EDIT, 409, {"lines": [999_999]}),
    "lines_lock": Door(EDIT, 409, {"lines": [999_999]}),
    "lines_unlock": Door(EDIT, 409, {"lines": [999_999]}),
    "lines_direct": Door(EDIT, 409, {"lines": [999_999], "voice": "Maia"}),
    "line_split": Door(EDIT, 201, {"text": "One.", "rest": "Two."}),
    "line_merge": Door(EDIT, 201),
    "edit_undo": Door(EDIT, 409),
    "edit_redo": Door(EDIT, 409),
    "script_estimate": Door(SEE, 200),
    "script_render": Door(EDIT, 201),
    "script_stop": Door(EDIT, 200),
    "run_list": Door(None, 200),
    "run_detail": Door(SEE, 200),
    "run_pause": Door(EDIT, 200),
    "run_resume": Door(EDIT, 200),
    "run_cancel": Door(EDIT, 200),
    "run_retry": Door(EDIT, 201),
    "team_resume": Door(EDIT, 200),
    "take_list": Door(SEE, 200),
    "take_detail": Door(SEE, 200),
    "take_audio": Door(SEE, 200),
    "take_new": Door(EDIT, 201),
    "recording_new": Door(EDIT, 422, {"file": b"no sound"}, form=True),
    "take_choose": Door(EDIT, 200),
    "take_discard": Door(EDIT, 200),
    "take_bring_back": Door(EDIT, 200),
    "take_clear": Door(REVIEW, 200),
    "take_retry": Door(EDIT, 201),
    "verdict_new": Door(REVIEW, 422, {"kind": "approved", "take_id": 999_999}),
    "review_list": Door(None, 200),
    "review_board": Door(SEE, 200),
    "script_assign": Door(EDIT, 200, {"reviewers": []}),
    "script_review": Door(REVIEW, 200),
    "pickup_sheet": Door(SEE, 200),
    "pickup_new": Door(EDIT, 422, {"file": b"no sound"}, form=True),
    "pickup_detail": Door(EDIT, 200),
    "pickup_audio": Door(EDIT, 200),
    "pickup_confirm": Door(EDIT, 201, {"lines": []}),
    "return_list": Door(EDIT, 200),
    "return_new": Door(EDIT, 422, {"file": b"no sound"}, form=True),
    "return_detail": Door(EDIT, 200),
    "return_audio": Door(EDIT, 200),
    "return_confirm": Door(EDIT, 201, {"lines": []}),
    "revision_new": Door(EDIT, 201, {"text": "Quite other words."}, form=True),
    "revision_list": Door(EDIT, 200),
    "revision_detail": Door(EDIT, 200),
    "difference_list": Door(EDIT, 200),
    "revision_decide": Door(EDIT, 200, {"choice": "mine", "of": "all"}),
    "revision_apply": Door(EDIT, 409, {"seen": "x"}),
    "revision_undo": Door(EDIT, 200),
    "revision_discard": Door(EDIT, 200),
    "archive_list": Door(EDIT, 200),
    "archive_order": Door(EDIT, 201),
    "archive_new": Door(EDIT, 422, {"file": b"no archive"}, form=True),
    "archive_detail": Door(EDIT, 200),
    "archive_download": Door(EDIT, 404),
    "comment_list": Door(SEE, 200),
    "comment_new": Door(REVIEW, 201, {"text": "Lovely."}),
    "comment_resolve": Door(REVIEW, 200),
    "comment_reopen": Door(REVIEW, 200),
    "export_new": Door(EDIT, 201, {"format": "wav", "partial": True}),
    "export_list": Door(SEE, 200),
    "export_detail": Door(SEE, 200),
    "export_delivery": Door(SEE, 404),
    "delivery_report": Door(SEE, 404),
    "delivery_fix": Door(EDIT, 200, {"rule": "ending"}),
    "export_again": Door(EDIT, 409),  # a line was edited since
    "export_text": Door(SEE, 200),
    "export_chapters": Door(SEE, 200),
    "export_approvals": Door(SEE, 404),
    "script_text": Door(SEE, 200),
    "preset_list": Door(SEE, 200),
    "finish_detail": Door(SEE, 200),
    "finish_edit": Door(EDIT, 200, {"fade_ms": 5}),
    "destination_list": Door(EDIT, 200),
    "destination_new": Door(EDIT, 422, {"name": "Shop", "asked": [{"rule": "title"}]}),
    "destination_edit": Door(EDIT, 200, {"asked": [{"rule": "title"}]}),
    "destination_remove": Door(EDIT, 204),
    "clip_list": Door(SEE, 200),
    "clip_new": Door(EDIT, 422, {"file": b"no sound"}, form=True),
    "clip_rename": Door(EDIT, 200, {"name": "Outro"}),
    "clip_remove": Door(EDIT, 204),
    "clip_audio": Door(SEE, 200),
    "clip_place": Door(EDIT, 404, {"clip_id": 999_999}),
    "cover_edit": Door(EDIT, 422, {"file": b"no picture"}, form=True),
    "cover_remove": Door(EDIT, 204),
    "project_cover": Door(SEE, 404),
    "export_cancel": Door(EDIT, 200),
    "export_download": Door(SEE, 200),
    "take_heard": Door(SEE, 200),
    "take_seam": Door(SEE, 200),
    "take_trimmed": Door(SEE, 200),
    "take_trim": Door(EDIT, 200, {"head_ms": 10}),
    "edit_list": Door(SEE, 200),
    "change_restore": Door(EDIT, 201),
    "script_search": Door(SEE, 200, {"q": "lamp"}),
    "replace_preview": Door(EDIT, 200, {"q": "edited"}),
    "script_replace": Door(EDIT, 201, {"q": "edited", "lines": {"999999": "x"}}),
    "guest_links": Door(EDIT, 200),
    "guest_new": Door(EDIT, 201, {"name": "Gus"}),
    "guest_revoke": Door(EDIT, 204),
    "feed_list": Door(EDIT, 200),
    "feed_new": Door(EDIT, 201, {"name": "Fay"}),
    "episode_list": Door(EDIT, 200),
    "feed_fill": Door(EDIT, 201),
    "feed_revoke": Door(EDIT, 204),
    "team_new": Door(None, 403, {"name": "Another"}),  # a viewer was only invited
    "team_rename": Door(ADMIN, 200, {"name": "Night Desk"}),
    "team_leave": Door(SEE, 204),
    "member_list": Door(SEE, 200),
    "member_edit": Door(ADMIN, 403, {"role": "admin"}),  # the owner
    "member_own": Door(OWNER, 403),  # herself
    "member_remove": Door(ADMIN, 403),
    "invitation_list": Door(ADMIN, 200),
    "invitation_new": Door(ADMIN, 201),
    "invitation_revoke": Door(ADMIN, 204),
    "endpoint_detail": Door(ADMIN, 200),
    "endpoint_edit": Door(ADMIN, 422, {"kind": "carrier pigeon"}),
    "endpoint_voices": Door(ADMIN, 200),
    "endpoint_try": Door(ADMIN, 422, {"voice": "Nobody"}),
    "endpoint_trial": Door(ADMIN, 404),
    "endpoint_leave": Door(ADMIN, 204),
    "price_detail": Door(ADMIN, 200),
    "price_edit": Door(ADMIN, 200, {"per_10k_micro": 5}),
    "sample_list": Door(EDIT, 200),
    "sample_new": Door(EDIT, 422, {"voice": "Nobody"}),
    "sample_audio": Door(EDIT, 404),
    "missing_voices": Door(EDIT, 200),
    "project_voices": Door(EDIT, 422, {"instead": {"Nobody": "Maia"}}),
    "project_activity": Door(SEE, 200),
    "team_activity": Door(ADMIN, 200),
    "audit_list": Door(ADMIN, 200),
    "notification_list": Door(None, 200),
    "notification_read": Door(None, 200),
    "notification_open": Door(OWNER, 200, refused=404),
    "wishes_detail": Door(None, 200),
    "notification_wishes": Door(None, 200, {"often": "daily"}),
    "team_usage": Door(SEE, 200),
    "call_list": Door(SEE, 200),
}


# These name the team in what they send.
NAME_A_TEAM = ("manuscript_new", "archive_new")
KIND = {"export_chapters": "podcast"}


@functools.cache
def addresses() -> dict[str, tuple[str, str]]:
    """Method and address of each act in the document, by its name."""
    found = {}
    for address, acts in api.get_openapi_schema()["paths"].items():
        for method, act in acts.items():
            found[act["operationId"]] = (method, address)
    return found


def test_every_address_of_the_document_stands_in_the_table() -> None:
    assert addresses().keys() == DOORS.keys()
    assert set(nouns()) == set(NOUNS)
    in_document = {address.removeprefix(f"{HOME}/") for _, address in addresses().values()}
    routes = {str(one.pattern) for one in api.urls[0] if one.name not in ("api-root", "openapi-json")}
    assert {route.replace("<", "{").replace(">", "}") for route in routes} == in_document


def knock(client: Client, name: str, rows: dict[str, int], *, shift: int = 0) -> int:
    door, (method, address) = DOORS[name], addresses()[name]
    named = {**rows, "line_id": rows["paragraph_id"]}
    more = {"name": "madeup", "language": "English", "kind": KIND.get(name, "srt"), "sample_id": 999_999}
    filled = address.format(**{key: value + shift for key, value in named.items()}, **more)
    body = {} if door.body is None else dict(door.body)
    if name in NAME_A_TEAM:
        body["team_id"] = rows["team_id"] + shift
    if "file" in body:
        body["file"] = SimpleUploadedFile("a.wav", body["file"])
    kind = {} if door.form or method == "get" else {"content_type": "application/json"}
    response = getattr(client, method)(filled, body, **kind)
    if response.streaming:
        b"".join(response.streaming_content)
    elif response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json", (name, response.content)
        assert response.json()["detail"], name
    return response.status_code


@pytest.fixture(scope="module")
def programs(house: tuple[Cast, dict[str, int]], django_db_blocker: DjangoDbBlocker) -> dict[Any, Client]:
    """A program of each of the cast. Making a token costs more than being refused with it: it is done once."""
    with django_db_blocker.unblock():
        return {name: Program(getattr(house[0], name)).client for name in (*RIGHTS, "stranger")}


@functools.cache
def nouns() -> dict[str, list[str]]:
    """The acts of each noun: those of one are tried in one test, each on rows that nobody has touched."""
    found: dict[str, list[str]] = {}
    for acts in api.get_openapi_schema()["paths"].values():
        for act in acts.values():
            found.setdefault(act["tags"][0], []).append(act["operationId"])
    return found


@pytest.mark.parametrize("noun", NOUNS)
def test_who_may_come_in(noun: str, rows: dict[str, int], programs: dict[Any, Client]) -> None:
    before = watched()
    for name in nouns()[noun]:
        _refuses_whom_it_should(name, rows, programs)
    assert watched() == before
    for name in nouns()[noun]:
        # Just the role that is needed; what others above it may is told by rights.py, and tested with the pages.
        with transaction.atomic():
            assert knock(programs[DOORS[name].least or SEE], name, rows) == DOORS[name].answer, name
            transaction.set_rollback(True)


def _refuses_whom_it_should(name: str, rows: dict[str, int], programs: dict[Any, Client]) -> None:
    door = DOORS[name]
    if least := RIGHTS.index(door.least or SEE):
        assert knock(programs[RIGHTS[least - 1]], name, rows) == door.refused, name
    if door.least is not None:
        assert knock(programs["stranger"], name, rows) == 404, name
        assert knock(programs[Role.OWNER], name, rows, shift=1000) == 404, name
    assert knock(Client(), name, rows) == 401, name
