"""How a script page follows: windows of rows, the order of all lines, and the one poll, with the head above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from narrator.cache import heavy
from narrator.direct import Asked, Blank, Named, Prepared
from narrator.web import Request
from projects import access
from projects.actions import figures, following, heads, lineups, presence
from projects.actions.following import FACTS
from projects.models import Paragraph, Script
from projects.models.paragraphs import LAST
from projects.views import row_html, runs

# A page begins with so many lines and fetches others as they come near; see static/js/rows.js.
WINDOW = 100
# What a kept row takes beside its text.
ROW_BYTES = 400
# A poll mostly brings few lines.
FEW = 8
# Whatever anybody changes is to be seen within two seconds (docs/adr/0002 has what that costs).
POLL_S = 1.5


@dataclass(frozen=True)
class Row:
    """A line as the page shows it."""

    pk: int
    version: int
    position: int
    html: SafeString

    @property
    def out_of_band(self) -> SafeString:
        """The same for an answer that brings it beside something else."""
        return SafeString(self.html.replace("<li ", '<li hx-swap-oob="true" ', 1))


def asking(script_id: int, first: int, last: int) -> Asked:
    """The lines of a script between two positions, both included: so many as a page shows, and the one behind them."""
    return _between().asking(script=script_id, first=first, last=last)


@cache
def _between() -> Prepared:
    here = Paragraph.objects.filter(script=Blank(Paragraph, "script"))
    first, last = (Blank(Paragraph, "position", name) for name in ("first", "last"))
    ordered = here.filter(position__gte=first, position__lte=last).order_by("position")
    return Prepared(ordered.values_list(*FACTS)[: WINDOW + 1])


def drawn(wanted: Sequence[tuple[int, int, int]], may_edit: bool) -> list[Row]:
    """The rows of these lines, each given as ``FACTS``. One query where some were not drawn since they changed.

    Whatever a row shows of a line, its takes or its character counts up the line's version when it changes; so each
    process keeps the rows that it drew, for everybody who reads the same language and may do the same.
    """
    seen_by = f"{int(may_edit)}-{get_language()}"
    rows = {pk: heavy.get(_key(seen_by, pk, version, position)) for pk, version, position in wanted}
    missing = [pk for pk, row in rows.items() if row is None]
    if missing:
        for line in _lines(missing):
            fresh = rows[line.pk] = row(line, may_edit)
            # Under its own version: where it changed a moment ago, who asked for the earlier one asks again.
            key = _key(seen_by, fresh.pk, fresh.version, fresh.position)
            heavy.set(key, fresh, size_bytes=ROW_BYTES + 2 * len(fresh.html))
    return [found for found in rows.values() if found is not None]


def _key(seen_by: str, pk: int, version: int, position: int) -> str:
    return f"row-{pk}-{version}-{position}-{seen_by}"


def _lines(ids: list[int]) -> list[Paragraph]:
    """These lines, at most so many as a window, with what their rows show."""
    return _named(FEW if len(ids) <= FEW else WINDOW + 1).of(ids).objects()


@cache
def _named(most: int) -> Named:
    return Named(Paragraph.everything.for_page(), most)


def row(line: Paragraph, may_edit: bool) -> Row:
    """Draw the row of a line that was read with all that it shows."""
    return Row(line.pk, line.version, line.position, row_html.draw(line, may_edit=may_edit))


@require_safe
def script_window(request: Request, script_id: int) -> HttpResponse:
    """The rows of the lines between two positions, ``from`` and ``to`` included; at most so many as fit a window."""
    first, last = (position(request.GET.get(name)) for name in ("from", "to"))
    if first is None or last is None:
        return HttpResponseBadRequest("from= and to= are positions.", content_type="text/plain")
    asked = asking(script_id, first, last)
    script = access.script(request.user, script_id, beside=[asked])
    rows = drawn(asked.rows, access.may_edit(request.user, script.project))
    return HttpResponse("".join([row.html for row in rows[:WINDOW]]))


@require_safe
def script_changes(request: Request, script_id: int) -> HttpResponse:
    """The page's one poll: what differs from what it has, or 204 where nothing does.

    ``since`` is a version of the script, or ``version-position`` of the last line that the page got of that version;
    ``seen`` names what it shows of the queue, ``here`` whom it shows to be there, ``pen`` is the line under its pen.
    Lines come out of band, deleted and moved ones as ids; the queue and the people only where they changed.
    """
    asked = runs.asking(request.user) if "seen" in request.GET else None
    script = access.script(request.user, script_id, beside=asked or ())
    may_edit = access.may_edit(request.user, script.project)
    version, reached = _cursor(request.GET.get("since", ""))
    queue, people = _queue(request, asked), _people(request, script)
    has_new_lines = script.version > version or (
        reached is not None and not _waits(script, reached, may_edit)
    )
    if not has_new_lines and queue is None and people is None:
        return HttpResponse(status=204)
    context = {
        "project": script.project,
        "script": script,
        "since": request.GET.get("since", ""),
        "poll_s": POLL_S,
        "has_new_lines": has_new_lines,
        "queue": queue,
        "people": people,
        "here_seen": presence.digest(people) if people is not None else None,
    }
    if has_new_lines:
        context |= _changes(script, version, reached, may_edit)
    return render(request, "projects/script_detail.html#changes", context)


def _changes(script: Script, version: int, reached: int | None, may_edit: bool) -> dict[str, Any]:
    """The lines that changed, the head, and the cursor that they lead to."""
    # A cursor without a place is that of a page that has all lines of the version, and its figures.
    changed = following.since(script, version, LAST if reached is None else reached)
    rows = drawn(changed.lines, may_edit)
    # Whoever has figures that are behind may get others that are; nobody goes back.
    head = progress(script, may_edit, seen=version if reached is None else None)
    return {
        **head,
        "rows": [one.out_of_band for one in rows],
        "since": changed.cursor if changed.more else head["since"],
        "more": changed.more,
        "gone": changed.gone,
        "is_renewed": changed.are_too_many,
        "may_edit": may_edit,
    }


def _queue(request: Request, asked: tuple[Asked, Asked] | None) -> dict[str, Any] | None:
    """What there is to see of the queue; None where the page did not ask for it or shows it already."""
    if asked is None:
        return None
    queue = runs.queue(asked)
    return queue if queue["seen"] != request.GET["seen"] else None


def _people(request: Request, script: Script) -> list[presence.Person] | None:
    """Who else is at the script; None where the page did not ask for it or shows it already."""
    if "here" not in request.GET:
        return None
    people = presence.meet(script.pk, request.user, line=position(request.GET.get("pen")))
    return people if presence.digest(people) != request.GET["here"] else None


@require_safe
def script_order(request: Request, script_id: int) -> HttpResponse:
    """Every line of a script in few letters, in its order, for the page's scripts.

    JSON: ``version``, and ``lines`` as ``[id, position, mark, take, ms, own pause in ms, length of the text, trims,
    character, kind, own silence before and after]``; take, ms and character are 0 where there is none, the pause is
    null. The version is from before the lines were read, so nothing can be missed.
    """
    script = access.script(request.user, script_id)
    lineup = lineups.of(script)
    told = f'{{"version":{script.version},"lines":{lineup.told()}}}'
    return HttpResponse(told, content_type="application/json")


def position(text: str | None) -> int | None:
    """A position as an address has it; None for anything that cannot be one."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


def _cursor(text: str) -> tuple[int, int | None]:
    version, _, reached = text.partition("-")
    return position(version) or 0, position(reached)


def _waits(script: Script, reached: int, may_edit: bool) -> bool:
    """Whether a page that has all lines, and figures that are behind them, has nothing to get yet."""
    is_due = heads.is_due(script, may_edit=may_edit) or figures.is_due(script, script.project)
    return reached == LAST and not is_due


def progress(script: Script, may_edit: bool, *, seen: int | None = None) -> dict[str, Any]:
    """The figures at the head of the page, with the estimate for its Generate button, and the cursor that they lead to.

    The cursor's place is behind every line where figures are to come yet. Length and estimate of a long script may be
    a little behind, the estimate not behind the version whose head was ``seen``.
    """
    estimate = heads.of(script, may_edit=may_edit, seen=seen)
    heard = figures.in_passing(script, script.project, lines=script.line_count)
    return {
        "script": script,
        "heard": heard.value,
        "since": f"{script.version}-{LAST}" if estimate.is_behind or heard.is_behind else script.version,
        "to_make_count": script.line_count - script.ready_count,
        "estimate": estimate.value,
        "poll_s": POLL_S,
    }
