"""Every address against every kind of person: one table, so that none is missed.

What is behind guest links is in test_guests.py, and whose passkey is whose in tests/accounts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import get_resolver, reverse
from pytest_django.plugin import DjangoDbBlocker

from narrator.teams import invitations
from narrator.teams import urls as team_urls
from narrator.teams.models import Membership, Role, User
from projects import urls
from projects.actions import cast as cast_actions
from projects.actions import (
    exports,
    feeds,
    guests,
    lexicon_samples,
    lexicons,
    manuscripts,
    paragraphs,
    reviews,
    revisions,
    takes,
    tokens,
    trials,
)
from projects.models import (
    Archive,
    Clip,
    Destination,
    EndpointKind,
    LexiconEntry,
    Notification,
    Paragraph,
    PickupRecording,
    Project,
    Return,
    Run,
    Take,
)
from projects.models.notifications import News
from tests import factories
from tests.cast import PASSWORD, Cast, assemble
from tests.house.test_doors import doors
from tests.house.test_templates import offences
from tests.house.tree import ROOT


@dataclass(frozen=True)
class Door:
    """One address: its argument's name (then ``more``), the method that does its work, who may, what all get."""

    argument: str | None
    method: str
    least: Role | None
    answer: int
    data: tuple[tuple[str, str], ...] = ()
    more: tuple[str, ...] = ()
    refused: int = 403


EDIT = Role.EDITOR
ADMIN = Role.ADMIN
DOORS = {
    "team-list": Door(None, "get", None, 200),
    "role-list": Door(None, "get", None, 200),
    "member-list": Door("team_id", "get", Role.VIEWER, 200),
    "team-rename": Door("team_id", "post", ADMIN, 302, (("name", "Night Desk"),)),
    "team-leave": Door("team_id", "get", Role.VIEWER, 200),
    "member-edit": Door("member_id", "get", ADMIN, 200),
    "member-own": Door("member_id", "post", Role.OWNER, 302),
    "member-remove": Door("member_id", "post", ADMIN, 302),
    "invitation-new": Door("team_id", "post", ADMIN, 422),
    "invitation-revoke": Door("invitation_id", "post", ADMIN, 302),
    "project-list": Door(None, "get", None, 200),
    "team-projects": Door("team_id", "get", Role.VIEWER, 200),
    "manuscript-new": Door(None, "get", EDIT, 200),
    "manuscript-preview": Door("manuscript_id", "get", EDIT, 200),
    "manuscript-arrange": Door("manuscript_id", "post", EDIT, 302),
    "manuscript-passages": Door("manuscript_id", "get", EDIT, 302, more=("0",)),
    "project-detail": Door("project_id", "get", Role.VIEWER, 200),
    "project-edit": Door("project_id", "get", EDIT, 200),
    "archive-new": Door(None, "get", EDIT, 200),
    "archive-list": Door("project_id", "get", EDIT, 200),
    "archive-detail": Door("archive_id", "get", EDIT, 200),
    "archive-download": Door("archive_id", "get", EDIT, 404),
    "export-delivery": Door("export_id", "get", Role.VIEWER, 404),
    "delivery-report": Door("export_id", "get", Role.VIEWER, 404),
    "delivery-fix": Door("export_id", "post", EDIT, 302, (("rule", "rms_dbfs"),)),
    "return-new": Door("export_id", "get", EDIT, 200),
    "return-confirm": Door("return_id", "get", EDIT, 200),
    "return-audio": Door("return_id", "get", EDIT, 200),
    "export-again": Door("export_id", "post", EDIT, 302),
    "destination-list": Door("team_id", "get", EDIT, 200),
    "destination-new": Door("team_id", "get", EDIT, 200),
    "destination-edit": Door("destination_id", "get", EDIT, 200),
    "finish-edit": Door("project_id", "get", EDIT, 200),
    "cover-edit": Door("project_id", "get", EDIT, 200),
    "project-cover": Door("project_id", "get", Role.VIEWER, 404),
    "revision-new": Door("project_id", "get", EDIT, 200),
    "revision-detail": Door("revision_id", "get", EDIT, 200),
    "revision-decide": Door("revision_id", "post", EDIT, 302, (("choice", "mine"), ("every", "1"))),
    "revision-apply": Door("revision_id", "post", EDIT, 409, (("seen", "something else"),)),
    "revision-undo": Door("revision_id", "post", EDIT, 302),
    "revision-discard": Door("revision_id", "post", EDIT, 302),
    "export-new": Door("project_id", "post", EDIT, 302, (("format", "wav"), ("partial", "on"))),
    "export-detail": Door("export_id", "get", Role.VIEWER, 200),
    "export-cancel": Door("export_id", "post", EDIT, 302),
    "export-approvals": Door("export_id", "get", Role.VIEWER, 404),
    "export-chapters": Door("export_id", "get", Role.VIEWER, 200, more=("podcast",)),
    "export-download": Door("export_id", "get", Role.VIEWER, 200),
    "export-text": Door("export_id", "get", Role.VIEWER, 200, more=("srt",)),
    "script-captions": Door("script_id", "get", Role.VIEWER, 200),
    "script-text": Door("script_id", "get", Role.VIEWER, 200, more=("vtt",)),
    "run-list": Door(None, "get", None, 200),
    "run-pause": Door("run_id", "post", EDIT, 302),
    "run-resume": Door("run_id", "post", EDIT, 302),
    "run-cancel": Door("run_id", "post", EDIT, 302),
    "run-retry": Door("run_id", "post", EDIT, 302),
    "team-resume": Door("team_id", "post", EDIT, 302),
    "clip-list": Door("project_id", "get", Role.VIEWER, 200),
    "clip-rename": Door("project_id", "post", EDIT, 404, more=("999999",)),
    "clip-remove": Door("project_id", "post", EDIT, 404, more=("999999",)),
    "clip-audio": Door("project_id", "get", Role.VIEWER, 404, more=("999999",)),
    "clip-place": Door("script_id", "post", EDIT, 409),
    "cast-detail": Door("project_id", "get", Role.VIEWER, 200),
    "cast-find": Door("project_id", "post", EDIT, 302),
    "cast-decide": Door("project_id", "post", EDIT, 422),
    "cast-undo": Door("cast_change_id", "post", EDIT, 302),
    "character-new": Door("project_id", "get", EDIT, 200),
    "character-edit": Door("character_id", "get", EDIT, 200),
    "character-merge": Door("character_id", "post", EDIT, 404),
    "character-remove": Door("character_id", "post", EDIT, 200),  # the question: a line of it is finished
    "lexicon-project": Door("project_id", "get", Role.VIEWER, 200),
    "lexicon-team": Door("team_id", "get", Role.VIEWER, 200),
    "lexicon-expansions": Door("project_id", "post", EDIT, 302),
    "lexicon-project-csv": Door("project_id", "get", Role.VIEWER, 200),
    "lexicon-team-csv": Door("team_id", "get", Role.VIEWER, 200),
    "lexicon-project-import": Door("project_id", "get", EDIT, 200),
    "lexicon-team-import": Door("team_id", "get", EDIT, 200),
    "lexicon-sample": Door("team_id", "get", EDIT, 200, more=("a-name",)),
    "entry-edit": Door("entry_id", "get", EDIT, 200),
    "entry-remove": Door(
        "entry_id", "post", EDIT, 200
    ),  # the question: a line of it would be said differently
    "lexicon-undo": Door("lexicon_change_id", "post", EDIT, 302),
    "lexicon-render": Door("lexicon_change_id", "post", EDIT, 302),
    "paragraph-character": Door("paragraph_id", "post", EDIT, 200),
    "script-direction": Door("script_id", "get", EDIT, 200),
    "script-detail": Door("script_id", "get", Role.VIEWER, 200),
    "script-changes": Door("script_id", "get", Role.VIEWER, 200),
    "script-render": Door("script_id", "post", EDIT, 302),
    "script-stop": Door("script_id", "post", EDIT, 302),
    "script-order": Door("script_id", "get", Role.VIEWER, 200),
    "script-window": Door("script_id", "get", Role.VIEWER, 200, (("from", "0"), ("to", "9999999"))),
    "lines-insert": Door("script_id", "post", EDIT, 302, (("text", "Some words."),)),
    "lines-remove": Door("script_id", "post", EDIT, 409, (("lines", "999999"),)),
    "lines-move": Door("script_id", "post", EDIT, 409, (("lines", "999999"),)),
    "lines-mark": Door("script_id", "post", EDIT, 409, (("lines", "999999"), ("kind", "scene"))),
    "lines-pause": Door("script_id", "post", EDIT, 409, (("lines", "999999"), ("pause_ms", "500"))),
    "lines-lock": Door("script_id", "post", EDIT, 409, (("lines", "999999"),)),
    "lines-unlock": Door("script_id", "post", EDIT, 409, (("lines", "999999"),)),
    "lines-direction": Door("script_id", "post", EDIT, 200, (("lines", "999999"),)),
    "script-search": Door("script_id", "get", Role.VIEWER, 200, (("q", "a"),)),
    "script-replace": Door("script_id", "get", EDIT, 200, (("q", "a"),)),
    "edit-undo": Door("script_id", "post", EDIT, 409),
    "edit-redo": Door("script_id", "post", EDIT, 409),
    "change-restore": Door("change_id", "post", EDIT, 302),
    "paragraph-detail": Door("paragraph_id", "get", Role.VIEWER, 200),
    "paragraph-text": Door("paragraph_id", "post", EDIT, 200, (("text", "Other words."),)),
    "paragraph-split": Door("paragraph_id", "post", EDIT, 200, (("text", "One."), ("rest", "Two."))),
    "paragraph-merge": Door("paragraph_id", "post", EDIT, 409, (("way", "before"),)),
    "edit-list": Door("paragraph_id", "get", Role.VIEWER, 200),
    "paragraph-direction": Door("paragraph_id", "post", EDIT, 200, (("voice", "Maia"),)),
    "recording-new": Door("paragraph_id", "post", EDIT, 302),
    "paragraph-render": Door("paragraph_id", "post", EDIT, 200),
    "take-choose": Door("take_id", "post", EDIT, 200),
    "take-clear": Door("take_id", "post", Role.REVIEWER, 200),
    "take-retry": Door("take_id", "post", EDIT, 200),
    "take-discard": Door("take_id", "post", EDIT, 200),
    "take-seam-waveform": Door("take_id", "get", Role.VIEWER, 200),
    "take-seam": Door("take_id", "get", Role.VIEWER, 200),
    "paragraph-alternatives": Door("paragraph_id", "post", EDIT, 200),
    "take-trim": Door("take_id", "get", EDIT, 200),
    "take-heard": Door("take_id", "get", Role.VIEWER, 200),
    "take-trimmed": Door("take_id", "get", Role.VIEWER, 200, (("head_ms", "20"),)),
    "take-whole": Door("take_id", "get", Role.VIEWER, 200),
    "take-audio": Door("take_id", "get", Role.VIEWER, 200),
    "take-live": Door("take_id", "get", Role.VIEWER, 200),
    "take-waveform": Door("take_id", "get", Role.VIEWER, 200),
    "project-activity": Door("project_id", "get", Role.VIEWER, 200),
    "team-activity": Door("team_id", "get", Role.ADMIN, 200),
    "audit-list": Door("team_id", "get", Role.ADMIN, 200),
    "audit-csv": Door("team_id", "get", Role.ADMIN, 200),
    "review-list": Door(None, "get", None, 200),
    "review-board": Door("project_id", "get", Role.VIEWER, 200),
    "pickup-sheet": Door("project_id", "get", Role.VIEWER, 200),
    "pickup-csv": Door("project_id", "get", Role.VIEWER, 200),
    "pickup-confirm": Door("pickup_id", "get", EDIT, 200),
    "pickup-audio": Door("pickup_id", "get", EDIT, 200),
    "guest-links": Door("project_id", "get", EDIT, 200),
    "guest-revoke": Door("link_id", "post", EDIT, 302),
    "feed-list": Door("project_id", "get", EDIT, 200),
    "feed-fill": Door("feed_id", "post", EDIT, 302),
    "feed-revoke": Door("feed_id", "post", EDIT, 302),
    "script-assign": Door("script_id", "post", EDIT, 302),
    "script-review": Door("script_id", "get", Role.REVIEWER, 200),
    "paragraph-verdict": Door("paragraph_id", "post", Role.REVIEWER, 422, (("kind", "approved"),)),
    "comment-new": Door("paragraph_id", "post", Role.REVIEWER, 302, (("text", "Lovely."),)),
    "comment-resolve": Door("comment_id", "post", Role.REVIEWER, 302),
    "notification-list": Door(None, "get", None, 200),
    "notification-read": Door(None, "post", None, 302),
    "notification-wishes": Door(None, "get", None, 200),
    "notification-open": Door("notification_id", "get", Role.OWNER, 302, refused=404),
    "usage": Door(None, "get", None, 200),
    "usage-csv": Door(None, "get", None, 200),
    "endpoint-list": Door(None, "get", None, 200),
    "endpoint-edit": Door("team_id", "get", Role.ADMIN, 200),
    "endpoint-voices": Door("team_id", "post", Role.ADMIN, 200),
    "endpoint-try": Door("team_id", "post", Role.ADMIN, 422),
    "endpoint-trial": Door("team_id", "get", Role.ADMIN, 200, more=("a-name",)),
    "endpoint-leave": Door("team_id", "post", Role.ADMIN, 302),
    "project-voices": Door("project_id", "get", EDIT, 200),
    "sample-list": Door("team_id", "get", EDIT, 200),
    "sample-new": Door("team_id", "post", EDIT, 404, (("voice", "Nobody"), ("language", "English"))),
    "sample-audio": Door("team_id", "get", EDIT, 404, more=("999999",)),
    "price-edit": Door("team_id", "get", Role.ADMIN, 200),
    "token-list": Door(None, "get", None, 200),
    "token-new": Door(None, "get", None, 302),  # asks first whether it is still she
    "token-revoke": Door("token_id", "post", Role.OWNER, 302, refused=404),
}
# What is nobody's work: what an anonymous visitor gets of each by GET, and what somebody who is signed in.
# 302 sends a visitor to the sign-in, and somebody who is in away from it. With a token or key that nobody was given.
OUTSIDE = {
    "healthz": (200, 200),
    "readyz": (200, 200),
    "metrics": (404, 404),  # the settings name no token here
    "feed/<str:token>/": (404, 404),
    "feed/<str:token>/cover.jpg": (404, 404),
    "feed/<str:token>/sounds/<int:export_id>/<int:number>.<slug:ending>": (404, 404),
    "feed/<str:token>/texts/<int:export_id>/<int:number>.<slug:kind>": (404, 404),
    "feed/<str:token>/chapters/<int:export_id>/<int:number>.json": (404, 404),
    "sign-in/": (200, 302),
    "sign-in/code/": (302, 302),
    "sign-in/passkey/": (302, 302),
    "sign-in/inactive/": (200, 200),
    "sign-out/": (302, 200),
    "sign-up/": (200, 302),
    "password/": (200, 200),
    "password/sent/": (200, 200),
    "password/done/": (200, 200),
    r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (200, 200),
    "confirm/": (200, 200),
    r"^confirm/(?P<key>[-:\w]+)/$": (200, 200),
    "language/": (405, 405),
    "account/": (302, 200),
    "account/e-mail/": (302, 200),
    "account/password/": (302, 200),
    "account/password/set/": (302, 302),
    "account/sessions/": (302, 200),
    "account/confirm/": (302, 200),
    "account/confirm/code/": (302, 302),
    "account/confirm/passkey/": (302, 302),
    "account/app/": (302, 302),
    "account/app/off/": (302, 404),
    "account/passkeys/new/": (302, 302),
    "account/passkeys/<int:pk>/": (302, 302),
    "account/passkeys/<int:pk>/remove/": (302, 302),
    "account/codes/": (302, 404),
    "account/codes/new/": (302, 302),
    "account/codes/download": (302, 404),
    "mail/stop/<str:token>/": (404, 404),
    "join/<str:token>/": (404, 404),
    "guest/<str:token>/": (404, 404),
    "guest/<str:token>/password/": (404, 404),
    "guest/<str:token>/scripts/<int:script_id>/": (404, 404),
    "guest/<str:token>/lines/<int:paragraph_id>/takes/<int:take_id>.wav": (404, 404),
    "guest/<str:token>/lines/<int:paragraph_id>/verdict/": (405, 405),
    "guest/<str:token>/lines/<int:paragraph_id>/comments/": (405, 405),
}
# Swept by a table of its own, in the file named.
SWEPT_ELSEWHERE: dict[str, str] = {"api/": "tests/projects/api/test_access.py"}
ADMINISTRATION = "admin/"
# What somebody who is refused must not have changed.
WATCHED: dict[type[Model], tuple[str, ...]] = {
    Take: ("status", "discarded_at", "trim_count"),
    Project: ("title", "voice", "finish", "cover"),
    Run: ("state",),
    Paragraph: ("text", "voice", "chosen", "removed", "is_locked", "version"),
}
RIGHTS = [Role.VIEWER, Role.REVIEWER, Role.EDITOR, Role.ADMIN, Role.OWNER]


def one_row_of_each(cast: Cast) -> dict[str, int]:
    """One row of each kind, belonging to the cast's team; the export is finished."""
    project = factories.project(cast.team, lines=2)
    script = project.scripts.get()
    factories.all_ready(script, duration_ms=300)
    export = exports.request(project, [script], format="wav", by=None)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    exports.assemble(claimed)
    manuscript, _ = manuscripts.keep(b"CHAPTER I\n\nSome words.\n", "a.txt", team=cast.team, by=None)
    line = script.paragraphs.first()
    assert line is not None
    line.text = "An edited text."
    paragraphs.edit(line, project=project, by=None)
    factories.endpoint(cast.team, kind=EndpointKind.DASHSCOPE)
    default_storage.save(trials.place(cast.team.pk, "a-name"), ContentFile(b"RIFF"))
    longer = factories.script(cast.team, lines=2)
    (first, _) = takes.request(longer, longer.paragraphs.all(), by=None)
    run = Run.objects.get(takes=first)
    character = cast_actions.add(project, name="Filby", voice="Maia", by=None)
    cast_actions.assign(project, Paragraph.objects.filter(pk=line.pk), character, by=None)
    factories.ready(line)
    entry = LexiconEntry(written="number", spoken="figure")
    changed = lexicons.make(lexicons.Change(lexicons.Scope(cast.team, project), [entry]), "Said", by=None)
    default_storage.save(lexicon_samples.place(cast.team.pk, "a-name"), ContentFile(b"RIFF"))
    return {
        "archive_id": Archive.objects.create(team=cast.team, project=project, way="out", filename="a.zip").pk,
        "return_id": Return.objects.create(
            project=project, export=export, sound=line.chosen.sound, lines=[], was_frames=0
        ).pk,
        "destination_id": Destination.objects.create(team=cast.team, name="Shop").pk,
        "revision_id": revisions.start(project, b"# I\n\nQuite other words.\n", "b.md", by=None).pk,
        "entry_id": entry.pk,
        "lexicon_change_id": changed.pk,
        "project_id": project.pk,
        "script_id": script.pk,
        "paragraph_id": line.pk,
        "change_id": line.changes.get().pk,
        "take_id": line.takes.first().pk,
        "export_id": export.pk,
        "manuscript_id": manuscript.pk,
        "run_id": run.pk,
        "pickup_id": PickupRecording.objects.create(
            project=project, sound=line.chosen.sound, pieces=[], lines=[]
        ).pk,
        "link_id": guests.make(project, name="Gus", days=1, by=cast.owner)[0].pk,
        "feed_id": feeds.make(project, name="Fay", episodes="chapters", has_drafts=True, by=cast.owner)[0].pk,
        "comment_id": reviews.comment(line, text="Hm.", by=cast.reviewer).pk,
        "notification_id": Notification.objects.create(
            to=cast.owner, team=cast.team, kind=News.RUN, words="Done"
        ).pk,
        "team_id": cast.team.pk,
        "member_id": Membership.objects.get(team=cast.team, user=cast.owner).pk,  # who cannot be removed
        "invitation_id": invitations.make(cast.team, role=Role.VIEWER, days=1, by=cast.admin)[0].pk,
        "token_id": tokens.make(cast.owner, name="Build", scopes=["runs:read"], days=1)[0].pk,
        "character_id": character.pk,
        "clip_id": Clip.objects.create(
            team=cast.team, project=project, name="Sting", sound=line.chosen.sound
        ).pk,
        "cast_change_id": project.cast_changes.first().pk,
    }


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture
def own_media(settings: object, store: Path) -> None:
    """One store for all tests here, as they share the rows."""
    settings.MEDIA_ROOT = store  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def house(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, broker: str, store: Path
) -> Iterator[tuple[Cast, dict[str, int]]]:
    """The cast and the rows, made once: each test stands on them with a savepoint, to which it goes back."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=store), transaction.atomic():
        cast = assemble()
        yield cast, one_row_of_each(cast)
        transaction.set_rollback(True)


@pytest.fixture
def cast(db: None, house: tuple[Cast, dict[str, int]]) -> Cast:
    return house[0]


@pytest.fixture
def rows(db: None, house: tuple[Cast, dict[str, int]]) -> dict[str, int]:
    return house[1]


@pytest.fixture
def clients(house: tuple[Cast, dict[str, int]], people: dict[str, Client], db: None) -> dict[str, Client]:
    """A signed-in client for each of the cast, by name."""
    return people


@pytest.fixture(scope="module")
def people(house: tuple[Cast, dict[str, int]], django_db_blocker: DjangoDbBlocker) -> dict[str, Client]:
    """Signing in costs more than most pages: it is done once."""
    found: dict[str, Client] = {}
    with django_db_blocker.unblock():
        for name in (*RIGHTS, "stranger"):
            found[name] = Client()
            found[name].force_login(getattr(house[0], name))
    return found


def knock(client: Client, name: str, rows: dict[str, int], *, shift: int = 0) -> HttpResponse:
    door = DOORS[name]
    arguments = [rows[door.argument] + shift, *door.more] if door.argument else []
    response: HttpResponse = getattr(client, door.method)(reverse(name, args=arguments), dict(door.data))
    if response.streaming:
        b"".join(response.streaming_content)  # type: ignore[arg-type]
    return response


def is_strict(response: HttpResponse) -> bool:
    """Whether the answer forbids what is inline and foreign, and has nothing inline."""
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    allowed = {policy[what] for what in ("default-src", "object-src", "base-uri", "frame-ancestors")}
    assert allowed == {"'none'"}
    assert {policy["script-src"], policy["style-src"], policy["form-action"]} == {"'self'"}
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    if response.streaming or not response["Content-Type"].startswith("text/html"):
        return True
    return offences(response.content.decode()) == []


def watched() -> list[object]:
    return [list(model.objects.values_list("pk", *fields)) for model, fields in WATCHED.items()]


def test_every_address_stands_in_a_table() -> None:
    known = {pattern.name: str(pattern.pattern) for pattern in (*urls.urlpatterns, *team_urls.urlpatterns)}
    assert set(known) - {"join"} == set(DOORS)
    found = {address for address, _ in doors(get_resolver())}
    elsewhere = (ADMINISTRATION, *SWEPT_ELSEWHERE)
    assert {address for address in found if not address.startswith(elsewhere)} == set(known.values()) | set(
        OUTSIDE
    )
    for sweep in SWEPT_ELSEWHERE.values():
        assert (ROOT / sweep).is_file()


@pytest.mark.parametrize("name", DOORS)
def test_who_may_come_in(name: str, rows: dict[str, int], clients: dict[str, Client]) -> None:
    """The role that is needed, and the one below it: that each has what those below it have is rights.py's."""
    answer = knock(clients[Role.OWNER], name, rows)
    assert answer.status_code == DOORS[name].answer
    assert is_strict(answer)
    if connection.vendor == "sqlite":  # the table is Python's; the page itself asks the database
        _roles_are_told_apart(name, rows, clients)
        _nobody_else_comes_in(name, rows, clients)


def _roles_are_told_apart(name: str, rows: dict[str, int], clients: dict[str, Client]) -> None:
    door = DOORS[name]
    least = RIGHTS.index(door.least or Role.VIEWER)
    if least:
        assert knock(clients[RIGHTS[least - 1]], name, rows).status_code == door.refused
    if RIGHTS[least] != Role.OWNER:
        assert knock(clients[RIGHTS[least]], name, rows).status_code == door.answer


def _nobody_else_comes_in(name: str, rows: dict[str, int], clients: dict[str, Client]) -> None:
    before = watched()
    strangers = knock(clients["stranger"], name, rows)
    if DOORS[name].argument:
        assert strangers.status_code == 404
        assert knock(clients[Role.OWNER], name, rows, shift=1000).status_code == 404
    assert strangers.streaming or b"Night" not in strangers.content
    assert watched() == before
    assert knock(Client(), name, rows).status_code == 302  # to the sign-in


@pytest.mark.one_database
def test_each_role_has_what_those_below_it_have(rows: dict[str, int], clients: dict[str, Client]) -> None:
    """At one door of each role's; the doors themselves are tried with the roles at their threshold."""
    for name in ("project-detail", "script-review", "project-edit", "audit-list", "member-own"):
        least = RIGHTS.index(DOORS[name].least)
        for role in RIGHTS:
            expected = DOORS[name].answer if RIGHTS.index(role) >= least else 403
            assert knock(clients[role], name, rows).status_code == expected, (name, role)


@pytest.mark.one_database
@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_nobodys_work(address: str, clients: dict[str, Client]) -> None:
    path = re.sub(r"\(\?P<uidb36>.*?\)-\(.*?\)", "1-made-up", address.strip("^$"))
    path = re.sub(r"<int:\w+>", "1", re.sub(r"<(?:str|slug):\w+>|\(\?P<key>.*?\)", "made-up", path))
    answers = [client.get(f"/{path}") for client in (Client(), clients[Role.EDITOR])]
    assert tuple(answer.status_code for answer in answers) == OUTSIDE[address]
    assert all(is_strict(answer) for answer in answers)


@pytest.mark.one_database
def test_the_administration_is_for_operators_alone(clients: dict[str, Client]) -> None:
    found = [address for address, _ in doors(get_resolver()) if address.startswith(ADMINISTRATION)]
    paths = {
        re.sub(r"<\w*:?\w+>", "1", address) for address in found if "^" not in address and "?P" not in address
    }
    assert len(paths) > 50, "the addresses were not found"
    for path in paths - {"admin/logout/", "admin/login/"}:
        assert Client().get(f"/{path}")["Location"].startswith(("/admin/login/?next=", "/sign-in/?next=")), (
            path
        )
        answer = clients[Role.OWNER].get(f"/{path}")
        assert answer.status_code == 302, path
        assert answer["Location"].startswith("/admin/login/?next="), path
    assert clients[Role.OWNER].get("/admin/login/").status_code == 403
    root = Client()
    root.force_login(User.objects.create_superuser("root@example.org", PASSWORD))
    for path in ("admin/", "admin/teams/user/", "admin/teams/team/add/", "admin/projects/take/"):
        answer = root.get(f"/{path}")
        assert answer.status_code == 200
        assert is_strict(answer), path


@pytest.mark.one_database
@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.method == "post"])
def test_nothing_changes_on_get_or_without_the_csrf_token(
    name: str, rows: dict[str, int], clients: dict[str, Client]
) -> None:
    argument, more = DOORS[name].argument, DOORS[name].more
    address = reverse(name, args=[rows[argument], *more] if argument else [])
    if name != "paragraph-text":  # its GET is the form
        assert clients[Role.OWNER].get(address).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = clients[Role.OWNER].cookies.copy()
    assert strict.post(address, dict(DOORS[name].data), HTTP_HX_REQUEST="true").status_code == 403
