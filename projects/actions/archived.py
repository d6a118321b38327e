"""What goes into a project archive, and what does not, with the reason: one place for every model and field.

Plain fields of a listed model go in by themselves, keys to other listed models, to people and to sounds, too. A JSON
field has to be named here: as plain, or with how it names rows. tests/house/test_archive.py sees that nothing is
forgotten.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import F, Q

from projects.models import (
    Act,
    Assignment,
    CastChange,
    Change,
    Character,
    Clip,
    Comment,
    Destination,
    Edit,
    GuestLink,
    LexiconChange,
    LexiconEntry,
    Manuscript,
    Paragraph,
    Project,
    Revision,
    Run,
    RunState,
    Script,
    Speaker,
    Take,
    TakeStatus,
    Usual,
    Verdict,
)
from projects.models.destinations import OWN
from projects.models.runs import OPEN

Known = Callable[[type[models.Model], Any], Any]
"""Puts the number of a row into that of the other side: of the archive, or of the database."""
Remap = Callable[[Any, Known], Any]


@dataclass(frozen=True)
class Noun:
    """A table of an archive. ``of`` says which rows of a project; ``without`` names the fields that stay, and why.

    ``names_rows`` are JSON fields with how the rows in them are found; ``later`` are keys to rows that come later.
    ``settle`` gives a row that is under way the state in which it is left behind; ``order`` decides who wins where two
    rows become one.
    """

    model: type[models.Model]
    of: Callable[[Project], models.QuerySet[Any]]
    without: Mapping[str, str] = field(default_factory=dict)
    names_rows: Mapping[str, Remap] = field(default_factory=dict)
    later: tuple[str, ...] = ()
    order: tuple[Any, ...] = ("pk",)
    settle: Callable[[Any], None] = lambda row: None

    @property
    def name(self) -> str:
        return str(self.model._meta.model_name)


def _change(values: Any, known: Known) -> Any:
    """A line's values in an edit; ``follows`` is the line before which it stood."""
    of = {"character_id": Character, "script_id": Script, "follows": Paragraph}
    return {name: known(of[name], value) if name in of else value for name, value in values.items()}


def _cast(values: Any, known: Known) -> Any:
    lines = {_key(Paragraph, pk, known): known(Character, who) for pk, who in values["lines"].items()}
    people = {_key(Character, pk, known): fields for pk, fields in values["characters"].items()}
    names = {
        name: said and [known(Character, said[0]), *said[1:]] for name, said in values["speakers"].items()
    }
    return {**values, "lines": lines, "characters": people, "speakers": names}


def _chapters(values: Any, known: Known) -> Any:
    return {_key(Script, pk, known): states for pk, states in values.items()}


def _lines(values: Any, known: Known) -> Any:
    return [known(Paragraph, pk) for pk in values]


def _key(model: type[models.Model], pk: str, known: Known) -> str:
    return str(known(model, int(pk)))


def _destination(project: Project) -> models.QuerySet[Destination]:
    preset = project.finishing.preset
    name = preset.removeprefix(OWN) if preset.startswith(OWN) else ""
    return Destination.objects.filter(team=project.team_id, name=name)


def _take(take: Take) -> None:
    if take.is_active:
        take.status = TakeStatus.CANCELLED


def _run(run: Run) -> None:
    if run.state in OPEN:
        run.state = RunState.CANCELLED


_CLAIM = dict.fromkeys(
    ("claim_token", "claimed_by", "claimed_at", "lease_until", "not_before"), "whose turn it is at a worker"
)
_TEAM = {"team": "that of whoever takes it in"}
_OF_LINE = {**_TEAM, "project": "that of the line"}
_FILE = "said by the sound"

NOUNS: tuple[Noun, ...] = (
    Noun(
        Project,
        lambda project: Project.objects.filter(pk=project.pk),
        {**_TEAM, "cap_micro": "money is the team's"},
    ),
    Noun(Destination, _destination, _TEAM),
    Noun(Character, lambda project: Character.objects.filter(project=project)),
    Noun(Clip, lambda project: Clip.objects.filter(project=project), _TEAM),
    Noun(Speaker, lambda project: Speaker.objects.filter(project=project)),
    Noun(
        Script,
        lambda project: Script.everything.filter(project=project),
        {"encoded_version": "counts what this machine has encoded"},
    ),
    Noun(
        GuestLink,
        lambda project: GuestLink.objects.filter(project=project),
        {
            "token_hash": "a secret: links open nothing elsewhere",
            "password": "a secret",
            "revoked_at": "a link that was taken in is taken back",
        },
    ),
    Noun(Manuscript, lambda project: _manuscripts(project), _TEAM),
    Noun(
        Run,
        lambda project: Run.objects.filter(project=project),
        {**_TEAM, "ends_at": "a promise of then"},
        settle=_run,
    ),
    Noun(
        Paragraph,
        lambda project: Paragraph.everything.filter(script__project=project),
        later=("chosen", "latest", "verdict"),
    ),
    Noun(
        Take,
        lambda project: Take.objects.filter(project=project),
        {**_TEAM, **_CLAIM, "audio": _FILE, "audio_sha256": _FILE, "idle_since": "counted anew"},
        later=("retake_of", "reused_from"),
        settle=_take,
    ),
    Noun(Verdict, lambda project: Verdict.objects.filter(paragraph__script__project=project), _OF_LINE),
    Noun(Comment, lambda project: Comment.objects.filter(paragraph__script__project=project), _OF_LINE),
    Noun(Assignment, lambda project: Assignment.objects.filter(script__project=project)),
    Noun(Edit, lambda project: Edit.objects.filter(script__project=project)),
    Noun(
        Change,
        lambda project: Change.objects.filter(edit__script__project=project),
        names_rows={"before": _change, "after": _change},
    ),
    Noun(
        CastChange,
        lambda project: CastChange.objects.filter(project=project),
        names_rows={"before": _cast, "after": _cast},
    ),
    Noun(
        LexiconEntry,
        lambda project: LexiconEntry.objects.for_project(project.pk),
        {**_TEAM, "project": "what a team says in all its projects becomes the project's"},
        order=(F("project").asc(nulls_last=True), "pk"),
    ),
    Noun(
        LexiconChange,
        lambda project: LexiconChange.objects.filter(project=project),
        _TEAM,
        {"lines": _lines},
    ),
    Noun(
        Revision, lambda project: Revision.objects.filter(project=project), names_rows={"chapters": _chapters}
    ),
    Noun(Usual, lambda project: Usual.objects.filter(project=project)),
    Noun(Act, lambda project: Act.objects.filter(project=project), _TEAM),
)
"""In the order in which they come to be: a key leads to a table above, or is named in ``later``."""

PLAIN_JSON = {
    "project.finish",
    "project.expansions",
    "destination.asked",
    "manuscript.plan",
    "manuscript.base",
    "take.findings",
    "lexiconchange.rows",
    "lexiconchange.expansions",
    "revision.choices",  # by marks of the very lines: decisions about lines of ours are asked for anew
    "usual.levels_dbfs",
    "usual.paces",
}

LEFT_OUT: dict[str, str] = {
    "Sound": "goes in as its file, once by its hash, and is measured again",
    "Export": "a product: it is made again of the same takes",
    "Feed": "a secret address, of exports",
    "PickupRecording": "raw sound, of which what was filed is takes",
    "Return": "raw sound, of which what was filed is takes",
    "Pruning": "what this installation has removed",
    "Archive": "a job of this installation",
    "ApiToken": "a secret",
    "ApiAnswer": "what a program of this installation was answered",
    "Notification": "what people of this installation were told",
    "Wishes": "how people of this installation want to be told",
    "Call": "the team's ledger",
    "CallRecord": "what a call sent and got, for a fortnight",
    "Spend": "the team's money",
    "Price": "the team's money",
    "Hold": "of this installation's queue",
    "TeamEndpoint": "a secret, and the team's",
    "Sample": "heard where voices are chosen, paid for by account",
}
"""Models of which nothing goes in."""


def _manuscripts(project: Project) -> models.QuerySet[Manuscript]:
    """Those that the project was made of, and its revisions, with the text of the book."""
    mine = Manuscript._base_manager.filter(Q(project=project) | Q(revision__project=project))
    found: models.QuerySet[Manuscript] = mine
    return found
