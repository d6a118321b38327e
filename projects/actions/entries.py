"""What the trail is made of: the kinds of rows that know who did what and when, and how each is told.

Another kind of row comes into the trail by one more of ``SOURCES``. How a page is put together is in trail.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.timezone import localtime

from narrator import sentences
from narrator.direct import Blank, Named, Prepared, fetch, together
from narrator.teams.models import User
from projects.actions.activity import NOBODY, counted
from projects.models import (
    Act,
    ActKind,
    CastChange,
    Comment,
    Edit,
    Export,
    GuestLink,
    LexiconChange,
    Manuscript,
    PickupRecording,
    Project,
    Run,
    Script,
    Take,
    Verdict,
)
from projects.models.takes import BY_HAND, Source
from projects.sentences import gettext_noop as _

RECORDED = _("recorded take %(number)s")
HANDED_IN = _("handed in take %(number)s")
ASKED = _("asked for take %(number)s")
GENERATED = _("generated %(said_lines)s")
ORDERED = _("ordered %(said_format)s")
APPROVED_ONLY = _("%(said_status)s, approved lines only")


@dataclass(frozen=True)
class Place:
    """Where a page of the trail ends: the moment, kind of row and key of its last entry."""

    at: datetime
    rank: int
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.rank}~{self.pk}"

    @classmethod
    def of(cls, text: str) -> "Place | None":
        """The place that an address names; None for anything that is none."""
        at, *rest = text.split("~")
        try:
            rank, pk = (int(part) for part in rest if len(part) < 19)
            moment = datetime.fromisoformat(at)
        except ValueError:
            return None
        return cls(moment, rank, pk) if moment.tzinfo else None


@dataclass(frozen=True)
class Ask:
    """What of the trail is wanted: of a project, or of all that a team has; by whom, of what, when."""

    team_id: int
    project: Project | None = None
    kind: str = ""
    script: Script | None = None
    person: User | None = None
    guest: GuestLink | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: Place | None = None


@dataclass(frozen=True)
class Entry:
    """One entry: ``who`` ``words``. ``quote`` is what was said by it, ``note`` what became of it.

    ``about`` is how the line begins that it is about.
    """

    place: Place
    kind: str
    who: str
    words: str
    quote: str = ""
    note: str = ""
    project: Project | None = None
    script: Script | None = None
    line_id: int | None = None
    about: str = ""

    @property
    def at(self) -> datetime:
        return self.place.at

    @cached_property
    def local(self) -> datetime:
        """The same moment as whoever looks has it."""
        return localtime(self.place.at)


@dataclass(frozen=True, eq=False)
class Rows:
    """One kind of row: where it keeps when, who and what of, and how an entry is told from it."""

    kind: str
    model: type[Model]
    tell: Callable[[Any], dict[str, Any]]
    at: str = "at"
    by: str = "by"
    guest: str = ""
    project: str = "script__project"
    team: str = ""
    script: str = "script"
    line: str = ""
    among: Q = field(default_factory=Q)
    without: tuple[str, ...] = ()

    def page(self, ask: Ask, rank: int, most: int) -> list[Entry]:
        """The first so many entries of this kind that are wanted; ``rank`` is its place among SOURCES."""
        wanted = self.wanted(ask, rank)
        return [] if wanted is None else self.told(list(wanted[:most]), ask, rank)

    def told(self, rows: list[Any], ask: Ask, rank: int) -> list[Entry]:
        """These rows as entries."""
        return [self._entry(row, rank, ask) for row in rows]

    def wanted(self, ask: Ask, rank: int) -> "QuerySet[Any] | None":
        """The rows that are wanted, the newest first; None where there can be none."""
        if ask.kind and self.kind not in ("", ask.kind):
            return None
        if (ask.script and not self.script) or (ask.guest and not self.guest):
            return None
        rows = self._among(ask).filter(self.among)
        if ask.script:
            rows = rows.filter(**{self.script: ask.script})
        if ask.person:
            rows = rows.filter(**{self.by: ask.person})
        if ask.guest:
            rows = rows.filter(**{self.guest: ask.guest})
        rows = self._within(rows, ask, rank)
        return self.read(rows, "" if ask.project else self.project).order_by(f"-{self.at}", "-pk")

    def read(self, rows: "QuerySet[Any]", project: str) -> "QuerySet[Any]":
        """The rows with what is shown of the people, the project and the script."""
        shown = {self.by: ("name", "email"), self.guest: ("name",), project: ("title",)}
        shown |= {self.script: ("title", "removed")}
        shown.pop("", None)
        names = [field.name for field in self.model._meta.concrete_fields if field.name not in self.without]
        names += [f"{row}__{name}" for row, some in shown.items() for name in some]
        return rows.select_related(*shown).only(*names)

    def _among(self, ask: Ask) -> "QuerySet[Any]":
        rows = self.model._default_manager.all()
        if self.model is Act:
            rows = rows.filter(kind=ask.kind) if ask.kind else rows
            return rows.filter(project=ask.project) if ask.project else rows.filter(team=ask.team_id)
        if ask.project:
            return rows.filter(**{self.project: ask.project})
        return rows.filter(**{self.team or f"{self.project}__team": ask.team_id})

    def _within(self, rows: "QuerySet[Any]", ask: Ask, rank: int) -> "QuerySet[Any]":
        if ask.since:
            rows = rows.filter(**{f"{self.at}__gte": ask.since})
        if ask.until:
            rows = rows.filter(**{f"{self.at}__lt": ask.until})
        if ask.before is None:
            return rows
        then, last = ask.before.at, ask.before.rank
        rows = rows.filter(**{f"{self.at}__{'lte' if rank <= last else 'lt'}": then})
        return rows.exclude(**{self.at: then, "pk__gte": ask.before.pk}) if rank == last else rows

    def _entry(self, row: Any, rank: int, ask: Ask) -> Entry:
        told = self.tell(row)
        script = _reached(row, self.script)
        return Entry(
            place=Place(_reached(row, self.at), rank, row.pk),
            kind=told.pop("kind", self.kind),
            who=told.pop("who", "") or str(_reached(row, self.by) or NOBODY),
            project=ask.project or _reached(row, self.project),
            script=script,
            line_id=_reached(row, self.line),
            **told,
        )


def newest(ask: Ask, sources: tuple[Rows, ...], most: int) -> list[Entry]:
    """The newest entries of a project, whatever they are: what nearly everybody asks for.

    A query for which they are, and one for each kind of row that is among them; two roundtrips.
    """
    assert ask.project is not None
    of_kinds = _newest(sources, most)
    sql = " UNION ALL ".join(
        f"SELECT {rank}, kind{rank}.* FROM ({one.sql}) AS kind{rank}"  # noqa: S608 - statements of our own
        for rank, one in enumerate(of_kinds)
    )
    params = [param for one in of_kinds for param in one.params(project=ask.project.pk)]
    keys: dict[int, list[int]] = {}
    for rank, _moment, pk in fetch(f"{sql} ORDER BY 2 DESC, 1 DESC, 3 DESC LIMIT {most}", params):
        keys.setdefault(rank, []).append(pk)
    asked = {rank: _named(sources[rank], most).of(some) for rank, some in keys.items()}
    together(*asked.values())
    return [one for rank, rows in asked.items() for one in sources[rank].told(rows.objects(), ask, rank)]


@cache
def _newest(sources: tuple[Rows, ...], most: int) -> list[Prepared]:
    """The moments and keys of the newest rows of each kind. Blank: project."""
    asked = Ask(0, Blank(Project, "pk", "project"))  # type: ignore[arg-type]
    wanted = [(rows, rows.wanted(asked, 0)) for rows in sources]
    return [Prepared(some.values_list(rows.at, "pk")[:most]) for rows, some in wanted if some is not None]


@cache
def _named(rows: Rows, most: int) -> Named:
    return Named(rows.read(rows.model._default_manager.order_by(), ""), most)


def _reached(row: Any, path: str) -> Any:
    """What a path of Django's lookups leads to from this row; None for no path, or where it breaks off."""
    for name in path.split("__") if path else ():
        row = getattr(row, name, None)
    return row if path else None


def act(row: Act) -> dict[str, Any]:
    return {"kind": row.kind, "who": row.who, "words": row.words}


@cache
def _english(model: type[Model], name: str, value: str) -> str:
    """What a choice is called. Django would look through all of them each time, in the language of the reader."""
    choices = model._meta.get_field(name).flatchoices  # type: ignore[union-attr]
    return sentences.english(dict(choices).get(value, value))


def _edit(row: Edit) -> dict[str, Any]:
    return {"words": _english(Edit, "kind", row.kind), "note": _("undone") if row.undone_at else ""}


def _cast(row: CastChange) -> dict[str, Any]:
    note = _("taken back") if row.undone_at else ""
    return {"words": _("changed the cast"), "quote": row.words, "note": note}


def _lexicon(row: LexiconChange) -> dict[str, Any]:
    words = _("changed the lexicon") if row.project_id else _("changed the team's lexicon")
    return {"words": words, "quote": row.words, "note": _("taken back") if row.undone_at else ""}


def _take(row: Take) -> dict[str, Any]:
    did = {Source.RECORDED: RECORDED, Source.UPLOADED: HANDED_IN}.get(Source(row.source), ASKED)
    return {
        "words": did % {"number": row.number},
        "note": _("failed") if row.has_failed else "",
    }


def _run(row: Run) -> dict[str, Any]:
    return {
        "words": GENERATED % {"said_lines": counted(row.total)},
        "note": _english(Run, "state", row.state).lower(),
    }


def _verdict(row: Verdict) -> dict[str, Any]:
    words = _("approved") if row.kind == "approved" else _("asked for a pickup")
    return {"who": row.who, "words": words, "quote": row.reason}


def _comment(row: Comment) -> dict[str, Any]:
    return {"who": row.who, "words": _("commented"), "quote": row.text[:200]}


def _export(row: Export) -> dict[str, Any]:
    status = _english(Export, "status", row.status).lower()
    return {
        "words": ORDERED % {"said_format": _english(Export, "format", row.format)},
        "note": APPROVED_ONLY % {"said_status": status} if row.is_approved else status,
    }


def _manuscript(row: Manuscript) -> dict[str, Any]:
    return {"words": _("imported"), "quote": row.filename}


def _pickups(row: PickupRecording) -> dict[str, Any]:
    note = "" if row.filed_at else _("not filed")
    return {"words": _("handed in a recording of pickups"), "quote": row.name, "note": note}


MADE: dict[str, Any] = {"at": "created_at", "by": "created_by"}
OF_LINE: dict[str, Any] = {
    "project": "project",
    "team": "team",
    "script": "paragraph__script",
    "line": "paragraph_id",
}
SOURCES = (
    Rows("", Act, act, guest="guest", project="project", line="paragraph_id"),
    Rows(ActKind.TEXT, Edit, _edit),
    Rows(ActKind.CAST, CastChange, _cast, **MADE, project="project", script="", without=("before", "after")),
    Rows(
        ActKind.TAKES,
        Take,
        _take,
        **MADE,
        **OF_LINE,
        among=BY_HAND,
        without=("peaks",),
    ),
    Rows(ActKind.RUNS, Run, _run, **MADE, project="project"),
    Rows(ActKind.VERDICTS, Verdict, _verdict, guest="guest", **OF_LINE),
    Rows(ActKind.COMMENTS, Comment, _comment, guest="guest", **OF_LINE),
    Rows(
        ActKind.EXPORTS, Export, _export, **MADE, project="project", script="", without=("plan", "timeline")
    ),
    Rows(ActKind.IMPORTS, Manuscript, _manuscript, **MADE, project="project", script="", without=("plan",)),
    Rows(
        ActKind.IMPORTS,
        PickupRecording,
        _pickups,
        **MADE,
        project="project",
        script="",
        without=("lines", "pieces"),
    ),
    Rows(
        ActKind.SETTINGS,
        LexiconChange,
        _lexicon,
        **MADE,
        project="project",
        team="team",
        script="",
        without=("rows", "lines"),
    ),
)
EDITS = next(rank for rank, rows in enumerate(SOURCES) if rows.model is Edit)
