"""Lines: what they say and how, in their order; and the acts that take many of them at once."""

from datetime import datetime
from typing import Any, Literal

from ninja import PatchDict, Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import directing, edits, lines, locks, paragraphs
from projects.api import agreeing, forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import LARGEST, Id, Page, Wanted, page
from projects.api.problems import invalid
from projects.api.sent import Sent
from projects.forms import InsertForm, LinesForm, SplitForm, TextForm
from projects.forms.direction import DirectionForm, LinesDirectionForm, SpeakerForm
from projects.models import Guide, Paragraph, Script
from projects.models.direction import FIELDS
from projects.models.projects import LONGEST_PAUSE_MS

router = Noun("lines")


class VerdictOut(Schema):
    """The verdict that stands on what the line sounds like now: approved, or pickup with the reason."""

    kind: str
    reason: str
    who: str
    at: datetime


class LineOut(Schema):
    """One line. Blank voice, language and instructions are inherited; ``pause_ms`` null is as the project says.

    ``state``: none, queued, running, failed, stale, approved, pickup, flagged or ready.
    """

    id: int
    script_id: int
    text: str
    kind: str = Field(
        description='"" for a line, title, scene for the last one of a scene, or clip, which nobody speaks.'
    )
    text_mark: str = Field(
        description="Names this very text: send it as opened, to overwrite nobody's words."
    )
    state: str
    character_id: int | None
    voice: str
    language: str
    instructions: str
    pause_ms: int | None
    is_locked: bool
    chosen_take_id: int | None
    latest_take_id: int | None
    error: str = Field(description="Why the latest take failed, where the state is failed.")
    verdict: VerdictOut | None

    @classmethod
    def of(cls, row: Paragraph) -> "LineOut":
        """Show a line from ``with_takes``."""
        said, state = row.standing, row.mark
        kept = (
            "id",
            "script_id",
            "text",
            "kind",
            "text_mark",
            "character_id",
            *FIELDS,
            "pause_ms",
            "is_locked",
        )
        return cls(
            **{name: getattr(row, name) for name in kept},
            state=state,
            chosen_take_id=row.chosen_id,
            latest_take_id=row.latest_id,
            error=row.latest.error_reason if state == "failed" and row.latest else "",
            verdict=VerdictOut(kind=said.kind, reason=said.reason, who=said.who, at=said.at)
            if said
            else None,
        )


class LineIn(Sent):
    """What of a line is changed. Blank voice, language and instructions are inherited."""

    text: str
    opened: str = Field(
        description="The text_mark of the text that is changed; another one by now is refused."
    )
    character_id: int | None = Field(None, description="Who speaks it; null is the narrator.")
    voice: str
    language: str
    instructions: str
    pause_ms: int | None = Field(None, description="The silence after it; null is the project's.")


class DoneOut(Schema):
    """The lines that an act touched, as ids."""

    lines: list[int]


class Chosen(Sent):
    """Which lines of the script an act is for."""

    lines: list[Id] = Field(min_length=1, max_length=20_000)


class Moved(Chosen):
    """Where lines go: behind a line (null: to the start), of another chapter of the project where ``to`` names one."""

    after: Id | None = None
    to: Id | None = None


class Paused(Chosen):
    """The silence after lines; null is the project's."""

    pause_ms: int | None = Field(None, ge=0, le=LONGEST_PAUSE_MS)


class Marked(Chosen):
    """What lines are: "" for a line, title, or scene for the last one of a scene."""

    kind: Literal["", "title", "scene"]


class Directed(Chosen):
    """Who speaks lines and how. What is left out stays as each line has it; "" leaves it to what it inherits.

    ``character_id`` 0 is the narrator. ``besides`` adds the instructions to what each line has.
    """

    character_id: int | None = Field(None, ge=0, le=LARGEST)
    voice: str | None = None
    language: str | None = None
    instructions: str | None = None
    besides: bool = False
    agreed: int | None = Field(None, description="How many finished lines may become out of date.")


class Inserted(Sent):
    """New lines after a line (null: at the start); a blank line in the text begins another one."""

    text: str
    after: Id | None = None


class Halves(Sent):
    """A line's text, cut in two."""

    text: str
    rest: str
    opened: str = ""


@router.look("/scripts/{script_id}/lines", Page[LineOut])
def line_list(request: ApiRequest, script_id: Id, asked: Wanted) -> Page[LineOut]:
    """The lines of a chapter, in their order."""
    script = access.script(request.user, script_id)
    return page(Paragraph.objects.with_takes().filter(script=script), asked, LineOut.of, by="position")


@router.look("/lines/{line_id}", LineOut)
def line_detail(request: ApiRequest, line_id: Id) -> LineOut:
    """One line."""
    return LineOut.of(access.paragraph(request.user, line_id))


@router.act("/lines/{line_id}", LineOut, method="PATCH")
def line_edit(request: ApiRequest, line_id: Id, given: PatchDict[LineIn]) -> LineOut:
    """Change a line's text, speaker, direction and pause, as one edit. Its takes are kept; they may be out of date."""
    line = access.paragraph(request.user, line_id, least=Right.EDIT)
    project, opened = line.script.project, given.pop("opened", "")
    if "text" in given:
        form = forms.checked(TextForm({"text": given.pop("text"), "opened": opened}, instance=line))
        line = form.line()
    if "character_id" in given:
        speaker = SpeakerForm(project.characters.all(), {"character": given.pop("character_id")})
        line.character_id = forms.checked(speaker, {"character": "character_id"}).cleaned_data["character"]
    inherited = Guide.of(project.pk).inherited(line)
    direct = forms.changed(
        lambda data: DirectionForm(data, instance=line, inherited=inherited, project=project), given
    )
    tasks.queue_edit(direct.save(commit=False), by=request.user, opened=opened)
    return LineOut.of(access.paragraph(request.user, line_id))


@router.make("/scripts/{script_id}/lines", DoneOut)
def lines_insert(request: ApiRequest, script_id: Id, new: Inserted) -> DoneOut:
    """Put new lines after a line."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    data = forms.checked(InsertForm(new.model_dump())).cleaned_data
    return _act(request, lines.insert, script, data["text"], after=data["after"])


@router.act("/scripts/{script_id}/lines/remove", DoneOut)
def lines_remove(request: ApiRequest, script_id: Id, chosen: Chosen) -> DoneOut:
    """Delete lines; their takes are kept for undo."""
    script, ids = _chosen(request, script_id, chosen)
    return _act(request, lines.remove, script, ids)


@router.act("/scripts/{script_id}/lines/pause", DoneOut)
def lines_pause(request: ApiRequest, script_id: Id, chosen: Paused) -> DoneOut:
    """Set the pause after lines."""
    script, ids = _chosen(request, script_id, chosen)
    return _act(request, lines.pause, script, ids, pause_ms=chosen.pause_ms)


@router.act("/scripts/{script_id}/lines/mark", DoneOut)
def lines_mark(request: ApiRequest, script_id: Id, chosen: Marked) -> DoneOut:
    """Say what lines are; it decides how long the pause behind them is."""
    script, ids = _chosen(request, script_id, chosen)
    return _act(request, lines.mark, script, ids, kind=chosen.kind)


@router.act("/scripts/{script_id}/lines/move", DoneOut)
def lines_move(request: ApiRequest, script_id: Id, chosen: Moved) -> DoneOut:
    """Move lines behind another one."""
    script, ids = _chosen(request, script_id, chosen)
    to = access.script(request.user, chosen.to, least=Right.EDIT) if chosen.to else script
    return _act(request, lines.move, script, ids, after=chosen.after, to=to)


@router.act("/scripts/{script_id}/lines/lock", DoneOut)
def lines_lock(request: ApiRequest, script_id: Id, chosen: Chosen) -> DoneOut:
    """Lock those of these lines that have a take of what they say now; nobody changes them then."""
    script, ids = _chosen(request, script_id, chosen)
    return _act(request, locks.lock, script, ids)


@router.act("/scripts/{script_id}/lines/unlock", DoneOut)
def lines_unlock(request: ApiRequest, script_id: Id, chosen: Chosen) -> DoneOut:
    """Unlock lines."""
    script, ids = _chosen(request, script_id, chosen)
    return _act(request, locks.unlock, script, ids)


@router.act("/scripts/{script_id}/lines/direct", DoneOut)
def lines_direct(request: ApiRequest, script_id: Id, chosen: Directed) -> DoneOut:
    """Direct those of these lines that are not locked. Where finished ones are among them, ``agreed`` says how many."""
    script, ids = _chosen(request, script_id, chosen)
    wish = forms.checked(_direction(script, chosen), {"character": "character_id"}).wish()
    agreeing.check(directing.impact(script, ids, wish), chosen.agreed)
    return _act(request, directing.direct, script, ids, wish)


def _direction(script: Script, chosen: Directed) -> LinesDirectionForm:
    """The form of many lines, filled in as this request wants it."""
    keep, words = LinesDirectionForm.KEEP, directing.Words
    character = {None: keep, 0: LinesDirectionForm.INHERIT}.get(chosen.character_id, str(chosen.character_id))
    said = words.KEEP
    if chosen.instructions is not None:
        said = words.BESIDES if chosen.besides else words.INSTEAD if chosen.instructions else words.INHERIT
    data = {
        "lines": ",".join(map(str, chosen.lines)),
        "character": character,
        "voice": keep if chosen.voice is None else chosen.voice,
        "language": keep if chosen.language is None else chosen.language,
        "words": said.value,
        "instructions": chosen.instructions or "",
    }
    return LinesDirectionForm(forms.sent(data), project=script.project)


@router.make("/lines/{line_id}/split", DoneOut)
def line_split(request: ApiRequest, line_id: Id, halves: Halves) -> DoneOut:
    """Cut a line in two; its takes stay with the first part."""
    line = access.paragraph(request.user, line_id, least=Right.EDIT)
    form = SplitForm(halves.model_dump(), instance=line)
    if not form.is_valid():
        raise invalid(form)
    first, rest = form.cleaned_data["text"], form.cleaned_data["rest"]
    return _act(request, lines.split, line.script, line.pk, first=first, rest=rest, opened=halves.opened)


@router.make("/lines/{line_id}/merge", DoneOut)
def line_merge(request: ApiRequest, line_id: Id) -> DoneOut:
    """Put a line and the one after it into one."""
    line = access.paragraph(request.user, line_id, least=Right.EDIT)
    return _act(request, lines.merge, line.script, line.pk, next=True)


@router.make("/scripts/{script_id}/undo", DoneOut)
def edit_undo(request: ApiRequest, script_id: Id) -> DoneOut:
    """Take back this person's last act in this chapter."""
    return _act(request, edits.undo, access.script(request.user, script_id, least=Right.EDIT))


@router.make("/scripts/{script_id}/redo", DoneOut)
def edit_redo(request: ApiRequest, script_id: Id) -> DoneOut:
    """Do again what this person took back last."""
    return _act(request, edits.redo, access.script(request.user, script_id, least=Right.EDIT))


def _chosen(request: ApiRequest, script_id: int, chosen: Chosen) -> tuple[Script, list[int]]:
    """The script, which this person may edit, and the lines, each once."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    form = forms.checked(LinesForm({"lines": ",".join(map(str, chosen.lines))}))
    return script, form.cleaned_data["lines"]


def _act(request: ApiRequest, do: Any, script: Script, *args: Any, **options: Any) -> DoneOut:
    done: paragraphs.Done = tasks.queue_act(do, script, *args, by=request.user, **options)
    return DoneOut(lines=[line.pk for line in done.lines])
