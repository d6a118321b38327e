"""Generating the lines of a chapter, and the runs that this makes."""

from datetime import datetime

from ninja import Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import asking, estimates, runs, takes
from projects.api.doors import ApiRequest, Noun
from projects.api.money import CostOut
from projects.api.pages import LARGEST, Id, Page, Wanted, page
from projects.api.problems import Problem
from projects.api.sent import Sent
from projects.models import Run

router = Noun("runs")


class RunOut(Schema):
    """One press of Generate for several lines. ``left_s``: seconds that are left, null where nothing is promised."""

    id: int
    project_id: int
    script_id: int | None
    state: str
    total: int
    waiting: int
    running: int
    ready: int
    failed: int
    left_s: float | None
    waits_for: str = Field(description="What went wrong with a line that waits for another try.")
    held: str = Field(description="Why the whole team's queue stands still, if it does.")
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Run) -> "RunOut":
        """Show a run from ``with_counts``, with its team's hold."""
        hold = getattr(row.team, "hold", None)
        far = runs.progress(row, hold=hold)
        return cls(
            **{name: getattr(row, name) for name in ("id", "project_id", "script_id", "state", "waits_for")},
            **{name: getattr(far, name) for name in ("total", "waiting", "running", "ready", "failed")},
            left_s=None if far.is_late else far.left_s,
            held=hold.reason if hold else "",
            created_at=row.created_at,
            finished_at=row.finished_at,
        )


class Generate(Sent):
    """Which lines are to be generated: those that are named, else all that have no take of what they say now."""

    lines: list[Id] | None = Field(None, max_length=20_000)
    agreed_micro: int | None = Field(
        None,
        ge=0,
        le=LARGEST,
        description="What it may cost, in millionths, as a refusal or an estimate has said.",
    )


class RequestedOut(Schema):
    """How many lines wait now. Several are a run; one alone is none, and is followed by its take."""

    requested: int
    run: RunOut | None
    take_id: int | None


class CountOut(Schema):
    """How many lines were touched."""

    lines: int


ROWS = Run.objects.with_counts().select_related("team__hold")


@router.look("/scripts/{script_id}/estimate", CostOut)
def script_estimate(request: ApiRequest, script_id: Id) -> CostOut:
    """What generating the lines that have no current take would cost."""
    script = access.script(request.user, script_id)
    return CostOut.of(estimates.estimate(script.paragraphs.missing(), script.project))


@router.make("/scripts/{script_id}/runs", RequestedOut)
def script_render(request: ApiRequest, script_id: Id, wanted: Generate) -> RequestedOut:
    """Generate lines. What is dearer than the team wants or the caps leave is refused until agreed to."""
    script = access.script(request.user, script_id, least=Right.GENERATE)
    lines = script.paragraphs.missing()
    if wanted.lines is not None:
        lines = lines.filter(pk__in=wanted.lines)
    question = asking.before_generating(lines, script.project, agreed_micro=wanted.agreed_micro)
    if question is not None:
        raise _asked(question)
    made = tasks.queue_takes(script, lines, by=request.user)
    run_id = made[0].run_id if made else None
    run = RunOut.of(ROWS.get(pk=run_id)) if run_id else None
    return RequestedOut(requested=len(made), run=run, take_id=made[0].pk if len(made) == 1 else None)


def _asked(question: asking.Question) -> Problem:
    expected = question.expected
    detail = f"This would be {expected}. Send agreed_micro: {expected.amount_micro} to do it."
    if question.room_micro is not None:
        detail = f"The caps leave less than this would cost: lines past them will fail. {detail}"
    cost = CostOut.of(expected).dict()
    return Problem(409, "costs", detail, cost=cost, room_micro=question.room_micro)


@router.act("/scripts/{script_id}/stop", CountOut)
def script_stop(request: ApiRequest, script_id: Id) -> CountOut:
    """Take back what waits of a chapter; what is being generated now is finished and kept."""
    script = access.script(request.user, script_id, least=Right.GENERATE)
    return CountOut(lines=takes.cancel_waiting(script, by=request.user))


@router.look("/runs", Page[RunOut])
def run_list(request: ApiRequest, asked: Wanted) -> Page[RunOut]:
    """The runs of the person's teams, the newest first."""
    return page(ROWS.of(request.user), asked, RunOut.of)


@router.look("/runs/{run_id}", RunOut)
def run_detail(request: ApiRequest, run_id: Id) -> RunOut:
    """One run."""
    return _shown(access.run(request.user, run_id))


def _shown(run: Run) -> RunOut:
    return RunOut.of(ROWS.get(pk=run.pk))


@router.act("/runs/{run_id}/pause", RunOut)
def run_pause(request: ApiRequest, run_id: Id) -> RunOut:
    """Let nothing more of a run be begun."""
    run = access.run(request.user, run_id, least=Right.GENERATE)
    runs.pause(run, by=request.user)
    return _shown(run)


@router.act("/runs/{run_id}/resume", RunOut)
def run_resume(request: ApiRequest, run_id: Id) -> RunOut:
    """Let a paused run go on."""
    run = access.run(request.user, run_id, least=Right.GENERATE)
    tasks.queue_run(run, by=request.user)
    return _shown(run)


@router.act("/runs/{run_id}/cancel", RunOut)
def run_cancel(request: ApiRequest, run_id: Id) -> RunOut:
    """Take back what waits of a run."""
    run = access.run(request.user, run_id, least=Right.GENERATE)
    runs.cancel(run, by=request.user)
    return _shown(run)


@router.make("/runs/{run_id}/retry", RunOut)
def run_retry(request: ApiRequest, run_id: Id) -> RunOut:
    """Try the failed lines of a run again."""
    run = access.run(request.user, run_id, least=Right.GENERATE)
    tasks.queue_failed(run, by=request.user)
    return _shown(run)


@router.act("/teams/{team_id}/resume", CountOut)
def team_resume(request: ApiRequest, team_id: Id) -> CountOut:
    """Let a held team's queue go on."""
    team = access.team(request.user, team_id, least=Right.GENERATE)
    return CountOut(lines=int(tasks.queue_team(team, by=request.user)))
