"""How far an export is: it never goes back, whoever goes on with it, and a cancel is noticed."""

import time
from pathlib import Path

import pytest

from projects.actions import exports
from projects.actions.progress import Cancelled, Progress
from projects.audio import delivery
from projects.models import Export, ExportStatus
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database
FRAMES = 24_000


@pytest.fixture
def export(cast: Cast) -> Export:
    project = factories.project(cast.team, lines=1)
    factories.all_ready(project.scripts.get(), duration_ms=1000)
    claimed = exports.claim(exports.request(project, project.scripts.all(), format="mp3", by=None).pk)
    assert claimed is not None
    return claimed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The moment that the worker's clock shows."""
    moment = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    return moment


def seen(export: Export) -> tuple[int, int | None]:
    row = Export.objects.get(pk=export.pk)
    return row.done_ms // 1000, row.left_s


def test_what_is_left_is_how_it_went_and_never_grows(export: Export, clock: list[float]) -> None:
    progress, shown = Progress(export, is_heard=False), []
    # 40 of 100 s were encoded before; then 5 s in each second, then slower, then fast.
    for seconds, done in ((0, 40), (1, 45), (2, 50), (4, 60), (8, 65), (20, 70), (21, 95), (22, 100)):
        clock[0] = 1000.0 + seconds
        progress(done * FRAMES, 100 * FRAMES)
        shown.append(seen(export))
    assert [done for done, _ in shown] == [40, 45, 50, 60, 65, 70, 95, 100]
    left = [left for _, left in shown]
    assert left == [None, None, 10, 8, 8, 8, 2, 0]
    row = Export.objects.get(pk=export.pk)
    assert row.total_ms == 100_000


def test_who_goes_on_begins_where_it_was(export: Export, clock: list[float]) -> None:
    first = Progress(export, is_heard=False)
    for seconds, done in ((0, 0), (5, 50)):
        clock[0] = 1000.0 + seconds
        first(done * FRAMES, 100 * FRAMES)
    assert seen(export) == (50, 5)
    clock[0] += 500
    again = Progress(Export.objects.get(pk=export.pk), is_heard=False)
    for done in (45, 46, 47, 60):  # what the first had under way was not kept
        again(done * FRAMES, 100 * FRAMES)
        clock[0] += 2
        assert seen(export)[0] >= 50
        assert (seen(export)[1] or 0) <= 5


def test_hearing_the_files_is_half_of_the_work(export: Export, clock: list[float]) -> None:
    progress, shown = Progress(export, is_heard=True), []

    def ear(path: Path, tick: object) -> delivery.Found:
        for _ in range(2):
            clock[0] += 3
            tick()  # type: ignore[operator]
            shown.append(seen(export))
        return None  # type: ignore[return-value]

    frames = 2 * delivery.PIECE_FRAMES
    for done in (0, frames // 2, frames):
        progress(done, frames)
        shown.append(seen(export))
        clock[0] += 3
    heard = progress.heard_by(ear)
    assert heard is not None
    heard(Path("book.mp3"), lambda: progress(frames, frames))
    assert [done for done, _ in shown] == [0, 15, 30, 45, 60]
    assert progress.heard_by(None) is None


def test_a_cancel_or_a_claim_of_another_ends_the_work(export: Export, clock: list[float]) -> None:
    progress = Progress(export, is_heard=False)
    progress(1, 100)
    clock[0] += 0.5
    Export.objects.update(status=ExportStatus.CANCELLED)
    progress(2, 100)  # no second query within the second
    clock[0] += 1
    with pytest.raises(Cancelled):
        progress(3, 100)
